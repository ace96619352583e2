"""Texts as they come: scanned, pasted, decomposed, or in an encoding of before Unicode."""

import pytest

from tts.normalization import read

_TCVN3 = (
    "Th«ng b¸o vÒ viÖc tæ chøc tiªm phßng cho trÎ em t¹i tr¹m y tÕ x·, "
    "ngµy 5/6/2025, ®Ò nghÞ bµ con ®Õn ®óng giê."
)
_VNI = (
    "Thoâng baùo veà vieäc toå chöùc tieâm phoøng cho treû em taïi traïm y teá xaõ, "
    "ngaøy 5/6/2025, ñeà nghò baø con ñeán ñuùng giôø."
)
_SPOKEN = (
    "Thông báo về việc tổ chức tiêm phòng cho trẻ em tại trạm y tế xã, "
    "ngày năm tháng sáu năm hai nghìn không trăm hai mươi lăm, đề nghị bà con đến đúng giờ."
)


@pytest.mark.parametrize(("written", "name"), [(_TCVN3, "TCVN3"), (_VNI, "VNI")])
def test_an_old_encoding_is_mended_and_told_of(written, name):
    reading = read(written)
    assert reading.spoken == _SPOKEN
    assert [warning.code for warning in reading.warnings] == ["encoding"]
    assert name in reading.warnings[0].sentence


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Th«ng b¸o", "Thông báo"),
        ("Thoâng baùo", "Thông báo"),
        ("§¶ng ñy x·", "Đảng ủy xã"),
        ("KÝnh göi: Bµ con", "Kính gửi: Bà con"),
        ("Qu©n khu V", "Quân khu năm"),
        ("12 USD/tÊn", "mười hai đô la Mỹ trên tấn"),
        ("hoâm nay", "hôm nay"),
        ("líp 5, 7 giê", "lớp năm, bảy giờ"),
        ("sè 5", "số năm"),
        ("500.000®", "năm trăm nghìn đồng"),
        ("56/65 xaõ", "năm mươi sáu trên sáu mươi lăm xã"),
        ("soá 12/BC-TTPVHCC", "số mười hai, báo cáo trung tâm phục vụ hành chính công"),
        ("Coâng ty A", "Công ty a"),
        ("ÑT: 0905123456", "điện thoại: không chín không năm một hai ba bốn năm sáu"),
        ("Danh s¸ch:\nsè 5\n10 hé", "Danh sách:\nsố năm\nmười hộ"),
        ("Danh saùch:\nsoá 5\n10 hoä", "Danh sách:\nsố năm\nmười hộ"),
        ("Nhµ 5×20 mÐt", "Nhà năm nhân hai mươi mét"),
        ("Hä tªn: Lª V¨n Tó\nQuª: Hµ Nam\n§¬n vÞ: ®éi 2", "Họ tên: Lê Văn Tú\nQuê: Hà Nam\nĐơn vị: đội hai"),
        ("TH¤NG B¸O VÒ VIÖC TI£M PHßNG", "thông báo về việc tiêm phòng"),
        ("THOÂNG BAÙO VEÀ VIEÄC TIEÂM PHOØNG", "thông báo về việc tiêm phòng"),
        ("Xã thông báo:\nbµ con ®Õn ®óng giê.", "Xã thông báo:\nbà con đến đúng giờ."),
        ("Xã thông báo:\nbaø con ñeán ñuùng giôø.", "Xã thông báo:\nbà con đến đúng giờ."),
    ],
)
def test_a_title_a_heading_and_a_pasted_line_are_mended_too(written, spoken):
    reading = read(written)
    assert (reading.spoken, [warning.code for warning in reading.warnings]) == (spoken, ["encoding"])


