"""Passwords are hashed, and codes looked up, before the transaction that writes begins."""

import pytest

from controller.features.accounts import encryption as sealing
from controller.features.accounts import passwords
from controller.features.accounts.first_administrator import make_first_code
from devices.node_key import NodeKey
from tests.integration.web.site_world import PASSWORDS, PROVINCE
from tests.integration.web.test_admin_pages import FORM
from tests.integration.web.test_approving import approve

NEW = "một mật khẩu mới cũng dài"


@pytest.fixture
def hashes(world, monkeypatch):
    """Each hash of the libraries tries to write first: inside a write transaction that raises."""
    counted = []

    def probed(real):
        def hashing(*args, **kwargs):
            with world.store.write():
                counted.append(1)
            return real(*args, **kwargs)

        return hashing

    hasher = passwords.PASSWORDS.current_hasher
    for name in ("hash", "verify"):
        monkeypatch.setattr(type(hasher), name, probed(getattr(type(hasher), name)))
    monkeypatch.setattr(sealing, "_key", probed(sealing._key))
    return counted


def test_a_new_account_is_hashed_before_it_is_written(hashes, sign_in):
    form = {"ten": "duyet2", "ho_ten": "Hai", "vai_tro": "approver", "dia_ban": PROVINCE}
    reply = sign_in("quantri").post("/nguoi-dung/them", data=form | {"xac_nhan": PASSWORDS["quantri"]})
    assert (reply.status_code, len(hashes)) == (200, 3)  # the proof, the password, the key that it seals


def test_a_reset_password_is_hashed_before_it_is_written(hashes, sign_in):
    form = {"xac_nhan": PASSWORDS["quantri"]}
    assert sign_in("quantri").post("/nguoi-dung/duyet/mat-khau", data=form).status_code == 200
    assert len(hashes) == 3


@pytest.mark.parametrize("by_json", [False, True])
def test_a_changed_password_is_hashed_before_it_is_written(hashes, approver, by_json):
    if by_json:
        asked = {"old": PASSWORDS["duyet"], "new": NEW}
        assert approver.post("/api/v1/me/password", json=asked).status_code == 204
    else:
        form = {"cu": PASSWORDS["duyet"], "moi": NEW, "lap_lai": NEW}
        assert (
            approver.post("/tai-khoan/mat-khau", data=form).headers["location"] == "/dang-nhap?xong=mat-khau"
        )
    assert len(hashes) == 4  # the old password, the new one, the key opened, the key sealed


FIRST = {"ten": "quantri2", "ten_hien": "Quản Trị Hai", "mat_khau": NEW, "lap_lai": NEW}


def test_the_first_administrators_password_is_hashed_before_it_is_written(hashes, headless, client):
    code = headless.do(make_first_code)
    assert client.post("/bat-dau", data=FIRST | {"ma": code}).status_code == 303
    assert len(hashes) == 2  # the password and the key that it seals; the policy is signed with that key


def test_nothing_is_hashed_for_who_has_no_first_code(hashes, headless, client):
    headless.do(make_first_code)
    assert client.post("/bat-dau", data=FIRST | {"ma": "AAAA-BBBB-CCCC"}).status_code == 403
    assert client.post("/bat-dau", data=FIRST | {"ma": "AAAA-BBBB-CCCC", "mat_khau": "x"}).status_code == 422
    assert hashes == []


def test_an_approvers_key_is_opened_before_the_approval_is_written(hashes, world, approver):
    assert approve(world, approver, world.submitted()[0]).status_code == 303
    assert len(hashes) == 1


def test_an_administrators_key_is_opened_before_the_policy_is_written(hashes, sign_in):
    form = FORM | {"viec": "ky", "mat_khau": PASSWORDS["quantri"]}
    assert sign_in("quantri").post(f"/quy-dinh/{PROVINCE}", data=form).status_code == 303
    assert len(hashes) == 1


def test_a_wrong_enrolment_code_waits_for_no_writer(world, client):
    claim = NodeKey.generate().claim("ABCD2345").model_dump(mode="json")
    with world.store.write():
        assert client.post("/api/v1/enrolments/claim", json=claim).status_code == 404
