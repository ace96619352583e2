"""What a stranger's wrong tries may close, and what they may not: the counters of `operators/tries.py`."""

import pyotp
import pytest

from controller.features.accounts.known_devices import LIFE, device_cookie, known_device
from controller.features.accounts.rate_limits import BearerSecret
from controller.features.accounts.second_factor import begin_second_factor, confirm_second_factor
from controller.model.emergency_states import Kind
from tests.integration.web.site_world import BAC_NHA_TRANG, PASSWORDS, PROVINCE
from tests.integration.web.test_emergency_pages import prepared_of
from tests.support.site_client import SiteClient

AREA = "22333"


@pytest.fixture
def phone(world):
    """Enrol the approver; returns the telephone."""
    enrolment = world.do(begin_second_factor, by=world.approver, place="")
    totp = pyotp.TOTP(enrolment.secret)
    world.do(confirm_second_factor, totp.at(world.now()), by=world.approver)
    world.later(seconds=90)
    return lambda: totp.at(world.now())


@pytest.fixture
def stranger(site):
    """Another browser at the same address."""
    return SiteClient(site, raise_server_exceptions=False, follow_redirects=False)


def enter(client, name="duyet", password=None):
    return client.post("/dang-nhap", data={"ten": name, "mat_khau": password or PASSWORDS[name]})


def called(client, prepared, code):
    """Call an emergency with the password and a code; return the code of what it is refused for, if it is."""
    call = {"prepared": prepared, "areas": [PROVINCE], "code": code, "password": PASSWORDS["duyet"]}
    reply = client.post("/api/v1/emergencies", json=call)
    return None if reply.is_success else reply.json()["code"]


def test_wrong_codes_at_the_door_do_not_close_the_code_of_an_emergency(world, approver, stranger, phone):
    prepared = prepared_of(world, "Khẩn cấp: lũ", Kind.ALARM, 500)
    enter(stranger)
    for _ in range(10):
        assert stranger.post("/dang-nhap/ma", data={"ma": "00000"}).status_code == 401
    assert stranger.post("/dang-nhap/ma", data={"ma": phone()}).status_code == 429
    assert called(approver, prepared, "00000") == "operator.wrong-code"
    assert called(approver, prepared, phone()) is None


def test_wrong_codes_in_one_session_do_not_close_another_of_the_same_person(
    world, client, approver, stranger, phone
):
    prepared = prepared_of(world, "Khẩn cấp: lũ", Kind.ALARM, 500)
    enter(client)
    client.post("/dang-nhap/ma", data={"ma": phone()})
    world.later(seconds=90)
    for _ in range(10):
        assert called(approver, prepared, "00000") == "operator.wrong-code"
    assert called(approver, prepared, phone()) == "operator.too-many-tries"
    assert called(client, prepared, phone()) is None
    # nor the other things that a code or a password is asked for
    change = {"cu": PASSWORDS["duyet"], "moi": "thuyền về bến muộn", "lap_lai": "thuyền về bến"}
    assert "khác nhau" in approver.post("/tai-khoan/mat-khau", data=change).text
    enter(stranger)
    world.later(seconds=90)
    assert stranger.post("/dang-nhap/ma", data={"ma": phone()}).status_code == 303


def test_bogus_tokens_close_nothing_but_bogus_tokens(site, client, stranger):
    headers = {"authorization": "Bearer loa_khong-dung"}
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    for _ in range(599):
        site.state.tries.failed_offered(BearerSecret.TOKEN, "testclient")
    reply = client.get("/api/v1/me", headers=headers)
    assert reply.status_code == 429
    assert 3590 < int(reply.headers["retry-after"]) <= 3600
    assert enter(stranger, "canbo").status_code == 303
    claim = {"code": "ABCDEFGH", "public": "p" * 43, "proof": "p" * 86}
    assert stranger.post("/api/v1/enrolments/claim", json=claim).status_code != 429


def test_a_stranger_who_guesses_does_not_shut_out_who_has_signed_in_here_before(client, stranger):
    assert enter(client, "canbo").status_code == 303
    client.post("/dang-xuat")
    for _ in range(5):
        assert enter(stranger, "canbo", "đoán mò thôi mà").status_code == 401
    assert enter(stranger, "canbo").status_code == 429
    assert enter(client, "canbo").status_code == 303


def test_a_known_browser_that_guesses_too_often_counts_as_any_other(client, stranger):
    enter(client, "canbo")
    for _ in range(10):
        assert enter(client, "canbo", "đoán mò thôi mà").status_code == 401
    assert enter(stranger, "canbo").status_code == 303
    for _ in range(5):
        assert enter(client, "canbo", "đoán mò thôi mà").status_code == 401
    assert enter(client, "canbo").status_code == 429


def test_one_account_is_guessed_at_a_hundred_times_an_hour_from_wherever(site, stranger):
    for n in range(100):
        site.state.tries.failed("canbo", f"10.0.{n}.1")
    assert enter(stranger, "canbo").status_code == 429
    assert enter(stranger, "xanhatrang").status_code == 303


def test_addresses_of_one_ipv6_site_count_as_one(site):
    tries = site.state.tries
    for n in range(5):
        tries.failed("canbo", f"2001:db8:1:2::{n}")
    with pytest.raises(Exception, match="Nhập sai quá nhiều lần"):
        tries.check("canbo", "2001:db8:1:2:ffff::1")
    tries.check("canbo", "2001:db8:1:3::1")


def test_a_device_is_known_to_one_person_for_half_a_year_and_cannot_be_made_up(world):
    signer, now = world.store.signer, world.now()
    cookie = device_cookie(signer, "canbo", now)
    assert known_device(signer, " Canbo ", cookie, now) == cookie.split(".")[1]
    issued, nonce, mac = cookie.split(".")
    later = str(int(issued) + 1)
    for name, forged, at in (
        ("duyet", cookie, now),
        ("canbo", f"{later}.{nonce}.{mac}", now),
        ("canbo", f"{issued}.{nonce}.{'0' * 64}", now),
        ("canbo", "đ.đ.đ", now),
        ("canbo", "..", now),
        ("canbo", cookie, now + LIFE),
    ):
        assert known_device(signer, name, forged, at) is None


def test_passwords_of_ruling_are_counted_on_every_way(sign_in):
    client = sign_in("quantri")
    asked = {"to": AREA, "password": "đoán mò thôi mà"}
    for _ in range(10):
        reply = client.post(f"/api/v1/areas/{BAC_NHA_TRANG}/close", json=asked)
        assert reply.json()["code"] == "operator.wrong-password"
    asked["password"] = PASSWORDS["quantri"]
    assert client.post(f"/api/v1/areas/{BAC_NHA_TRANG}/close", json=asked).status_code == 429
    form = {"viec": "ky", "mat_khau": PASSWORDS["quantri"]}
    assert client.post(f"/quy-dinh/{AREA}", data=form).status_code == 429
