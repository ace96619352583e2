"""Places of loudspeakers by a list: each line says what it would do, then the list is done or nothing is."""

import pytest

from controller.features.maps.pages import positions as pages
from controller.features.maps.positions import positions_of
from tests.integration.web.site_world import NHA_TRANG
from tests.integration.web.test_pages import text_of

PLACE = "/ban-do/vi-tri"
NODE, OTHER = f"loa-{NHA_TRANG}-1", f"loa-{NHA_TRANG}-2"
LIST = f"Mã;Vĩ độ;Kinh độ\n{NODE};12,2451;109,1943\n{OTHER};12,2500;109,1900\n"
WRONG = LIST + f"khong-co;12,3;109,1\n{NODE};12,3;109,1\nloa-x;;\n"


@pytest.fixture
def technician(sign_in):
    return sign_in("kythuat")


def sent(client, text, **more):
    return client.post(PLACE, data={"danh_sach": text, "viec": "xem"} | more)


def standing(world):
    return {row.node: (row.latitude, row.set_at) for row in world.ask(positions_of, [NODE, OTHER]).values()}


def test_a_file_is_looked_at_first_and_then_lies_in_the_form(world, technician):
    page = technician.post(PLACE, data={"viec": "lam"}, files={"file": ("a.csv", LIST.encode("utf-16"))})
    assert "2 sẽ có vị trí." in text_of(page)
    assert "12.245100, 109.194300" in text_of(page)
    assert f"{OTHER};12,2500;109,1900" in page.text
    assert not standing(world)


def test_the_same_list_again_changes_nothing_and_a_pole_that_moved_is_said_from_where_to_where(
    world, technician
):
    assert sent(technician, LIST, viec="lam").headers["location"] == f"{PLACE}?xong=nhap"
    before = standing(world)
    again = sent(technician, LIST, viec="lam").headers["location"]
    assert "không có gì thay đổi" in text_of(technician.get(again))
    assert standing(world) == before
    page = text_of(sent(technician, LIST.replace("12,2451", "12,2453")))
    assert "1 sẽ đổi vị trí, 1 không đổi gì." in page
    assert "12.245100, 109.194300 → 12.245300, 109.194300" in page
    sent(technician, LIST.replace("12,2451", "12,2453"), viec="lam")
    assert standing(world)[NODE][0] == 12.2453
    assert standing(world)[OTHER] == before[OTHER], "it stood there already"


def test_a_half_wrong_list_is_done_only_when_the_good_lines_are_asked_for(world, technician):
    refused = sent(technician, WRONG, viec="lam")
    assert refused.status_code == 422
    assert "3 dòng sai, dòng đầu tiên là dòng 4: Không có cụm loa nào mang mã khong-co." in refused.text
    assert "Mã loa-22366-1 có hai lần" in refused.text
    assert "khong-co;12,3;109,1" in refused.text, "what was typed stays"
    assert not standing(world)
    assert sent(technician, WRONG, viec="lam", chi_dung="1").status_code == 303
    assert standing(world).keys() == {NODE, OTHER}
    only_wrong = sent(technician, "khong-co;12,3;109,1", viec="lam", chi_dung="1")
    assert only_wrong.status_code == 422


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f"{OTHER};95;1", "không phải mã cụm loa, vĩ độ, kinh độ"),
        (f"{OTHER};21,03;105,85", "nằm xa Phường Nha Trang"),
    ],
)
def test_a_line_says_what_is_wrong_with_it(technician, line, says):
    page = sent(technician, f"{NODE};12,2451;109,1943\n{line}")
    assert "1 sẽ có vị trí, 1 sai." in text_of(page)
    assert says in page.text


def test_of_a_long_list_the_wrong_lines_are_shown_first(technician, monkeypatch):
    monkeypatch.setattr(pages, "_MOST_SHOWN", 3)
    page = text_of(sent(technician, WRONG))
    assert "Bảng dưới chỉ hiện 3 dòng" in page
    assert "có hai lần" in page
    assert "Mới" not in page.partition("Sẽ làm gì")[2]


def test_nothing_sent_is_said(technician):
    assert "không có dòng nào" in sent(technician, "").text
