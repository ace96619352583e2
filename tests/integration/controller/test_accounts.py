"""Accounts over their life, the first administrator, and deputies."""

from datetime import timedelta

import pytest

from controller.errors import BadInput, Conflict, NotAllowed, NotFound, NotSignedIn
from controller.features.accounts.administration import enable_operator, reset_password, set_roles
from controller.features.accounts.delegation import delegate_approval, delegations_of, end_delegation
from controller.features.accounts.first_administrator import (
    CODE_LIFE,
    create_first_administrator,
    make_first_code,
)
from controller.features.accounts.queries import has_administrator, require
from controller.features.accounts.service import create_operator, disable_operator, open_key
from controller.features.accounts.sessions import Tries, operator_of_token, sign_in
from controller.features.bulletins.queries import get_bulletin
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.plans.key_set_signing import sign_key_sets
from controller.model.bulletin_states import BulletinState
from controller.model.permissions import Act, OperatorRole
from devices.ids import Role
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORD, PROVINCE
from tests.support.stored_rows import newest_entries

NEW = "mật khẩu mới dài hơn"


def enter(world, name, password=PASSWORD):
    return sign_in(world.store, name=name, password=password, address="::1", tries=Tries(), now=world.now)


def present(world, token):
    """The person as a request knows them: with what others lend at this moment."""
    return world.ask(operator_of_token, token, world.now)


@pytest.fixture
def neighbour(world):
    """An approver of the commune beside."""
    neighbour = world.do(
        create_operator,
        name="duyetbac",
        display_name="Duyệt Bắc",
        roles={OperatorRole.APPROVER},
        area=BAC_NHA_TRANG,
        password=PASSWORD,
        by=world.administrator,
    )
    world.do(sign_key_sets, root_key=world.root_key)
    return neighbour


def lend(world, to="duyetbac", area=NHA_TRANG, days=7, by=None):
    until = world.now + timedelta(days=days)
    return world.do(delegate_approval, to=to, area=area, until=until, by=by or world.approver)


# --- accounts


def test_a_closed_account_is_opened_again_without_its_old_keys(world):
    with pytest.raises(Conflict):
        world.do(enable_operator, world.approver.id, by=world.administrator)
    world.do(disable_operator, world.approver.id, by=world.administrator)
    with pytest.raises(NotAllowed):
        world.do(enable_operator, world.approver.id, by=world.technician)
    world.do(enable_operator, world.approver.id, by=world.administrator)
    assert present(world, enter(world, "duyet"))
    with pytest.raises(NotAllowed):
        world.do(open_key, world.approver, role=Role.APPROVER, password=PASSWORD)


def test_a_forgotten_password_means_new_keys_and_ends_the_sessions(world):
    token = enter(world, "duyet")
    with pytest.raises(NotAllowed):
        world.do(reset_password, world.approver.id, NEW, by=world.technician)
    assert world.do(reset_password, world.approver.id, NEW, by=world.administrator)
    assert present(world, token) is None
    with pytest.raises(NotSignedIn):
        enter(world, "duyet")
    assert enter(world, "duyet", NEW)
    with pytest.raises(Conflict, match="Loa chưa biết khóa ký của bạn"):
        world.do(open_key, world.approver, role=Role.APPROVER, password=NEW)
    world.do(sign_key_sets, root_key=world.root_key)
    assert world.do(open_key, world.approver, role=Role.APPROVER, password=NEW)
    assert world.do(reset_password, world.officer.id, NEW, by=world.administrator)
    assert not world.do(reset_password, world.technician.id, NEW, by=world.administrator)
    with pytest.raises(BadInput):
        world.do(reset_password, world.officer.id, "ngắn", by=world.administrator)


