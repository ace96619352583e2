"""What a text's head says of its legal act; what belongs to other acts is not taken."""

from datetime import date

import pytest

from controller.features.imports.legal_references import Reference, heading_of, reference_of

DECISION = """ỦY BAN NHÂN DÂN                 CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH KHÁNH HÒA                 Độc lập - Tự do - Hạnh phúc
Số: 1322/QĐ-UBND      Khánh Hòa, ngày 22 tháng 5 năm 2025

QUYẾT ĐỊNH
Ban hành Kế hoạch thực hiện Đề án chuyển đổi số
trên địa bàn tỉnh

Căn cứ Luật Tổ chức chính quyền địa phương ngày 19/02/2025;
Điều 3. Quyết định này có hiệu lực kể từ ngày ký và hết hiệu lực từ ngày 01/01/2031.
Quyết định số 5/QĐ-UBND hết hiệu lực kể từ ngày 01/06/2025.
"""


def test_a_decision_says_all_of_itself():
    assert reference_of(DECISION) == Reference(
        "1322/QĐ-UBND",
        "Quyết định",
        "Ủy ban nhân dân tỉnh Khánh Hòa",
        date(2025, 5, 22),
        date(2025, 5, 22),
        date(2030, 12, 31),
    )


@pytest.mark.parametrize(
    ("text", "number", "kind", "issuer"),
    [
        ("Luật số 31/2024/QH15 về đất đai", "31/2024/QH15", "Luật", "Quốc hội"),
        ("Nghị định số 49/2024/NĐ-CP", "49/2024/NĐ-CP", "Nghị định", "Chính phủ"),
        ("Quyết định số 766/QĐ-TTg", "766/QĐ-TTg", "Quyết định", "Thủ tướng Chính phủ"),
        (
            "Thông tư số 39/2020/TT-BTTTT",
            "39/2020/TT-BTTTT",
            "Thông tư",
            "Bộ Thông tin và Truyền thông",
        ),
        ("Số: 45/UBND-VP", "45/UBND-VP", "Công văn", "Ủy ban nhân dân"),
        ("Số : 12 / TB – UBND", "12/TB-UBND", "Thông báo", "Ủy ban nhân dân"),
    ],
)
def test_a_number_names_the_kind_and_who_issued_it(text, number, kind, issuer):
    found = reference_of(text)
    assert (found.number, found.kind, found.issuer) == (number, kind, issuer)


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("Luật này có hiệu lực thi hành từ ngày 01 tháng 8 năm 2024.", date(2024, 8, 1), None),
        (
            "Thông báo này có hiệu lực từ ngày 1/12/2026 đến hết ngày 31/12/2026.",
            date(2026, 12, 1),
            date(2026, 12, 31),
        ),
        ("Nghị quyết này hết hiệu lực kể từ ngày 01/3/2027.", None, date(2027, 2, 28)),
        ("Quyết định số 7/QĐ-UBND có hiệu lực từ ngày 01/3/2027.", None, None),
        ("Thẻ bảo hiểm có hiệu lực đến hết ngày 31/12/2026.", None, None),
        ("Kế hoạch này có hiệu lực từ ngày 31/02/2027.", None, None),
    ],
)
def test_validity_is_taken_only_from_what_an_act_says_of_itself(text, begins, ends):
    found = reference_of(text)
    assert (found.in_force_from, found.in_force_until) == (begins, ends)


def test_the_day_of_an_event_is_not_the_day_of_an_act():
    assert reference_of("THÔNG BÁO\nTiêm phòng dại ngày 30/11/2026 tại trụ sở.").dated is None
    assert reference_of("Công văn số 45/UBND-VP ngày 20/11/2026 về tiêm phòng.").dated == date(2026, 11, 20)


def test_an_ordinary_text_has_no_reference():
    assert not reference_of("Bà con chú ý đưa tàu thuyền vào nơi tránh trú.")


def test_a_heading_is_the_kind_with_what_it_is_about():
    assert heading_of(DECISION.split("\n")) == (
        "Quyết định: Ban hành Kế hoạch thực hiện Đề án chuyển đổi số trên địa bàn tỉnh"
    )
    assert heading_of(["THÔNG BÁO", "VỀ VIỆC TIÊM PHÒNG", "", "x"]) == "Thông báo: Về việc tiêm phòng"
    assert heading_of(["Chào bà con"]) is None
