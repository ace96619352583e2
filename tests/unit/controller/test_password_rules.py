import secrets

import pytest

from controller.errors import BadInput
from controller.features.accounts.password_rules import LONGEST_PASSWORD, check_password
from controller.features.accounts.secret_codes import fresh_password
from tests.support.nightly import amount

PLACES = ["Khánh Hòa", "Bắc Nha Trang", "Xã Đại Lãnh", "Tân Định"]
NAMES = ["canbo.hoa", "Nguyễn Thị Hoa"]


def refusal(password):
    with pytest.raises(BadInput) as refused:
        check_password(password, names=NAMES, places=PLACES)
    assert refused.value.code == "operator.weak-password"
    return refused.value.sentence


@pytest.mark.parametrize("password", ["", "ngắn quá", "1234567890", "elevenchars"])
def test_a_short_one_is_refused(password):
    assert "ít nhất 12 ký tự" in refusal(password)


@pytest.mark.parametrize(
    "password",
    [
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "abcdefghijklmnop",
        "qwertyuiop123",
        "QWERTYUIOP!@#",
        "password1234",
        "P@ssw0rd2026",
        "Matkhau@123456",
        "mật khẩu 2026",
        "admin1234567",
        "iloveyou2026!",
        "anhyeuem2026",
        "canboduyet123",
        "loaphatthanh1",
        "19901990abcd",
        "24/11/202624",
        "ubndxa@12345",
        "thuyền giấy bay qua núi",
        "111111222222",
        "1q2w3e4r5t6y",
    ],
)
def test_what_everybody_tries_first_is_refused(password):
    assert "dễ đoán" in refusal(password)


@pytest.mark.parametrize(
    "password", ["khanhhoa2026", "KhanhHoa@2026", "Nha Trang 2026!", "dailanh123456", "bacnhatrang56"]
)
def test_a_place_with_a_year_is_refused(password):
    assert "tên địa phương" in refusal(password)


@pytest.mark.parametrize("password", ["nguyenthihoa90", "NguyenHoa2026", "canbohoa12345", "Hoa.Nguyen.1990"])
def test_ones_own_name_with_a_year_is_refused(password):
    assert "tên của bạn" in refusal(password)


@pytest.mark.parametrize(
    "password",
    [
        "cá bơi ngược dòng",
        "đèn biển Hòn Lớn",
        "chùm chìa khóa đồng",
        "con mèo nhà bà Tư",
        "troimuathoidatcuop",
        "Một ngày kia ở Nha Trang có gió",
        "x7#Kq9!vTz2m",
        "một mật khẩu đủ dài",
        "密码很长很长的一个句子吧",
    ],
)
def test_one_that_nobody_guesses_is_taken(password):
    check_password(password, names=NAMES, places=PLACES)


def test_a_very_long_one_is_refused_and_a_sentence_of_common_words_is_not():
    assert "dài quá" in refusal("đ" * (LONGEST_PASSWORD + 1))
    check_password("con chó nhà tôi yêu trăng và hoa sen", names=NAMES, places=PLACES)


def test_passwords_that_the_station_makes_are_always_taken():
    for _ in range(amount(60, 300)):
        check_password(fresh_password(), names=NAMES, places=PLACES)


def test_checking_does_not_take_longer_than_the_password_is_long():
    check_password(secrets.token_urlsafe(150)[:LONGEST_PASSWORD], names=NAMES, places=PLACES * 100)
