import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from controller.features.bulletins.service import revise_bulletin
from controller.features.drafts.queries import NEW, draft_of
from tests.browser.serving import ON_SCREENS, PHONE, listen
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, Made
from tests.support.stored_rows import bulletins
from tests.support.swelling_tone import mp3
from tts.recordings import RecordingId
from tts.sidecar import PhraseTime, keep_phrases

_HIDE = """() => {
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""What is typed is saved at once where its page is put away."""


def approved_with_the_fewest_clicks(page):
    page.get_by_label("Mật khẩu của bạn, để ký duyệt").fill(PASSWORDS["duyet"])
    page.get_by_role("button", name="Duyệt cho phát").click()


@ON_SCREENS
def test_an_approver_goes_from_one_to_the_next_with_one_more_click_each(world, open_page, clicks, screen):
    for title in ("Bản một", "Bản hai"):
        bulletin, _ = world.submitted(title)
        world.plan(bulletin, areas=[NHA_TRANG], seconds=3600)
    page = clicks.over(open_page("duyet", screen=screen))
    page.get_by_role("link", name=re.compile("^Chờ duyệt")).locator("visible=true").first.click()
    page.get_by_text("Bản một").click()
    listen(world, page)  # both are read from one recording here
    approved_with_the_fewest_clicks(page)
    expect(page.get_by_text("Đã duyệt bản tin.")).to_be_visible()
    expect(page.get_by_role("heading", name="Bản hai")).to_be_visible()
    assert clicks.number + 1 <= 4  # and one to listen
    approved_with_the_fewest_clicks(page)
    expect(page.get_by_text("Không còn bản tin nào chờ duyệt")).to_be_visible()
    assert clicks.number + 2 <= 6


@ON_SCREENS
def test_a_bulletin_is_returned_with_a_ready_reason_in_four_clicks(world, open_page, clicks, screen):
    world.submitted("Sai ngày tháng")
    page = clicks.over(open_page("duyet", screen=screen))
    page.get_by_role("link", name=re.compile("^Chờ duyệt")).locator("visible=true").first.click()
    page.get_by_text("Sai ngày tháng").click()
    page.get_by_text("Trả lại cho người soạn").click()
    page.get_by_role("button", name="Trả lại: Số liệu, ngày tháng chưa đúng.").click()
    expect(page.get_by_text("Đã trả lại bản tin cho người soạn.")).to_be_visible()
    assert clicks.number <= 4


def test_a_form_that_cannot_be_sent_stays_as_it_is_and_says_why(server, open_page):
    page = open_page("canbo", "/tao-ban-tin", screen=PHONE)
    page.get_by_label("Tiêu đề").fill("Tin gửi lúc mất mạng")
    page.get_by_label("Lời sẽ đọc trên loa").fill("Câu thứ nhất.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Lưu nháp").click()
    note = page.locator("#chua-gui")
    expect(note).to_contain_text("không nối được với máy chủ")
    expect(note).to_be_focused()
    expect(page.get_by_label("Lời sẽ đọc trên loa")).to_have_value("Câu thứ nhất.")
    page.context.set_offline(False)
    kept = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Lưu nháp").click()
    expect(note).to_contain_text("phiên đăng nhập đã hết")
    page.context.add_cookies(kept)
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.get_by_text("Đã lưu bản nháp.")).to_be_visible()
    page.goto(f"{server.address}/tao-ban-tin")
    expect(page.get_by_label("Tiêu đề")).to_have_value("")
    open_page.watch.forgive("ERR_INTERNET_DISCONNECTED", "401", "Failed to fetch")


def ends_while_a_save_is_on_its_way(page):
    """Hold a save of what is typed; return the list of requests that end from now on, in order."""
    ended = []
    page.on("requestfailed", lambda request: ended.append(urlsplit(request.url).path))
    page.on("response", lambda reply: ended.append(urlsplit(reply.url).path))
    page.route("**/nhap/moi", lambda _held: None)
    with page.expect_request("**/nhap/moi"):
        page.get_by_label("Lời sẽ đọc trên loa").fill("Câu thứ nhất. Câu thứ hai. Câu cuối.")
        page.evaluate(_HIDE)
    return ended


@ON_SCREENS
def test_what_is_typed_keeps_itself_and_outlives_a_lost_server(world, server, open_page, screen):
    page = open_page("canbo", "/tao-ban-tin", screen=screen)
    page.get_by_label("Tiêu đề").fill("Đang soạn dở")
    page.get_by_label("Lời sẽ đọc trên loa").fill("Câu thứ nhất.")
    expect(page.locator("[data-draft-said]")).to_contain_text("Đã tự lưu lúc", timeout=15_000)
    assert world.ask(draft_of, world.officer.id, NEW).fields["noi_dung"] == "Câu thứ nhất."
    server.stop()
    page.get_by_label("Lời sẽ đọc trên loa").fill("Câu thứ nhất. Câu thứ hai.")
    expect(page.locator("[data-draft-said]")).to_contain_text("giữ trên máy này", timeout=15_000)
    server.start()
    page.reload()
    expect(page.get_by_label("Lời sẽ đọc trên loa")).to_have_value("Câu thứ nhất. Câu thứ hai.")
    expect(page.locator("[data-draft-said]")).to_contain_text("Đã tự lưu lúc", timeout=15_000)
    ended = ends_while_a_save_is_on_its_way(page)
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.get_by_text("Đã lưu bản nháp.")).to_be_visible()
    assert ended.index("/nhap/moi") < ended.index("/tao-ban-tin")  # else it comes after the form, as a draft
    page.goto(server.address + "/tao-ban-tin")
    expect(page.get_by_label("Lời sẽ đọc trên loa")).to_have_value("")
    assert [one.title for one in world.ask(bulletins)] == ["Đang soạn dở"]
    open_page.watch.forgive("net::ERR", "sse:error")


