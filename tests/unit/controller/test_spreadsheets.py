"""Tables as spreadsheets export and copy them are read with the line numbers that a person sees."""

import pytest

from controller.errors import BadInput
from controller.features.node_lists.listed_nodes import LONGEST_LIST, MOST_LISTED, nodes_listed
from controller.model.spreadsheets import heading_words, table_rows, table_text
from devices.ids import AreaCode

NHA_TRANG = AreaCode("22366")


def area_of(place):
    return NHA_TRANG if place in ("22366", "Phường Nha Trang") else None


def read(text):
    return nodes_listed(text, area_of).lines


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_excel_exports_is_text_in_each_of_its_unicode_forms(coding):
    assert table_text("Tên;Địa bàn\n".encode(coding)) == "Tên;Địa bàn\n"


def test_another_coding_is_refused_and_the_way_out_is_named():
    with pytest.raises(BadInput, match="CSV UTF-8"):
        table_text("Tên;Địa bàn".encode("cp1258", "replace") + b"\xd0\xff")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a;b,c\n\n1;2\n", [(1, ("a", "b,c")), (3, ("1", "2"))]),
        ("a,b\n;;\n1,2", [(1, ("a", "b")), (2, (";;",)), (3, ("1", "2"))]),
        ("a\tb;c", [(1, ("a", "b;c"))]),
        ("sep=;\r\na;b\r\n", [(2, ("a", "b"))]),
        ('"a;x";b', [(1, ("a;x", "b"))]),
        ('"a\r\nx";b\r\nc;d', [(2, ("a\r\nx", "b")), (3, ("c", "d"))]),
        ("sep=\t\na\tb;c", [(2, ("a", "b;c"))]),
        ("\ufeff;;\n a ; b ;\n", [(2, ("a", "b", ""))]),
    ],
)
def test_rows_keep_their_lines_and_empty_ones_are_left_out(text, rows):
    assert [(row.line, row.cells) for row in table_rows(text)] == rows


def test_headings_are_compared_without_accents_and_signs():
    assert heading_words(" Xã, Phường: ") == "xa phuong"


def test_columns_are_found_by_their_headings_in_any_order():
    (one,) = read(
        "STT;Điện thoại;Kinh độ;Vĩ độ;Địa bàn;Tên cụm loa;Thiết bị\n"
        "1;905123456;109,1943;12,2451;Phường Nha Trang;Cụm 3,  chợ Đầm;IP-60 số 7\n"
    )
    assert (one.line, one.name, one.area, one.fault) == (2, "Cụm 3, chợ Đầm", NHA_TRANG, "")
    assert (one.latitude, one.longitude) == (12.2451, 109.1943)
    assert (one.telephone, one.equipment) == ("0905123456", "IP-60 số 7")
    assert nodes_listed("STT;Tên;Xã\n1;a;22366", area_of).ignored == ["STT"]


def test_a_name_that_has_a_line_break_in_its_cell_keeps_its_words_apart():
    (one,) = read('Tên;Địa bàn\n"Cụm 3,\nchợ Đầm";22366')
    assert (one.line, one.name) == (3, "Cụm 3, chợ Đầm")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (";22366;;;", "Thiếu tên"),
        ("Cụm;;;;", "Thiếu địa bàn"),
        ("Cụm;99999;;;", "“99999”"),
        ("Cụm;22366;12,2;;", "“12,2; ”"),
        ("Cụm;22366;1092;12;", "không phải vĩ độ, kinh độ"),
        ("Cụm;22366;;;gọi anh Ba", "“gọi anh Ba”"),
        (f"{'x' * 201};22366;;;", "dài quá 200"),
    ],
)
def test_a_wrong_line_says_its_value_and_what_to_do(line, said):
    (one,) = read(f"Tên;Địa bàn;Vĩ độ;Kinh độ;Điện thoại\n{line}")
    assert said in one.fault
    assert "Hãy" in one.fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "trống"),
        ("Tên;Địa bàn\n", "chỉ có dòng tiêu đề"),
        ("Cụm 3;22366\n", "“Cụm 3”, “22366”"),
        ("Tên;Địa bàn\n" + "a;22366\n" * (MOST_LISTED + 1), f"{MOST_LISTED} cụm"),
        ("x" * (LONGEST_LIST + 1), "quá dài"),
    ],
)
def test_what_is_no_list_is_refused_in_words(text, said):
    with pytest.raises(BadInput, match=said):
        read(text)
