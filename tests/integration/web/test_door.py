import pytest

from controller.features.accounts.pages.sign_in import own_place
from tests.integration.web.site_world import PASSWORDS
from tests.support.site_client import SiteClient


def enter(client, name="canbo", password=None, **fields):
    return client.post("/dang-nhap", data={"ten": name, "mat_khau": password or PASSWORDS[name], **fields})


def test_whoever_is_not_signed_in_is_led_to_the_door_and_back(client):
    reply = client.get("/phat?trang=2")
    assert reply.status_code == 303
    assert reply.headers["location"] == "/dang-nhap?den=%2Fphat%3Ftrang%3D2"
    assert enter(client, den="/phat?trang=2").headers["location"] == "/phat?trang=2"


def test_a_wrong_password_and_an_unknown_name_get_the_same_words(client):
    wrong = enter(client, password="không phải mật khẩu")
    unknown = enter(client, name="canbo", password="x" * 20)
    nobody = client.post("/dang-nhap", data={"ten": "khong-ai", "mat_khau": "x" * 20})
    assert wrong.status_code == unknown.status_code == nobody.status_code == 401
    sentence = "Tên đăng nhập hoặc mật khẩu không đúng."
    assert sentence in wrong.text
    assert sentence in nobody.text
    assert "set-cookie" not in wrong.headers


def test_the_name_that_was_typed_is_kept_and_the_password_is_not(client):
    reply = enter(client, password="không phải mật khẩu")
    assert 'value="canbo"' in reply.text
    assert "không phải mật khẩu" not in reply.text


def test_the_sixth_wrong_try_is_turned_away_even_with_the_right_password(client):
    for _ in range(5):
        assert enter(client, password="không phải mật khẩu").status_code == 401
    reply = enter(client)
    assert reply.status_code == 429
    assert "quá nhiều lần" in reply.text


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(client):
    cookie = enter(client).headers["set-cookie"]
    assert cookie.startswith("loa=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(site):
    client = SiteClient(site, base_url="https://loa.test", follow_redirects=False)
    cookie = enter(client).headers["set-cookie"]
    assert cookie.startswith("__Host-loa=")
    assert "Secure" in cookie
    assert client.get("/").status_code == 200


def test_signing_out_ends_the_session_itself_not_only_the_cookie(officer):
    token = officer.cookies["loa"]
    assert officer.post("/dang-xuat").headers["location"] == "/dang-nhap"
    officer.cookies.set("loa", token)
    assert officer.get("/").status_code == 303


def test_a_session_ends_after_a_working_day_of_silence(world, officer):
    world.later(hours=7)
    assert officer.get("/").status_code == 200
    world.later(hours=7)
    assert officer.get("/").status_code == 200
    world.later(hours=8)
    assert officer.get("/").status_code == 303


def test_who_is_signed_in_is_not_asked_again(officer):
    assert officer.get("/dang-nhap?den=/phat").headers["location"] == "/phat"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://xau.test/",
        "//xau.test",
        "/\\xau.test",
        "/a\\b",
        "xau",
        "javascript:alert(1)",
        "",
        "/dang-nhap",
    ],
)
def test_after_signing_in_nobody_is_led_to_another_site(elsewhere):
    assert own_place(elsewhere) == "/"
