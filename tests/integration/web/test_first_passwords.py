"""A password that somebody else chose opens one page: where another is chosen. A change ends every way in."""

import re
from datetime import timedelta

import pytest

from controller.features.accounts.administration import reset_password
from controller.features.accounts.service import open_key
from controller.features.accounts.tokens import create_token
from controller.features.plans.key_set_signing import sign_key_sets
from controller.model.permissions import Act
from devices.ids import Role
from tests.integration.web.access_rows import OPEN, ROWS
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS
from tests.integration.web.test_pages import text_of
from tests.support.nightly import NIGHTLY
from tests.support.site_client import SiteClient

FIRST, OWN = "cấp tạm cho lần đầu", "của riêng tôi, không ai biết"


def enter(client, name, password):
    return client.post("/dang-nhap", data={"ten": name, "mat_khau": password})


def choose(client, old=FIRST, new=OWN):
    return client.post("/tai-khoan/mat-khau", data={"cu": old, "moi": new, "lap_lai": new})


def token_of(world, person, acts=(Act.SEE,)):
    until = world.now() + timedelta(days=30)
    return world.do(create_token, name="m", acts=acts, area=NHA_TRANG, expires_at=until, of=person)[1]


@pytest.fixture
def given(world, client):
    """An approver who has just been given a password by the administrator, and has signed in with it."""
    world.do(reset_password, world.approver.id, FIRST, by=world.people["quantri"])
    enter(client, "duyet", FIRST)
    return client


def test_who_has_a_given_password_comes_nowhere_before_choosing_another(given):
    wrong = {}
    asked = [key for key, row in ROWS.items() if row.needs != OPEN and "{" not in key]
    own = [key for key in asked if "/tai-khoan" in key or "/me" in key]
    for key in asked if NIGHTLY else {*own, *asked[::6]}:
        method, path = key.split(" ")
        if "/mat-khau" in path or "doi-mat-khau" in path or path.endswith("me/password"):
            continue
        reply = given.request(method, path)
        is_led = reply.headers.get("location") == "/tai-khoan/doi-mat-khau"
        if not is_led and (reply.status_code, "change-password-first") not in told_of(reply):
            wrong[key] = reply.status_code
    assert wrong == {}
    assert given.get("/api/v1/me").json()["code"] == "operator.change-password-first"


def told_of(reply):
    body = reply.text
    return {(403, word) for word in ("change-password-first",) if word in body or "do người khác cấp" in body}


def test_choosing_another_opens_the_door_and_the_key_and_the_given_one_is_void(seeds, world, given, client):
    assert "Chọn mật khẩu của bạn" in text_of(given.get("/tai-khoan/doi-mat-khau"))
    same = choose(given, new=FIRST)
    assert (same.status_code, "phải khác" in same.text) == (422, True)
    door = choose(given).headers["location"]
    assert "Đã đổi mật khẩu. Hãy đăng nhập bằng mật khẩu mới." in text_of(given.get(door))
    assert enter(client, "duyet", FIRST).status_code == 401
    assert enter(client, "duyet", OWN).headers["location"] == "/"
    assert client.get("/").status_code == 200
    assert client.get("/tai-khoan/doi-mat-khau").headers["location"] == "/tai-khoan"
    world.do(sign_key_sets, root_key=seeds.root_key)
    assert world.do(open_key, world.approver, role=Role.APPROVER, password=OWN)


def test_a_password_is_changed_by_json_too(given, client):
    assert given.post("/api/v1/me/password", json={"old": "sai", "new": OWN}).status_code == 403
    assert given.post("/api/v1/me/password", json={"old": FIRST, "new": OWN}).status_code == 204
    assert client.get("/api/v1/me").status_code == 401
    asked = {"name": "duyet", "password": OWN}
    assert client.post("/api/v1/sign-in", json=asked).status_code == 200
    assert client.get("/api/v1/me").json()["name"] == "duyet"


def test_a_new_account_begins_with_a_password_to_be_changed(sign_in, client):
    administrator = sign_in("quantri")
    form = {"ten": "hoa.nt", "ho_ten": "Hòa", "vai_tro": "officer", "dia_ban": NHA_TRANG}
    form |= {"xac_nhan": PASSWORDS["quantri"]}
    page = administrator.post("/nguoi-dung/them", data=form).text
    password = re.search(r'id="mat-khau-moi">([^<]+)<', page).group(1)
    enter(client, "hoa.nt", password)
    assert client.get("/").headers["location"] == "/tai-khoan/doi-mat-khau"
    choose(client, password)
    enter(client, "hoa.nt", OWN)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("how", ["changed", "reset"])
def test_a_change_of_password_ends_tokens_and_every_other_session(world, site, sign_in, officer, how):
    other, token = sign_in("canbo"), token_of(world, world.officer)
    bearer = {"authorization": f"Bearer {token}"}
    program = SiteClient(site)
    assert program.get("/api/v1/me", headers=bearer).status_code == 200
    if how == "changed":
        assert choose(officer, PASSWORDS["canbo"]).status_code == 303
    else:
        world.do(reset_password, world.officer.id, FIRST, by=None)
    assert program.get("/api/v1/me", headers=bearer).status_code == 401
    assert other.get("/").headers["location"] == "/dang-nhap"
