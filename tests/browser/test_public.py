"""A listener's phone: an emergency comes to the open page and goes, and one button follows the commune."""

from playwright.sync_api import expect

from controller.features.emergencies.service import WantedCall, call_alone
from controller.features.emergencies.stopping import stop_in
from controller.features.listeners.follows import followed
from controller.model.emergency_states import Kind
from tests.browser.serving import PHONE
from tests.browser.test_legible import sideways
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS
from tests.integration.web.test_emergency_pages import prepared_of
from tests.support.notice_receivers import PostServer, SubscribedBrowser

# a browser without a network has no push service: this is what one would have given
PUSH = """({ address, p256dh, auth }) => {
  const plain = (word) => atob(word.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = (word) => Uint8Array.from(plain(word), (one) => one.charCodeAt(0));
  const made = { endpoint: address, getKey: (name) => bytes({ p256dh, auth }[name]).buffer };
  let known = null;
  const pushManager = { getSubscription: async () => known, subscribe: async () => (known = made) };
  Object.defineProperty(navigator.serviceWorker, "ready", { value: Promise.resolve({ pushManager }) });
  Notification.requestPermission = async () => "granted";
}"""


def test_a_listener_sees_an_emergency_come_and_go_and_follows_the_commune(world, server, open_page):
    alarm = prepared_of(world, "Khẩn cấp: lũ về", Kind.ALARM, 500)
    world.settings = world.settings.model_copy(update={"push_services": "127.0.0.1"})
    page = open_page(None, None, screen=PHONE)
    with PostServer() as posts:
        phone = SubscribedBrowser(posts)
        given = {"address": phone.endpoint, "p256dh": phone.p256dh, "auth": phone.auth}
        page.clock.install()
        page.goto(f"{server.address}/cong-khai/{NHA_TRANG}")
        page.evaluate(PUSH, given)
        how = {"by": world.approver, "password": PASSWORDS["duyet"], "times": world.times}
        world.do(call_alone, WantedCall([NHA_TRANG], alarm), "Lũ về.", **how)
        page.clock.run_for(31_000)
        alert = page.get_by_role("alert").filter(has_text="Khẩn cấp: lũ về")
        expect(alert).to_be_in_viewport()
        expect(alert.get_by_role("heading", name="Khẩn cấp: lũ về")).to_be_visible()
        page.get_by_label("Nghe lại: Khẩn cấp: lũ về").evaluate("one => one.play()")
        page.clock.run_for(31_000)
        expect(alert).to_have_count(1)
        assert not page.get_by_label("Nghe lại: Khẩn cấp: lũ về").evaluate("one => one.paused")
        assert sideways(page) == []
        world.do(stop_in, [NHA_TRANG], by=world.approver)
        page.clock.run_for(31_000)
        expect(page.get_by_text("đã dừng lúc")).to_be_visible()
        expect(alert).to_have_count(0)

        page.get_by_role("button", name="Theo dõi").click()
        expect(page.get_by_text("Đang theo dõi.")).to_be_visible()
        page.get_by_label("Báo cả bản tin mới").check()
        expect(page.get_by_text("Máy sẽ báo cả bản tin mới.")).to_be_visible()
        assert world.ask(followed, NHA_TRANG, address=phone.endpoint) is True
        page.get_by_role("button", name="Thôi theo dõi").click()
        expect(page.get_by_role("button", name="Theo dõi", exact=True)).to_be_visible()
        assert world.ask(followed, NHA_TRANG, address=phone.endpoint) is None

    page.route("**/app.js", lambda route: route.fulfill(body="function ("))
    page.reload()  # as in a browser that is too old to read it
    expect(page.get_by_role("button", name="Theo dõi")).to_be_hidden()
    expect(page.get_by_role("heading", name="Giờ phát")).to_be_visible()
    open_page.watch.forgive("error: ")
