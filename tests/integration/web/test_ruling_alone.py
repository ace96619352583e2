"""No administrator escalates alone: roles exclude each other, each act asks for a proof, others are told."""

from datetime import timedelta

import pyotp
import pytest

from controller.errors import BadInput, Conflict
from controller.features.accounts.administration import reset_password, set_roles
from controller.features.accounts.checks import nobody_rules_and_approves
from controller.features.accounts.delegation import delegate_approval
from controller.features.accounts.queries import held_key, operator_named
from controller.features.accounts.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    has_second_factor,
)
from controller.features.accounts.service import create_operator
from controller.features.notices.queries import notices_of
from controller.model.accounts import Account
from controller.model.notices import NoticeKind
from controller.model.permissions import OperatorRole
from devices.ids import Role
from tests.integration.web.site_world import NHA_TRANG, PASSWORDS, PROVINCE

BOTH = [OperatorRole.APPROVER, OperatorRole.ADMINISTRATOR]
OWN = {"xac_nhan": PASSWORDS["quantri"]}


@pytest.fixture
def administrator(sign_in):
    return sign_in("quantri")


@pytest.fixture
def phone(world):
    """The administrator's telephone."""
    person = world.people["quantri"]
    totp = pyotp.TOTP(world.do(begin_second_factor, by=person, place="").secret)
    world.do(confirm_second_factor, totp.at(world.now()), by=person)
    world.later(seconds=90)
    return lambda: totp.at(world.now())


@pytest.fixture
def second(world):
    """Another administrator."""
    return world.do(
        create_operator,
        name="quantri2",
        display_name="Quản trị hai",
        roles={OperatorRole.ADMINISTRATOR},
        area=PROVINCE,
        password="mật khẩu của người thứ hai",
        by=None,
    )


def told(world, person):
    rows = world.ask(notices_of, person.id)
    return [row.sentence for row in rows if row.kind is NoticeKind.ACCOUNT]


def test_nobody_is_approver_and_administrator_by_any_way(world, administrator, second):
    by = world.people["quantri"]
    for person, who in ((world.approver, by), (second, by), (world.approver, None)):
        with pytest.raises(BadInput, match="vừa duyệt vừa quản trị"):
            world.do(set_roles, person.id, BOTH, by=who)
    form = OWN | {"ten": "hai.vai", "ho_ten": "Hai Vai", "vai_tro": ["approver", "administrator"]}
    page = administrator.post("/nguoi-dung/them", data=form | {"dia_ban": PROVINCE})
    assert (page.status_code, "vừa duyệt vừa quản trị" in page.text) == (422, True)
    assert world.ask(operator_named, "hai.vai") is None


def test_nobody_grants_anything_to_the_own_account(world, administrator):
    own = world.people["quantri"]
    for act in (
        lambda: world.do(set_roles, own.id, [OperatorRole.APPROVER], by=own),
        lambda: world.do(reset_password, own.id, "một mật khẩu khác nữa", by=own),
    ):
        with pytest.raises(Conflict, match="một quản trị khác"):
            act()
    reply = administrator.post("/nguoi-dung/quantri/vai-tro", data=OWN | {"vai_tro": "approver"})
    assert reply.status_code == 409
    assert world.ask(operator_named, "quantri").roles == {OperatorRole.ADMINISTRATOR}


def test_an_administrator_is_nobodys_deputy_whatever_a_row_says(world):
    with world.store.write() as session:  # a row from before roles excluded each other
        session.get_one(Account, world.people["kythuat"].id).roles = ["administrator", "approver"]
    with pytest.raises(Conflict) as refused:
        world.do(
            delegate_approval,
            to="kythuat",
            area=NHA_TRANG,
            until=world.now() + timedelta(days=7),
            by=world.approver,
        )
    assert refused.value.code == "delegation.administrator"


def test_the_doctor_names_who_has_both_roles_from_before(world):
    with world.store.write() as session:
        session.get_one(Account, world.people["kythuat"].id).roles = ["administrator", "approver"]
    with world.store.read() as session:
        (fault,) = nobody_rules_and_approves(session, world.now())
    assert "kythuat" in fault


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("vai-tro", {"vai_tro": "technician"}),
        ("dia-ban", {"dia_ban": PROVINCE}),
        ("khoa", {}),
        ("go-ma", {}),
        ("mat-khau", {}),
    ],
)
def test_a_cookie_alone_changes_no_account(world, administrator, act, fields):
    before = world.ask(operator_named, "canbo")
    for proof, status in (("", 422), ("sai rồi nhé", 403)):
        reply = administrator.post(f"/nguoi-dung/canbo/{act}", data=fields | {"xac_nhan": proof})
        assert reply.status_code == status
        assert "Chưa có gì thay đổi" in reply.text
    assert world.ask(operator_named, "canbo") == before
    assert told(world, before) == []


def test_a_cookie_alone_takes_no_second_factor_and_voids_no_key(world, administrator, phone, second):
    key = world.ask(held_key, world.approver.id, Role.APPROVER, world.now()).kid
    calls = (
        ("DELETE", "/api/v1/operators/quantri2/second-factor"),
        ("POST", f"/api/v1/keys/{key}/compromise"),
        ("POST", f"/api/v1/keys/{key}/retire"),
    )
    for method, path in calls:
        reply = administrator.request(method, path, json={})
        assert (reply.status_code, reply.json()["code"]) == (422, "operator.proof-needed")
        wrong = administrator.request(method, path, json={"proof": PASSWORDS["quantri"]})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "operator.wrong-code")
    assert world.ask(held_key, world.approver.id, Role.APPROVER, world.now()).kid == key
    totp = pyotp.TOTP(world.do(begin_second_factor, by=second, place="").secret)
    world.do(confirm_second_factor, totp.at(world.now()), by=second)
    used = phone()
    assert administrator.request(*calls[0], json={"proof": used}).status_code == 204
    assert not world.ask(has_second_factor, second.id)
    assert administrator.request(*calls[2], json={"proof": used}).status_code == 403  # once only
    world.later(seconds=60)
    assert administrator.request(*calls[2], json={"proof": phone()}).status_code == 204


def test_the_person_and_the_other_administrators_are_told(world, administrator, second):
    administrator.post("/nguoi-dung/duyet/vai-tro", data=OWN | {"vai_tro": "officer"})
    administrator.post("/nguoi-dung/canbo/mat-khau", data=OWN)
    (roles,) = told(world, world.approver)
    assert "cán bộ duyệt → cán bộ" in roles
    assert "Người làm: Đỗ Thị Mai" in roles
    assert any("mật khẩu mới" in one for one in told(world, world.officer))
    assert len(told(world, second)) == 2
    assert len(told(world, world.people["quantri"])) == 1  # that somebody on the server made the second one
    world.do(set_roles, second.id, [OperatorRole.TECHNICIAN], by=None)
    assert any("trên máy chủ" in one for one in told(world, world.people["quantri"]))