def test_other_roles_hold_at_once_and_lost_ones_lose_their_key(world):
    token = enter(world, "duyet")
    world.do(set_roles, world.approver.id, [OperatorRole.OFFICER], by=world.administrator)
    assert present(world, token) is None
    with pytest.raises(NotAllowed):
        world.ask(require, world.approver, Act.APPROVE, NHA_TRANG)
    with pytest.raises(NotAllowed):
        world.do(open_key, world.approver, role=Role.APPROVER, password=PASSWORD)
    lacks = world.do(set_roles, world.officer.id, [OperatorRole.APPROVER], by=world.administrator)
    assert lacks
    for roles, error in (([], BadInput), ([OperatorRole.OFFICER], NotAllowed)):
        with pytest.raises(error):
            world.do(set_roles, world.officer.id, roles, by=world.approver)


def test_the_last_administrator_stays_one(world):
    with pytest.raises(Conflict):
        world.do(set_roles, world.administrator.id, [OperatorRole.OFFICER], by=world.administrator)
    assert world.ask(has_administrator)


# --- the first administrator


def begin(world, code, name="dautien"):
    return world.do(
        create_first_administrator,
        code=code,
        name=name,
        display_name="Đầu Tiên",
        password=PASSWORD,
        area=PROVINCE,
    )


@pytest.fixture
def headless(world):
    """The world after its only administrator was closed on the server."""
    world.do(disable_operator, world.administrator.id, by=None)
    return world


def test_there_is_no_first_code_while_an_administrator_exists(world):
    with pytest.raises(Conflict):
        world.do(make_first_code)
    with pytest.raises(Conflict):
        begin(world, "AAAA-BBBB-CCCC")


def test_the_first_code_makes_one_administrator_once(headless):
    code = headless.do(make_first_code)
    assert len(code.replace("-", "")) >= 8
    person = begin(headless, code.lower().replace("-", " "))
    assert person.roles == {OperatorRole.ADMINISTRATOR}
    headless.do(sign_key_sets, root_key=headless.root_key)
    assert headless.do(open_key, person, role=Role.ADMINISTRATOR, password=PASSWORD)
    headless.do(disable_operator, person.id, by=None)
    with pytest.raises(NotAllowed):
        begin(headless, code, "thuhai")


def test_the_first_code_is_good_for_an_hour_and_only_the_newest(headless):
    old, code = headless.do(make_first_code), headless.do(make_first_code)
    for wrong in (old, "", "AAAA-BBBB-CCCC"):
        with pytest.raises(NotAllowed):
            begin(headless, wrong)
    headless.later(seconds=CODE_LIFE.total_seconds())
    with pytest.raises(NotAllowed):
        begin(headless, code)


def test_a_name_that_cannot_be_leaves_the_code_unused(headless):
    code = headless.do(make_first_code)
    with pytest.raises(BadInput):
        begin(headless, code, "CÓ DẤU")
    assert begin(headless, code)


# --- deputies


def test_a_deputy_approves_in_the_lent_area_until_the_date(world, neighbour):
    token = enter(world, "duyetbac")
    with pytest.raises(NotAllowed):
        world.ask(require, present(world, token), Act.APPROVE, NHA_TRANG)
    lend(world)
    deputy = present(world, token)
    bulletin = world.submitted(by=world.officer)
    with pytest.raises(Conflict, match="loa keys sign"):
        world.approve(bulletin, by=deputy)  # loudspeakers there do not know the deputy's key yet
    assert world.ask(keys_to_sign_for, world.now) == 1
    world.do(sign_key_sets, root_key=world.root_key)
    world.approve(bulletin, by=deputy)
    assert world.ask(get_bulletin, bulletin).state is BulletinState.APPROVED
    with pytest.raises(NotAllowed):
        world.ask(require, deputy, Act.AIR_EMERGENCY, NHA_TRANG)
    with pytest.raises(NotAllowed):
        world.ask(require, deputy, Act.APPROVE, PROVINCE)
    world.later(days=7)
    later = present(world, enter(world, "duyetbac"))
    assert later.deputises_in == frozenset()
    with pytest.raises(NotAllowed):
        world.ask(require, later, Act.APPROVE, NHA_TRANG)
    assert later.id == neighbour.id


