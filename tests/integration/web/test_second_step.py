"""The door's second step, the page Tài khoản, and the beginning of a station, as a browser meets them."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pyotp
import pytest

from controller.features.accounts.delegation import delegations_of
from controller.features.accounts.first_administrator import make_first_code
from controller.features.accounts.queries import has_administrator
from controller.features.accounts.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    has_second_factor,
)
from controller.features.accounts.service import create_operator
from controller.host.station_keys import Secrets
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS


def enter(client, name="duyet", **fields):
    return client.post("/dang-nhap", data={"ten": name, "mat_khau": PASSWORDS[name], **fields})


@pytest.fixture
def phone(world):
    """Enrol the approver; returns the telephone."""
    enrolment = world.do(begin_second_factor, by=world.approver, place="")
    totp = pyotp.TOTP(enrolment.secret)
    world.do(confirm_second_factor, totp.at(world.now()), by=world.approver)
    world.later(seconds=90)
    return lambda: totp.at(world.now())


def test_the_password_leads_to_the_code_and_the_code_to_where_one_wanted(client, phone):
    reply = enter(client, den="/phat?trang=2")
    assert reply.headers["location"] == "/dang-nhap/ma?den=%2Fphat%3Ftrang%3D2"
    half = client.cookies["loa"]
    assert client.get("/").headers["location"] == "/dang-nhap"
    assert client.get("/api/v1/me").status_code == 401
    asking = client.get(reply.headers["location"])
    assert 'value="/phat?trang=2"' in asking.text
    assert "one-time-code" in asking.text
    done = client.post("/dang-nhap/ma", data={"ma": phone(), "den": "/phat?trang=2"})
    assert done.headers["location"] == "/phat?trang=2"
    assert client.cookies["loa"] != half
    assert client.get("/").status_code == 200
    client.cookies.clear()
    client.cookies.set("loa", half)
    assert client.get("/").status_code == 303


def test_a_wrong_code_is_said_and_an_old_step_begins_again(world, client, phone):
    enter(client)
    wrong = client.post("/dang-nhap/ma", data={"ma": "000 00"})
    assert wrong.status_code == 401
    assert "không đúng hoặc đã dùng rồi" in wrong.text
    world.later(minutes=10)
    late = client.post("/dang-nhap/ma", data={"ma": phone()})
    assert late.status_code == 401
    assert "Đã quá lâu" in late.text
    assert client.get("/dang-nhap/ma").headers["location"] == "/dang-nhap"


@pytest.mark.usefixtures("phone")
def test_the_tenth_wrong_code_closes_the_second_step(client):
    enter(client)
    for _ in range(10):
        assert client.post("/dang-nhap/ma", data={"ma": "00000"}).status_code == 401
    reply = client.post("/dang-nhap/ma", data={"ma": "00000"})
    assert reply.status_code == 429
    assert "quá nhiều lần" in reply.text


@pytest.mark.parametrize("elsewhere", ["https://xau.test/", "//xau.test", "/\\xau.test", "/\t/xau.test"])
def test_nobody_is_led_to_another_site_after_either_step(client, phone, elsewhere):
    assert enter(client, den=elsewhere).headers["location"] == "/dang-nhap/ma?den=%2F"
    reply = client.post("/dang-nhap/ma", data={"ma": phone(), "den": elsewhere})
    assert reply.headers["location"] == "/"


def test_a_program_sends_its_code_along(client, phone):
    asked = {"name": "duyet", "password": PASSWORDS["duyet"]}
    lacking = client.post("/api/v1/sign-in", json=asked)
    assert (lacking.status_code, lacking.json()["code"]) == (401, "operator.code-needed")
    assert "set-cookie" not in lacking.headers
    wrong = client.post("/api/v1/sign-in", json=asked | {"code": "00000"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "operator.wrong-code")
    assert client.post("/api/v1/sign-in", json=asked | {"code": phone()}).status_code == 200
    assert client.get("/api/v1/me").json()["name"] == "duyet"


def test_signing_in_never_goes_on_with_the_session_that_the_browser_brought(client, officer):
    brought = officer.cookies["loa"]
    client.cookies.set("loa", brought)
    enter(client, "xanhatrang")
    assert client.cookies.get("loa", domain="testserver.local") != brought
    assert officer.get("/").status_code == 303


# --- enrolling


def test_who_must_have_a_second_factor_is_led_to_it_and_set_free_by_it(world, approver):
    world.require_totp = True
    assert approver.get("/phat").headers["location"] == "/tai-khoan/ma-xac-thuc"
    page = approver.get("/tai-khoan/ma-xac-thuc").text
    assert "Vai trò của bạn" in page
    assert "data:image/svg+xml" in page
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    wrong = approver.post("/tai-khoan/ma-xac-thuc", data={"ma": "00000"})
    assert wrong.status_code == 422
    assert secret in wrong.text.replace(" ", "")
    done = approver.post("/tai-khoan/ma-xac-thuc", data={"ma": pyotp.TOTP(secret).at(world.now())})
    assert len(re.findall(r"<li><code>[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3}</code>", done.text)) == 10
    assert approver.get("/phat").status_code == 200
    assert approver.get("/tai-khoan/ma-xac-thuc").headers["location"] == "/tai-khoan"
    assert "Còn 10 mã dự phòng" in approver.get("/tai-khoan").text
    assert secret not in approver.get("/tai-khoan").text


def test_it_is_enrolled_by_json_too_and_taken_away_by_an_administrator(world, officer, sign_in):
    begun = officer.post("/api/v1/me/second-factor").json()
    code = pyotp.TOTP(begun["secret"]).at(world.now())
    done = officer.post("/api/v1/me/second-factor/confirm", json={"code": code})
    assert len(done.json()["recovery_codes"]) == 10
    administrator = sign_in("quantri")
    told = {one["name"]: one["second_factor"] for one in administrator.get("/api/v1/operators").json()}
    assert told == {name: name == "canbo" for name in PASSWORDS}
    place = "/api/v1/operators/canbo/second-factor"
    own = {"proof": PASSWORDS["quantri"]}
    assert officer.request("DELETE", place, json=own).status_code == 403
    assert administrator.request("DELETE", place, json=own).status_code == 204
    assert not world.ask(has_second_factor, world.officer.id)


def test_new_recovery_codes_come_for_a_code_alone(approver, phone):
    assert approver.post("/tai-khoan/ma-du-phong", data={"ma": "00000"}).status_code == 403
    assert "ma-du-phong" in approver.post("/tai-khoan/ma-du-phong", data={"ma": phone()}).text


# --- one's own account


def test_a_password_is_changed_by_who_knows_it_and_everybody_is_signed_out(officer):
    new = "nắng lên trên đồi cát"
    for wrong, status in (
        ({"cu": "sai", "moi": new, "lap_lai": new}, 403),
        ({"cu": PASSWORDS["canbo"], "moi": new, "lap_lai": "khác"}, 422),
        ({"cu": PASSWORDS["canbo"], "moi": "ngắn", "lap_lai": "ngắn"}, 422),
    ):
        reply = officer.post("/tai-khoan/mat-khau", data=wrong)
        assert reply.status_code == status
        assert new not in reply.text
    done = officer.post("/tai-khoan/mat-khau", data={"cu": PASSWORDS["canbo"], "moi": new, "lap_lai": new})
    assert done.headers["location"] == "/dang-nhap?xong=mat-khau"
    assert officer.get("/").status_code == 303
    assert officer.post("/dang-nhap", data={"ten": "canbo", "mat_khau": new}).headers["location"] == "/"


@pytest.fixture
def neighbour(world):
    """An approver of one commune."""
    return world.do(
        create_operator,
        name="duyetxa",
        display_name="Duyệt <xã>",
        roles={"approver"},
        area=NHA_TRANG,
        password=PASSWORDS["duyet"],
        by=None,
    )


def test_an_approver_lends_and_takes_back(world, approver, neighbour):
    asked = {"nguoi": "duyetxa", "dia_ban": "22333", "den_ngay": "2026-11-30"}
    assert "Duyệt &lt;xã&gt;" in approver.get("/tai-khoan").text
    reply = approver.post("/tai-khoan/uy-quyen", data=asked)
    assert reply.headers["location"] == "/tai-khoan?xong=uy-quyen"
    row = world.ask(delegations_of, neighbour.id, world.now())[0]
    assert row.until == datetime(2026, 11, 30, 17, tzinfo=UTC)
    assert "Thôi ủy quyền" in approver.get(reply.headers["location"]).text
    approver.post(f"/tai-khoan/uy-quyen/{row.id}/thoi")
    assert world.ask(delegations_of, neighbour.id, world.now()) == []
    wrong = approver.post("/tai-khoan/uy-quyen", data=asked | {"den_ngay": "mai"})
    assert wrong.status_code == 422


def test_a_deputy_sees_what_waits_in_the_lent_area(world, client, approver, neighbour):
    world.submitted("Tin toàn tỉnh")
    asked = {"to": "duyetxa", "area": "56", "until": (world.now() + timedelta(days=5)).isoformat()}
    client.post("/dang-nhap", data={"ten": "duyetxa", "mat_khau": PASSWORDS["duyet"]})
    assert "Tin toàn tỉnh" not in client.get("/duyet").text
    lent = approver.post("/api/v1/delegations", json=asked).json()
    assert (lent["giver"], lent["receiver"]) == ("duyet", neighbour.name)
    assert "Tin toàn tỉnh" in client.get("/duyet").text
    assert [one["id"] for one in client.get("/api/v1/delegations").json()] == [lent["id"]]
    assert client.delete(f"/api/v1/delegations/{lent['id']}").status_code == 204
    assert "Tin toàn tỉnh" not in client.get("/duyet").text


def test_a_token_is_shown_once_works_and_is_revoked(client, officer):
    made = officer.post("/tai-khoan/ma-truy-cap", data={"ten": "bảng", "viec": ["see"], "ngay": "30"})
    token = re.search(r'id="ma-moi">(loa_[\w-]+)<', made.text)[1]
    assert token not in officer.get("/tai-khoan").text
    client.headers["authorization"] = f"Bearer {token}"
    assert client.get("/api/v1/bulletins").status_code == 200
    refused = client.post("/api/v1/bulletins", json={"title": "Tin", "text": "Nội dung."})
    assert (refused.status_code, refused.json()["code"]) == (403, "operator.not-allowed")
    shown = officer.get("/api/v1/tokens").json()[0]
    assert shown["last_used_at"] is not None
    assert officer.post(f"/tai-khoan/ma-truy-cap/{shown['id']}/thu-hoi").status_code == 303
    assert client.get("/api/v1/bulletins").status_code == 401
    assert officer.get("/api/v1/tokens").json()[0]["revoked_at"] is not None


# --- the first administrator


FIRST = {
    "ten": "quantri2",
    "ten_hien": "Quản Trị Hai",
    "mat_khau": "sóng vỗ đá mòn",
    "lap_lai": "sóng vỗ đá mòn",
}


def test_the_page_begins_a_station_with_the_code_once(headless, client):
    code = headless.do(make_first_code)
    assert "/bat-dau" in client.get("/dang-nhap").text
    assert client.get("/bat-dau").status_code == 200
    for change, status in (
        ({"ma": "AAAA-BBBB-CCCC"}, 403),
        ({"lap_lai": "khác"}, 422),
        ({"ten": "CÓ DẤU"}, 422),
        ({"mat_khau": "ngắn", "lap_lai": "ngắn"}, 422),
    ):
        reply = client.post("/bat-dau", data=FIRST | {"ma": code} | change)
        assert reply.status_code == status
        assert 'role="alert"' in reply.text
        assert not headless.ask(has_administrator)
    done = client.post("/bat-dau", data=FIRST | {"ma": code})
    assert "Đã mở tài khoản quản trị." in client.get(done.headers["location"]).text
    assert headless.ask(has_administrator)
    assert client.get("/bat-dau").status_code == 404
    assert client.post("/bat-dau", data=FIRST | {"ma": code}).status_code == 404
    signed_in = client.post("/dang-nhap", data={"ten": "quantri2", "mat_khau": FIRST["mat_khau"]})
    assert signed_in.headers["location"] == "/"


def test_without_the_root_key_the_code_is_kept_for_another_try(headless, client):
    code = headless.do(make_first_code)
    path = Secrets(headless.settings.home).root_key
    path.rename(path.with_suffix(".away"))
    refused = client.post("/bat-dau", data=FIRST | {"ma": code})
    assert refused.status_code == 409
    assert "khóa gốc" in unescape(refused.text)
    path.with_suffix(".away").rename(path)
    assert client.post("/bat-dau", data=FIRST | {"ma": code}).status_code == 303


def test_codes_cannot_be_guessed_at(headless, client):
    for _ in range(60):
        assert client.post("/bat-dau", data=FIRST | {"ma": "AAAA-BBBB-CCCC"}).status_code == 403
    reply = client.post("/bat-dau", data=FIRST | {"ma": headless.do(make_first_code)})
    assert reply.status_code == 429
