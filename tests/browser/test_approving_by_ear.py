"""An approver hears what matters, on a phone by touch and by keyboard alone, and approves."""

import re

from playwright.sync_api import expect

from controller.features.bulletins.queries import get_bulletin
from tests.browser.serving import PHONE
from tests.integration.web.site_world import PASSWORDS, Made
from tests.support.phrase_clock import keep_times
from tests.support.swelling_tone import mp3

TITLE = "Lịch tiêm phòng"
TEXT = "Trạm y tế mời bà con đi tiêm. Bà con nhớ mang sổ. Liên hệ chị Hwng. Xin đừng đến muộn."


def waiting(world):
    bulletin, _ = world.submitted(TITLE, TEXT)
    keep_times(world, Made(mp3(), 8_000).recording, TITLE, TEXT)
    return bulletin


def test_on_a_phone_what_must_be_heard_is_heard_and_approved_with_five_touches(world, open_page):
    bulletin = waiting(world)
    page = open_page("duyet", "/duyet", screen=PHONE)
    touches = 0

    def touch(place):
        nonlocal touches
        touches += 1
        place.click()

    touch(page.get_by_text(TITLE))
    touch(page.get_by_role("link", name="Nghe và ký duyệt"))
    expect(page.locator("#da-nghe")).to_contain_text("Nghe hết 3 câu")
    with page.expect_response("**/tep/*.mp3"):
        touch(page.get_by_role("button", name="Chỉ chỗ cần nghe"))
    world.later(seconds=8)
    expect(page.locator("#da-nghe")).to_contain_text("Đã nghe đủ chỗ cần nghe", timeout=15_000)
    expect(page.locator("#nghe audio")).to_have_js_property("paused", True)
    played = page.locator("#nghe audio").evaluate(
        "one => [...Array(one.played.length).keys()].map(i => one.played.end(i) - one.played.start(i))"
    )
    assert sum(played) < 7  # the rest was skipped
    field = page.get_by_label("Mật khẩu của bạn, để ký duyệt")
    touch(field)
    field.fill(PASSWORDS["duyet"])
    touch(page.get_by_role("button", name="Duyệt cho phát"))
    expect(page.get_by_text("Đã duyệt bản tin.")).to_be_visible()
    assert (world.ask(get_bulletin, bulletin).state, touches) == ("approved", 5)


def test_by_keyboard_a_sentence_is_heard_again_and_the_next_one_reached(world, open_page):
    page = open_page("duyet", f"/duyet/{waiting(world)}")
    needs, button = page.locator("[data-need]"), page.locator("#cho-can-nghe")
    button.focus()
    with page.expect_response("**/tep/*.mp3"):
        page.keyboard.press("Space")
    world.later(seconds=30)
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.locator("#nghe audio").evaluate("one => { one.playbackRate = 0.5 }")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(needs.nth(2)).to_have_attribute("aria-current", "")
    page.keyboard.press("ArrowLeft")
    expect(needs.nth(1)).to_have_attribute("aria-current", "")
    expect(needs.nth(2)).to_have_attribute("data-heard", "", timeout=15_000)
    needs.nth(0).focus()
    page.keyboard.press("Enter")
    expect(needs.nth(0)).to_have_attribute("data-heard", "")
    expect(needs.nth(0)).to_be_focused()
    expect(page.locator("#da-nghe")).to_contain_text(re.compile("Đã nghe đủ|đã nghe hết"))