def test_a_deputy_does_not_approve_what_they_wrote(world, neighbour):
    lend(world)
    with world.store.write() as session:
        from controller.model.accounts import Account

        session.get_one(Account, neighbour.id).area = NHA_TRANG
    world.do(sign_key_sets, root_key=world.root_key)
    author = present(world, enter(world, "duyetbac"))
    bulletin = world.submitted(by=author)
    with pytest.raises(NotAllowed) as refused:
        world.approve(bulletin, by=author)
    assert refused.value.code == "bulletin.own"


@pytest.mark.parametrize("ended_by", ["giver", "receiver", "administrator"])
def test_a_delegation_that_is_ended_holds_no_more_not_even_for_who_is_just_acting(world, neighbour, ended_by):
    row = lend(world)
    deputy = present(world, enter(world, "duyetbac"))
    by = {"giver": world.approver, "receiver": neighbour, "administrator": world.administrator}[ended_by]
    world.do(end_delegation, row.id, by=by)
    world.do(end_delegation, row.id, by=by)
    with pytest.raises(NotAllowed):
        world.ask(require, deputy, Act.APPROVE, NHA_TRANG)
    assert world.ask(delegations_of, neighbour.id, world.now) == []


def test_strangers_end_no_delegation(world, neighbour):
    row = lend(world)
    with pytest.raises(NotAllowed):
        world.do(end_delegation, row.id, by=world.officer)
    with pytest.raises(NotFound):
        world.do(end_delegation, "không có", by=world.approver)
    assert [one.id for one in world.ask(delegations_of, neighbour.id, world.now)] == [row.id]


def test_a_delegation_holds_no_longer_than_its_giver_could_approve(world, neighbour):
    lend(world)
    deputy = present(world, enter(world, neighbour.name))
    assert deputy.deputises_in == {NHA_TRANG}
    world.do(set_roles, world.approver.id, [OperatorRole.OFFICER], by=world.administrator)
    with pytest.raises(NotAllowed):
        world.ask(require, deputy, Act.APPROVE, NHA_TRANG)
    world.do(set_roles, world.approver.id, [OperatorRole.APPROVER], by=world.administrator)
    world.ask(require, deputy, Act.APPROVE, NHA_TRANG)
    world.do(disable_operator, world.approver.id, by=world.administrator)
    with pytest.raises(NotAllowed):
        world.ask(require, deputy, Act.APPROVE, NHA_TRANG)


def test_what_was_lent_is_not_lent_on(world, neighbour):
    world.do(
        create_operator,
        name="thuba",
        display_name="Thứ Ba",
        roles={OperatorRole.APPROVER},
        area=BAC_NHA_TRANG,
        password=PASSWORD,
        by=None,
    )
    lend(world)
    deputy = present(world, enter(world, neighbour.name))
    with pytest.raises(NotAllowed):
        lend(world, to="thuba", by=deputy)
    assert lend(world, to="thuba", area=BAC_NHA_TRANG, by=deputy)


@pytest.mark.usefixtures("neighbour")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"to": "canbo"}, Conflict),
        ({"to": "duyet"}, Conflict),
        ({"to": "không có"}, NotFound),
        ({"days": 0}, BadInput),
        ({"days": 93}, BadInput),
        ({"area": "99999"}, NotAllowed),
    ],
)
def test_a_delegation_that_cannot_be_is_refused(world, changes, error):
    with pytest.raises(error):
        lend(world, **changes)


def test_only_approvers_delegate_and_it_is_in_the_journal(world, neighbour):
    for by in (world.officer, world.technician, world.administrator):
        with pytest.raises(NotAllowed):
            lend(world, by=by)
    with pytest.raises(NotAllowed):
        lend(world, to="duyet", area=PROVINCE, by=neighbour)
    row = lend(world)
    entry = world.ask(newest_entries, 1)[0]
    assert (entry.act, entry.subject, entry.by) == ("approval.delegated", row.id, world.approver.id)