def test_nothing_typed_is_lost_when_the_session_ends(world, server, open_page, seeds):
    page = open_page("canbo", "/tao-ban-tin")
    page.context.clear_cookies()
    page.get_by_label("Tiêu đề").fill("Hết phiên")
    page.get_by_label("Lời sẽ đọc trên loa").fill("Chữ còn nguyên.")
    expect(page.locator("[data-draft-said]")).to_contain_text("Phiên đăng nhập đã hết", timeout=15_000)
    with page.expect_response("**/tom-tat") as asked:  # a part of the page that follows what is chosen
        page.get_by_role("radio", name="Ngay khi được duyệt").check()
    assert asked.value.status == 401
    expect(page.locator("#tom-tat")).to_contain_text("Phiên đăng nhập đã hết")
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.locator("#chua-gui")).to_contain_text("phiên đăng nhập đã hết")
    expect(page.get_by_text("Cần đăng nhập")).to_have_count(0)  # no page of an error inside the form
    page.context.add_cookies([{"name": "loa", "value": seeds.tokens["canbo"], "url": server.address}])
    page.goto(server.address + "/tao-ban-tin")
    expect(page.get_by_label("Lời sẽ đọc trên loa")).to_have_value("Chữ còn nguyên.")
    open_page.watch.forgive("401")
    assert world.ask(bulletins) == []


def test_who_has_seen_the_newer_wording_saves_onto_it(world, open_page):
    """The copy on this machine must not bring back the revision that the words began with."""
    bulletin = world.draft("Họp thôn", "Họp lúc bảy giờ.")
    page = open_page("canbo", f"/ban-tin/{bulletin}/sua")
    world.do(revise_bulletin, bulletin, title="Họp thôn", text="Họp lúc tám giờ.", by=world.approver)
    page.get_by_label("Lời sẽ đọc trên loa").fill("Họp lúc chín giờ.")
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.get_by_text("đã có nội dung mới hơn")).to_be_visible()
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.get_by_text("Đã lưu bản nháp.")).to_be_visible()
    open_page.watch.forgive("409")


@ON_SCREENS
def test_a_recording_is_drawn_sped_up_and_heard_phrase_by_phrase(world, open_page, screen):
    bulletin, _ = world.submitted()
    recording = RecordingId(Made(mp3(), 8_000).recording)
    keep_phrases(
        world.recordings,
        recording,
        [PhraseTime(0, 3000, "câu thứ nhất"), PhraseTime(3000, 7900, "câu thứ hai")],
    )
    page = open_page("canbo", f"/ban-tin/{bulletin}", screen=screen)
    expect(page.locator(".wave-shape")).to_be_visible()
    page.get_by_role("button", name="Nhanh hơn").click()
    expect(page.get_by_role("button", name="Nhanh hơn")).to_have_attribute("aria-pressed", "true")
    page.get_by_text("Nghe từng câu").click()
    page.get_by_role("button", name="câu thứ hai").click()
    expect(page.get_by_role("button", name="câu thứ hai")).to_have_attribute("aria-current", "true")
    assert page.locator("audio").evaluate("sound => [sound.playbackRate, sound.currentTime >= 3]") == [
        1.5,
        True,
    ]


def test_what_comes_late_moves_nothing_from_under_a_finger(world, server, open_page):
    bulletin, _ = world.submitted()
    page, held = open_page("canbo", None), []

    def hold(route):
        held.append(route)

    page.route("**/hinh-am", hold)
    page.goto(f"{server.address}/ban-tin/{bulletin}")
    slow = page.get_by_role("button", name="Chậm")
    before = slow.bounding_box()
    expect(page.locator(".wave-shape")).to_have_count(0)
    held[0].continue_()
    expect(page.locator(".wave-shape")).to_be_visible()
    assert slow.bounding_box() == before


def test_the_speed_that_was_chosen_is_still_shown_when_the_page_is_sent_anew(world, server, open_page):
    bulletin, _ = world.submitted()
    page = open_page("canbo", f"/ban-tin/{bulletin}")
    fast = page.get_by_role("button", name="Nhanh hơn")
    fast.click()
    expect(fast).to_have_attribute("aria-pressed", "true")
    server.stop()
    expect(page.get_by_text("Mất kết nối")).to_be_visible()
    page.evaluate("document.querySelector('[data-speed]').dataset.before = 'yes'")
    server.start()
    expect(page.locator("[data-before]")).to_have_count(0)
    expect(fast).to_have_attribute("aria-pressed", "true")
    open_page.watch.forgive("net::ERR", "sse:error")


@ON_SCREENS
def test_a_listener_reports_a_loudspeaker_and_reads_the_answer(open_page, server, screen):
    page = open_page(None, f"/cong-khai/bao/loa-{NHA_TRANG}-1", screen=screen)
    page.get_by_label("Loa quá to").check()
    page.get_by_role("button", name="Gửi").click()
    page.get_by_role("link", name="Mở trang xem trả lời").click()
    expect(page.get_by_text("Chưa có trả lời.")).to_be_visible()
    officer = open_page("canbo", "/phan-anh", screen=screen)
    officer.get_by_text("Trả lời", exact=True).click()
    officer.get_by_label("Câu trả lời").fill("Đã giảm âm lượng xuống 60%.")
    officer.get_by_role("button", name="Gửi trả lời").click()
    page.reload()
    expect(page.get_by_text("Đã giảm âm lượng xuống 60%.")).to_be_visible()
    page.goto(f"{server.address}/cong-khai/{NHA_TRANG}")
    expect(page.get_by_role("heading", name="Loa truyền thanh Phường Nha Trang")).to_be_visible()
