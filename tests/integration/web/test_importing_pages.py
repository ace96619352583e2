"""Lấy chữ từ tệp, and the legal act on its pages: shown before and after, taken over, named, ended."""

from datetime import date, timedelta

import pytest

from controller.features.airings.queries import get_airing
from controller.features.bulletins.queries import reference_given
from controller.features.drafts.queries import NEW, draft_of
from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import end_acts, set_reference
from tests.integration.web.test_pages import text_of
from tests.integration.web.test_writing import FORM
from tests.support.old_letters import tcvn3
from tests.support.stored_rows import bulletins, newest_entries

HEAD = "ỦY BAN NHÂN DÂN PHƯỜNG\nSố: 12/TB-UBND\nBắc Nha Trang, ngày 20 tháng 11 năm 2026\n\nTHÔNG BÁO\n"
BODY = "Đề nghị bà con đưa chó, mèo đến trụ sở trước 17 giờ ngày 30/11/2026."
ACT = {
    "van_ban": "1",
    "so_hieu": "1322/QĐ-UBND",
    "loai_vb": "Quyết định",
    "co_quan": "Ủy ban nhân dân tỉnh",
    "hieu_luc_den": "2026-12-01",
}


def taken_out(officer, content, name="tb.txt"):
    return officer.post("/tao-ban-tin/lay-chu", files={"file": (name, content)})


def test_a_file_in_an_old_font_is_shown_before_and_after_and_nothing_is_saved(world, officer):
    reply = taken_out(officer, tcvn3(f"Tiêm phòng dại\n\n{BODY}"))
    words = text_of(reply)
    assert "TCVN3" in words
    assert BODY in words
    assert "Chữ bảng mã cũ (TCVN3, VNI) đổi sang Unicode" in words
    assert "<mark>" in reply.text
    assert world.ask(draft_of, world.officer.id, NEW) is None
    assert world.ask(bulletins) == []


def test_pasted_words_are_mended_as_a_file_is(officer):
    pasted = tcvn3(BODY).decode("latin-1")
    assert BODY in text_of(officer.post("/tao-ban-tin/lay-chu", data={"chu": pasted}))


def test_one_press_takes_the_words_into_the_draft_and_keeps_where_and_when(world, officer):
    officer.post("/nhap/moi", data=FORM | {"noi": "chon", "dia_ban": ["22366"], "luc": "gio-khac"})
    page = text_of(taken_out(officer, f"{HEAD}{BODY}".encode()))
    assert "Bạn đang soạn dở «Lịch tiêm phòng»" in page
    assert "Tìm thấy văn bản: Thông báo, 12/TB-UBND" in page
    words = {"tieu_de": "Thông báo", "noi_dung": BODY, "so_hieu": "12/TB-UBND", "ngay_vb": "2026-11-20"}
    reply = officer.post("/tao-ban-tin/dung-chu", data=words)
    assert reply.headers["location"] == "/tao-ban-tin?xong=lay-chu"
    fields = world.ask(draft_of, world.officer.id, NEW).fields
    assert (fields["noi_dung"], fields["so_hieu"]) == (BODY, "12/TB-UBND")
    assert (fields["dia_ban"], fields["luc"]) == (["22366"], "gio-khac")
    form = officer.get(reply.headers["location"])
    assert "Đã đưa chữ vào bản đang soạn" in form.text
    assert '<details class="fold-in" id="mo-van-ban" open>' in form.text


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "Hãy chọn một tệp"),
        ({"file": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")}, "Word đời cũ"),
        ({"file": ("a.txt", b" ")}, "Tệp trống"),
    ],
)
def test_what_cannot_be_read_is_said_on_the_form_which_keeps_what_was_typed(officer, files, words):
    officer.post("/nhap/moi", data=FORM)
    reply = officer.post("/tao-ban-tin/lay-chu", files=files or {"chu": (None, " ")})
    assert reply.status_code == 422
    assert words in reply.text
    assert 'value="Lịch tiêm phòng"' in reply.text


def test_the_form_names_the_act_with_the_bulletin_and_plans_nothing_beyond_it(world, officer, approver):
    late = FORM | ACT | {"luc": "gio-khac", "ngay": "2026-12-02", "gio": "17:00"}
    refused = officer.post("/tao-ban-tin", data=late)
    assert refused.status_code == 409
    assert "chỉ có hiệu lực đến hết ngày 01/12/2026" in refused.text
    assert 'value="1322/QĐ-UBND"' in refused.text
    assert world.ask(bulletins) == []
    assert officer.post("/tao-ban-tin", data=FORM | ACT).status_code == 303
    found = world.ask(bulletins)[0]
    assert world.ask(reference_given, found.id).in_force_until == date(2026, 12, 1)
    for page in (officer.get(f"/ban-tin/{found.id}"), approver.get(f"/duyet/{found.id}")):
        assert "Quyết định số 1322/QĐ-UBND" in text_of(page)
        assert "Hết ngày 01/12/2026 hệ thống tự thôi phát bản tin này" in text_of(page)


def test_a_date_that_is_none_is_refused_and_leaves_nothing(world, officer):
    reply = officer.post("/tao-ban-tin", data=FORM | ACT | {"ngay_vb": "hôm qua"})
    assert reply.status_code == 422
    assert "Ngày ban hành của văn bản chưa đúng" in reply.text
    assert world.ask(bulletins) == []


def test_the_act_of_what_was_approved_is_mended_and_cancels_what_lies_beyond(world, officer):
    airing, _ = world.approved_airing(seconds=10 * 24 * 3600)
    bulletin = world.ask(get_airing, airing).bulletin
    place = f"/ban-tin/{bulletin}/van-ban"
    assert 'value="1322/UBND-VP"' not in officer.get(place).text  # named far below the head: not proposed
    reply = officer.post(place, data=ACT)
    assert reply.headers["location"] == f"/ban-tin/{bulletin}?xong=van-ban"
    assert world.ask(get_airing, airing).state == "cancelled"
    entries = len(world.ask(newest_entries, 100))
    officer.post(place, data=ACT)
    assert len(world.ask(newest_entries, 100)) == entries
    officer.post(place, data={"van_ban": "1"})
    assert not world.ask(reference_given, bulletin)


def test_mending_keeps_an_act_that_the_form_did_not_show(world, officer):
    bulletin = world.draft()
    world.do(set_reference, bulletin, Reference(number="5/KH"), by=world.officer)
    form = {"tieu_de": "Mới", "noi_dung": "Bản mới.", "viec": "nhap"}
    assert 'value="5/KH"' in officer.get(f"/ban-tin/{bulletin}/sua").text
    officer.post(f"/ban-tin/{bulletin}/sua", data=form)
    assert world.ask(reference_given, bulletin).number == "5/KH"
    officer.post(f"/ban-tin/{bulletin}/sua", data=form | ACT)
    assert world.ask(reference_given, bulletin).number == "1322/QĐ-UBND"


def test_a_proposal_of_the_text_is_offered_and_an_act_that_is_over_says_so(world, officer):
    bulletin = world.draft(text=f"{HEAD}{BODY}")
    page = officer.get(f"/ban-tin/{bulletin}/van-ban")
    assert 'value="12/TB-UBND"' in page.text
    assert "Điền sẵn theo phần đầu của nội dung" in page.text
    until = world.now().date() - timedelta(days=1)
    world.do(set_reference, bulletin, Reference("12/TB-UBND", in_force_until=until), by=world.officer)
    world.do(end_acts)
    assert "Nếu được gia hạn, hãy sửa ngày" in text_of(officer.get(f"/ban-tin/{bulletin}"))
