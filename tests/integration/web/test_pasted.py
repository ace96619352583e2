"""Words pasted into the forms: put right, shown, and taken back."""

import html
import re

from controller.features.bulletins.queries import get_revision
from tests.integration.web.access_forms import WHEN
from tests.support.stored_rows import bulletins

OLD = "Th«ng b¸o lÞch tiªm phßng cho trÎ em trong x·."
NEW = "Thông báo lịch tiêm phòng cho trẻ em trong xã."
LETTER = f"""ỦY BAN NHÂN DÂN
XÃ VẠN THẮNG
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

{NEW}

Nơi nhận:
- Như trên;
- Lưu: VT."""
FORM = {"tieu_de": "Tiêm phòng", **WHEN}


def field(page, name):
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return html.unescape(found.group(1)).removeprefix("\n")


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page).group(1)


def test_old_letters_are_put_right_and_shown_before_anything_is_saved(world, officer):
    reply = officer.post("/tao-ban-tin", data=FORM | {"noi_dung": OLD})
    assert reply.status_code == 422
    assert "chữ phông cũ (TCVN3) đổi sang Unicode" in reply.text
    assert field(reply.text, "noi_dung") == NEW
    assert field(reply.text, "chu_truoc") == OLD
    assert world.ask(bulletins) == []
    again = FORM | {"noi_dung": NEW, "giu_nguyen": hidden(reply.text, "giu_nguyen")}
    assert officer.post("/tao-ban-tin", data=again).status_code == 303
    assert world.ask(get_revision, world.ask(bulletins)[0].id, 1).text == NEW


def test_a_letterhead_in_a_font_of_capitals_is_set_aside_too(officer):
    small = LETTER.replace("ỦY BAN NHÂN DÂN\nXÃ VẠN THẮNG", "ủy ban nhân dân\nxã vạn thắng")
    small = small.replace("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "cộng hòa xã hội chủ nghĩa việt nam")
    reply = officer.post("/tao-ban-tin", data=FORM | {"noi_dung": small})
    assert field(reply.text, "noi_dung") == NEW
    plain = f"ủy ban nhân dân xã mời họp.\n{NEW}\nXin cảm ơn."
    assert officer.post("/tao-ban-tin", data=FORM | {"noi_dung": plain}).status_code == 303


def test_the_words_come_back_as_they_were_pasted_and_stay_so(world, officer):
    sent = FORM | {"noi_dung": NEW, "chu_truoc": OLD, "viec": "hoan"}
    page = officer.post("/tao-ban-tin", data=sent).text
    assert field(page, "noi_dung") == OLD
    kept = FORM | {"noi_dung": OLD, "giu_nguyen": hidden(page, "giu_nguyen")}
    assert officer.post("/tao-ban-tin", data=kept).status_code == 303
    assert world.ask(get_revision, world.ask(bulletins)[0].id, 1).text == OLD


def test_head_and_foot_of_a_letter_are_set_aside_in_sight(world, officer):
    bulletin = world.draft()
    sent = {"tieu_de": "Tiêm phòng", "noi_dung": LETTER, "phien_ban": "1", "viec": "nhap"}
    reply = officer.post(f"/ban-tin/{bulletin}/sua", data=sent)
    assert (reply.status_code, field(reply.text, "noi_dung")) == (422, NEW)
    assert "7 dòng đầu, cuối công văn để riêng" in reply.text
    assert "<li>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</li>" in reply.text
    back = sent | {"noi_dung": NEW, "chu_truoc": field(reply.text, "chu_truoc"), "viec": "hoan"}
    assert field(officer.post(f"/ban-tin/{bulletin}/sua", data=back).text, "noi_dung") == LETTER


def test_a_script_asks_at_once_and_is_told_nothing_of_words_that_are_right(officer, sign_in):
    assert officer.post("/tao-ban-tin/soan-chu", data={"noi_dung": NEW}).status_code == 204
    told = officer.post("/tao-ban-tin/soan-chu", data={"noi_dung": OLD})
    assert (told.status_code, NEW in told.text, OLD in told.text) == (200, True, True)
    assert sign_in("kythuat").post("/tao-ban-tin/soan-chu", data={"noi_dung": OLD}).status_code == 403


def test_what_an_import_set_aside_is_shown_and_can_be_taken_along(officer):
    page = officer.post("/tao-ban-tin/lay-chu", data={"chu": LETTER}, files={"file": ("", b"")}).text
    assert "Phần để riêng, loa không đọc (7 dòng)" in page
    assert "<li>Nơi nhận:</li>" in page
    whole = field(page[page.index('id="de-rieng"') :], "noi_dung")
    assert whole == LETTER
    words = {"tieu_de": "Tiêm phòng", "noi_dung": whole, "giu_nguyen": "1"}
    officer.post("/tao-ban-tin/dung-chu", data=words)
    assert hidden(officer.get("/tao-ban-tin").text, "giu_nguyen") == "1"


def test_a_paragraph_that_mixes_an_old_font_with_unicode_is_put_right_and_taken_back(world, officer):
    written = "Ủy ban xã đề nghị c¸c hé d©n ®Õn tr¹m y tế để được tiªm phßng."
    page = officer.post("/tao-ban-tin", data=FORM | {"noi_dung": written}).text
    right = "Ủy ban xã đề nghị các hé dân đến trạm y tế để được tiêm phòng."
    assert field(page, "noi_dung") == right
    assert "<strong>hé</strong> (hay “hộ”?)" in page
    back = FORM | {"noi_dung": right, "chu_truoc": field(page, "chu_truoc"), "viec": "hoan"}
    assert field(officer.post("/tao-ban-tin", data=back).text, "noi_dung") == written
    assert officer.post("/tao-ban-tin", data=FORM | {"noi_dung": right}).status_code == 303
    assert world.ask(get_revision, world.ask(bulletins)[0].id, 1).text == right