@pytest.mark.parametrize(
    "text",
    [
        "São Tomé và Príncipe",
        "5µm và 10µg",
        "Đường Trần Phú\nAndré Müller, Café Söhne",
        "Họp ngày 5/6, giá 20°C ± 1",
        "café, déjà vu, naïve, Müller",
        "La Toà Án Quân Sù",
        "© 2025 Loa ®",
        "áo là gì, bà có trà à",
        "4 hé",
        "Nestlé, Citroën và Peugeot",
    ],
)
def test_other_texts_are_left_as_they_are(text):
    assert "encoding" not in {warning.code for warning in read(text).warnings}


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("ngày 22 / 5 / 2025", "ngày hai mươi hai tháng năm năm hai nghìn không trăm hai mươi lăm"),
        ("ngày22/5/2025", "ngày hai mươi hai tháng năm năm hai nghìn không trăm hai mươi lăm"),
        ("Điều5 khoản2", "Điều năm khoản hai"),
        ("số15/QĐ-UBND", "số mười lăm, quyết định ủy ban nhân dân"),
        ("ngày l5/4/2025", "ngày mười lăm tháng tư năm hai nghìn không trăm hai mươi lăm"),
        ("1O.000 đồng", "mười nghìn đồng"),
        ("5OO.000 đồng", "năm trăm nghìn đồng"),
        ("ngày 1O tháng 5", "ngày mười tháng năm"),
        ("lúc 7h3O, 8hOO", "lúc bảy giờ ba mươi phút, tám giờ"),
        ("ngày 0 5 tháng 1 2 năm 2 0 2 5", "ngày năm tháng mười hai năm hai nghìn không trăm hai mươi lăm"),
        ("Thự c hiệ n chỉ đạo củ a Ủ y ban", "Thực hiện chỉ đạo của Ủy ban"),
        ("CỘNG H ÒA XÃ H ỘI, TH ÔNG BÁO cắt đi ện", "cộng hòa xã hội, thông báo cắt điện"),
        ("ông H ở thôn, bà B ốm, em T ăn", "ông hát ở thôn, bà bê ốm, em tê ăn"),
        ("Căn cứNghị định", "Căn cứ Nghị định"),
        ("từ n đến m, tổ c", "từ nờ đến mờ, tổ xê"),
        ("Căn cứ Luâ ̣t", "Căn cứ Luật"),
        ("Điêù 5, cuả gíao viên qúy", "Điều năm, của giáo viên quý"),
        ("l.OOO.OOO đồng, IOO%", "một triệu đồng, một trăm phần trăm"),
        ("29/ll, 17hl5", "ngày hai mươi chín tháng mười một, mười bảy giờ mười lăm phút"),
        ("ngày O5/6/2025", "ngày năm tháng sáu năm hai nghìn không trăm hai mươi lăm"),
        ("SĐT O905.l23.456", "số điện thoại không chín không năm, một hai ba, bốn năm sáu"),
        ("khoản l Điều l", "khoản một Điều một"),
        ("điểm l khoản 2", "điểm lờ khoản hai"),
        ("4l nước, H2O, nhóm máu O", "bốn lít nước, hát hai o, nhóm máu o"),
        ("Quyết định số l32/QD-UBND", "Quyết định số một trăm ba mươi hai, quyết định ủy ban nhân dân"),
        ("ngày 22/ 5/2025", "ngày hai mươi hai tháng năm năm hai nghìn không trăm hai mươi lăm"),
        ("12 ,5% của 1.500. 000 đồng", "mười hai phẩy năm phần trăm của một triệu năm trăm nghìn đồng"),
        (
            "Quyết định số 1322/QÐ-UBND",
            "Quyết định số một nghìn ba trăm hai mươi hai, quyết định ủy ban nhân dân",
        ),
        ("đầy đủ , kịp thời", "đầy đủ, kịp thời"),
        ("thông  báo\u00a0\u2003 bà   con", "thông báo bà con"),
        ("tho\u0302ng ba\u0301o", "thông báo"),
        ("1.500 .000 đồng", "một triệu năm trăm nghìn đồng"),
        ("thông báo:Họp thôn", "thông báo: Họp thôn"),
        ("hộ nghèo,cận nghèo", "hộ nghèo, cận nghèo"),
        ("“Thông báo”", "Thông báo"),
    ],
)
def test_what_scanning_and_pasting_leave_behind_is_read_over(written, spoken):
    assert read(written).spoken == spoken


@pytest.mark.parametrize(
    "text",
    [
        "ông B ở xã",
        "pha 5l nước",
        "lô I5",
        "A B C D",
        "bình O2 y tế",
        "nhóm máu O",
        "bà H ạ",
        "2'30",
        "a ô e i",
    ],
)
def test_what_only_looks_scanned_is_left_as_it_is(text):
    assert read(text).written == text


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("QUY Ế T Đ Ị NH S Ố 12", "QUYẾT ĐỊNH SỐ 12"),
        ("K Ế  H O Ạ C H", "KẾ HOẠCH"),
        ("th ô ng b á o", "thông báo"),
        ("Điều l5, ngày l5/ll/2O25", "Điều 15, ngày 15/11/2025"),
        ("1.OOO.OOO đồng, 1. 500. 000 đồng", "1.000.000 đồng, 1.500.000 đồng"),
    ],
)
def test_what_scanning_broke_is_put_together_again(broken, whole):
    assert read(broken).written == whole
