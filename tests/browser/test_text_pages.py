"""Texts out of files, brought sounds, programmes, chosen loudspeakers: on a phone, and without a script."""

import re

import pytest
from playwright.sync_api import expect

from controller.features.airings.queries import deliveries_of
from controller.features.bulletins.queries import get_bulletin
from controller.model.bulletin_states import BulletinState
from tests.browser.serving import PHONE
from tests.support.brought_sounds import packed, speech_like
from tests.support.old_letters import tcvn3
from tests.support.stored_rows import bulletins

BODY = "Đề nghị bà con đưa chó, mèo đến trụ sở trước 17 giờ ngày 30/11/2026."
SOUND = {"name": "tin.mp3", "mimeType": "audio/mpeg", "buffer": packed(speech_like(3), "mp3")}


def letter(text=BODY):
    return {"name": "tb.txt", "mimeType": "text/plain", "buffer": tcvn3(f"Tiêm phòng dại\n\n{text}")}


def test_words_out_of_an_old_file_come_into_the_draft_with_three_clicks(open_page, clicks):
    page = clicks.over(open_page("canbo", "/tao-ban-tin", screen=PHONE))
    page.get_by_text("Lấy chữ từ tệp Word, PDF, ảnh chụp").click()
    page.get_by_label("Tệp Word, PDF, .txt").set_input_files(letter())
    page.get_by_role("button", name="Xem chữ lấy được").click()
    expect(page.get_by_role("region", name="Chữ sau khi sửa")).to_contain_text(BODY)
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_role("button", name="Dùng chữ này").click()
    expect(page.get_by_label("Lời sẽ đọc trên loa")).to_have_value(BODY)
    expect(page.get_by_label("Tiêu đề")).to_have_value("Tiêm phòng dại")
    assert clicks.number <= 3
    page.reload()
    expect(page.get_by_label("Lời sẽ đọc trên loa")).to_have_value(BODY)


def test_what_lay_on_this_machine_does_not_cover_what_was_taken_over(open_page):
    page = open_page("canbo", "/tao-ban-tin")
    key = page.locator("form[data-draft]").get_attribute("data-owner")
    page.evaluate(
        "key => localStorage.setItem(key, 'tieu_de=C%C5%A9&noi_dung=C%C5%A9')", f"loa:nhap:{key}:/nhap/moi"
    )
    page.get_by_text("Lấy chữ từ tệp Word, PDF, ảnh chụp").click()
    page.get_by_label("hoặc dán chữ vào đây").fill(BODY)
    page.get_by_role("button", name="Xem chữ lấy được").click()
    page.get_by_role("button", name="Dùng chữ này").click()
    expect(page.get_by_label("Lời sẽ đọc trên loa")).to_have_value(BODY)


def test_words_that_are_put_right_when_they_are_sent_stay_so_and_can_be_taken_back(world, open_page):
    old, new = "Đề nghị c¸c gia ®×nh tiªm phßng ®Çy đủ.", "Đề nghị các gia đình tiêm phòng đầy đủ."
    page = open_page("canbo", "/tao-ban-tin", screen=PHONE)
    page.get_by_label("Tiêu đề").first.fill("Tiêm phòng")
    words = page.locator("textarea[name=noi_dung]")
    words.fill(old)  # no paste: a keyboard's own clipboard makes none
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.get_by_text("Đã sửa chữ bạn dán")).to_be_visible()
    expect(words).to_have_value(new)
    page.get_by_role("button", name="Lấy lại chữ như đã dán").click()
    expect(page.get_by_text("Đã sửa chữ bạn dán")).to_be_hidden()
    expect(words).to_have_value(old)
    page.get_by_role("button", name="Lưu nháp").click()
    page.wait_for_url("**/ban-tin/*")
    assert len(world.ask(bulletins)) == 1
    open_page.watch.forgive("422")  # the page that shows what was put right is one


@pytest.mark.nightly
def test_a_sound_is_brought_and_handed_in_without_a_script(world, open_page):
    page = open_page("canbo", "/tao-ban-tin", screen=PHONE, java_script_enabled=False)
    page.get_by_role("link", name="Dùng tệp ghi âm thay cho chữ").click()
    page.get_by_label("Tiêu đề").fill("Lời chủ tịch")
    page.get_by_label("Tệp ghi âm").set_input_files(SOUND)
    page.get_by_label("Trong tệp nói gì").fill("Lời kêu gọi phòng, chống bão.")
    page.get_by_role("button", name="Tải lên và kiểm tra").click()
    expect(page.locator("#ghi-am")).to_contain_text("3 giây")
    source = page.locator("#nghe-tep-goc").get_attribute("src")
    assert page.request.get(re.match(r"https?://[^/]+", page.url)[0] + source).body() == SOUND["buffer"]
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_text("Đã gửi duyệt.")).to_be_visible()
    assert world.ask(bulletins)[0].state is BulletinState.SUBMITTED


@pytest.mark.nightly
def test_a_programme_is_put_in_order_on_a_phone_without_a_script(world, open_page):
    for title in ("Tin một", "Tin hai"):
        bulletin, _ = world.submitted(title)
        world.approve(bulletin)
    page = open_page("canbo", "/chuong-trinh", screen=PHONE, java_script_enabled=False)
    page.get_by_role("link", name="Tạo chương trình").click()
    page.get_by_label("Tên chương trình").fill("Bản tin chiều")
    page.get_by_label("Tên chương trình").press("Enter")  # looks again, and saves nothing by accident
    expect(page.get_by_label("Tên chương trình")).to_have_value("Bản tin chiều")
    for title in ("Tin một", "Tin hai"):
        page.get_by_label("Bản tin đã duyệt").select_option(label=f"{title} (8 giây)")
        page.get_by_role("button", name="Thêm bản tin").click()
    page.get_by_role("button", name="↑ Lên mục 2: Tin hai").click()
    expect(page.locator(".item strong")).to_have_text(["Tin hai", "Tin một"])
    expect(page.get_by_label("Nghe: Tin hai")).to_be_visible()
    page.get_by_label("Lời chào").fill("Kính chào bà con.")
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_text("Đã gửi duyệt.")).to_be_visible()
    expect(page.get_by_role("region", name="Các mục")).to_contain_text("Kính chào bà con.")
    made = page.url.rpartition("/")[2].partition("?")[0]
    assert world.ask(get_bulletin, made).state is BulletinState.SUBMITTED


def test_one_loudspeaker_that_missed_it_hears_it_again_in_three_clicks(world, open_page, clicks):
    airing = world.aired(without=world.nodes[:3])
    page = clicks.over(open_page("canbo", f"/phat/{airing}", screen=PHONE))
    page.get_by_role("link", name="Chọn từng cụm loa").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Phát lại").click()
    expect(page.locator("#tinh-trang")).to_contain_text("Cụm loa đã chọn ở")
    assert clicks.number <= 3
    assert len(world.ask(deliveries_of, page.url.rpartition("/")[2])) == 1
