"""A technician brings a list of loudspeakers: checked, corrected, done, printed; by page and by JSON."""

import re

import pytest

from devices.enrolment import read_qr
from tests.integration.web.site_world import NHA_TRANG
from tests.integration.web.test_pages import text_of

PLACE = "/gan-cum-loa/danh-sach"
LIST = f"Tên;Địa bàn;Điện thoại\nCụm chợ Đầm;Phường Nha Trang;905123456\nCụm Xóm Mới;{NHA_TRANG};\n"
WRONG = LIST + "Cụm lạc;99999;\n"


@pytest.fixture
def technician(sign_in):
    return sign_in("kythuat")


def sent(client, text, **fields):
    return client.post(PLACE, data={"danh_sach": text} | fields)


def brought(client, text, coding="utf-8-sig", **fields):
    return client.post(PLACE, data=fields, files={"file": ("loa.csv", text.encode(coding), "text/csv")})


def codes_in(page):
    return re.findall(r'class="sheet-code">([A-Z2-9]{4}-[A-Z2-9]{4})<', page.text)


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
def test_a_file_of_excel_is_checked_and_stays_in_the_form_for_the_next_step(technician, coding):
    page = brought(technician, WRONG.replace("\n", "\r\n"), coding, viec="lam")
    assert page.status_code == 200
    words = text_of(page)
    assert "2 mới, 1 sai" in words
    assert "Không có địa bàn “99999”" in words
    assert "Cụm Xóm Mới;" in page.text
    assert codes_in(page) == [], "a file alone is always a check"


def test_the_sheet_has_each_code_once_and_the_same_list_again_says_that_nothing_changed(technician):
    page = sent(technician, LIST, viec="lam")
    assert len(codes_in(page)) == page.text.count('src="data:image/svg+xml') == 2
    assert "0905123456" in text_of(page)
    again = sent(technician, LIST, viec="lam")
    assert codes_in(again) == []
    assert "đã làm rồi, không có gì thay đổi" in text_of(again)
    waiting = sent(technician, LIST)
    assert "2 đã có mã chờ" in text_of(waiting)
    assert 'name="ma_moi"' in waiting.text
    assert not set(codes_in(sent(technician, LIST, viec="lam", ma_moi="1"))) & set(codes_in(page))


def test_who_corrects_a_waiting_line_may_have_new_codes_of_all(technician):
    sent(technician, LIST, viec="lam")
    corrected = sent(technician, LIST.replace("905123456", "905999888"))
    assert "1 sẽ đổi, 1 đã có mã chờ" in text_of(corrected)
    assert "Tạo mã khác cho 2 cụm" in text_of(corrected)


def test_a_half_wrong_list_is_done_only_when_the_good_lines_are_asked_for(technician):
    refused = sent(technician, WRONG, viec="lam")
    assert refused.status_code == 422
    assert "dòng đầu tiên là dòng 4" in refused.text
    assert "Cụm lạc;99999" in refused.text
    page = sent(technician, WRONG, viec="lam", chi_dung="1")
    assert len(codes_in(page)) == 2
    assert "Bỏ qua 1 dòng sai: 4" in text_of(page)


def test_a_list_without_headings_keeps_what_was_pasted(technician):
    page = sent(technician, "Cụm chợ Đầm;22366", viec="xem")
    assert page.status_code == 422
    assert "Dòng đầu phải là tiêu đề" in page.text
    assert "Cụm chợ Đầm;22366" in page.text


def test_json_checks_does_and_returns_codes_whose_qr_text_devices_read(technician, world):
    checked = technician.post("/api/v1/node-lists/check", json={"text": WRONG}).json()
    assert [line["state"] for line in checked["lines"]] == ["new", "new", "wrong"]
    assert checked["codes"] == []
    refused = technician.post("/api/v1/node-lists", json={"text": WRONG})
    assert refused.json()["code"] == "list.wrong-line"
    made = technician.post("/api/v1/node-lists", json={"text": WRONG, "only_good": True}).json()["codes"]
    for one in made:
        address, code, root = read_qr(one["qr"])
        assert (address, code) == (world.welcome().address, one["code"].replace("-", ""))
        assert root == world.welcome().root_public
    assert [one["node"] for one in made] == [line["node"] for line in checked["lines"][:2]]


def test_who_keeps_no_loudspeakers_checks_no_list(sign_in):
    officer = sign_in("canbo")
    assert officer.post("/api/v1/node-lists/check", json={"text": LIST}).status_code == 403
