"""The service worker shows what was pushed and leads to a page; the page of ways on a phone."""

from playwright.sync_api import expect

from controller.http.assets import STATIC
from tests.browser.serving import PHONE
from tests.browser.test_legible import sideways

LONG = "canbosoantinphuongbacnhatrang.vanphong@khanhhoa.gov.vn.example"
# the worker runs in a page with a registration that notes what it is asked to show
RUN = """async (source) => {
  const on = {}, shown = [], opened = [], held = [];
  const self = {
    location: { origin: "https://loa.example" },
    addEventListener: (name, act) => { on[name] = act; },
    registration: {
      getNotifications: async ({ tag }) => held.filter((one) => one.tag === tag),
      showNotification: async (title, options) => { shown.push({ title, ...options }); held.push(options); },
    },
    clients: { matchAll: async () => [], openWindow: async (place) => { opened.push(place); } },
  };
  new Function("self", "caches", "VERSION", "KEPT", source)(self, {}, "x", []);
  const fire = async (name, event) => {
    let done;
    on[name]({ ...event, waitUntil: (one) => { done = one; } });
    await done;
  };
  const push = (told) => fire("push", { data: { json: () => told } });
  const click = (path) => fire("notificationclick", { notification: { close() {}, data: { path } } });
  const call = { id: "1", title: "Chờ bạn xác nhận", path: "/thong-bao/n", tag: "n", urgent: true };
  await push(call);
  await push(call);
  await push({ ...call, id: "2" });
  await push({ id: "3", title: "Bị trả lại", body: "", path: "/thong-bao/m", tag: "m", urgent: false });
  for (const path of ["/thong-bao/n", "https://vi.example/x", "//vi.example", undefined]) await click(path);
  return { shown, opened };
}"""


def test_a_push_is_shown_once_and_leads_to_a_page_of_the_station_alone(page):
    page.goto("about:blank")
    told = page.evaluate(RUN, (STATIC / "worker.js").read_text(encoding="utf-8"))
    first, again, ring, plain = told["shown"]
    assert first["title"] == "Chờ bạn xác nhận"
    assert first["requireInteraction"]
    assert [one["title"] for one in first["actions"]] == ["Xem và xác nhận"]
    assert [one["renotify"] for one in (first, again, ring)] == [True, False, True]
    assert "requireInteraction" not in plain
    home = "https://loa.example/thong-bao"
    assert told["opened"] == [f"{home}/n", home, home, home]


def test_a_browser_without_pushes_is_told_so_and_the_form_of_addresses_works(world, open_page):
    world.settings = world.settings.model_copy(update={"notice_mail": "mailto://h?from=a@b.vn&to={to}"})
    page = open_page("canbo", "/bao-cho-toi", screen=PHONE)
    expect(page.get_by_role("heading", name="Báo cho tôi")).to_be_visible()
    page.get_by_label("Địa chỉ thư, số điện thoại").fill(LONG)
    page.get_by_role("button", name="Thêm", exact=True).click()
    expect(page.get_by_text("Đã thêm.")).to_be_visible()
    expect(page.get_by_role("heading", name=LONG)).to_be_visible()
    assert sideways(page) == []
