"""Tokens of programs: narrower than their person, ended by date, by hand, and with the person."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from controller.errors import BadInput, NotAllowed, NotFound
from controller.features.accounts.administration import set_roles
from controller.features.accounts.queries import require
from controller.features.accounts.service import disable_operator
from controller.features.accounts.tokens import bearer, create_token, revoke_token, tokens_of
from controller.features.airings.service import plan_airing
from controller.features.bulletins.service import draft_bulletin
from controller.model.accounts import Account, ApiToken
from controller.model.permissions import Act, OperatorRole
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PROVINCE


def make(world, *acts, of=None, area=NHA_TRANG, **changes):
    asked = {
        "name": "bảng điện tử",
        "acts": acts or (Act.SEE,),
        "area": area,
        "expires_at": world.now + timedelta(days=30),
        "of": of or world.officer,
    }
    return world.do(create_token, **(asked | changes))


def acting(world, token):
    found = world.ask(bearer, token, world.now)
    return found and found[1]


@pytest.mark.both_databases
def test_a_token_acts_for_its_person_and_only_its_digest_is_kept(world):
    row, token = make(world, Act.SEE, Act.WRITE)
    operator = acting(world, token)
    assert (operator.id, operator.acts) == (world.officer.id, {Act.SEE, Act.WRITE})
    assert token.startswith("loa_")
    assert len(token) == 47
    with world.store.read() as session:
        kept = session.execute(select(ApiToken.__table__)).one()
    assert token not in map(str, kept)
    assert [one.id for one in world.ask(tokens_of, world.officer.id)] == [row.id]
    assert acting(world, token + "x") is None


def test_a_token_does_what_it_was_given_and_nothing_else_of_its_persons(world):
    operator = acting(world, make(world, Act.SEE, Act.WRITE)[1])
    draft = world.do(draft_bulletin, title="Tin", text="Nội dung.", by=operator)
    with pytest.raises(NotAllowed):
        world.do(
            plan_airing,
            draft.id,
            areas=[NHA_TRANG],
            starts_at=world.now + timedelta(hours=1),
            by=operator,
        )


def test_a_token_holds_in_its_area_though_its_person_may_more(world):
    operator = acting(world, make(world, Act.WRITE, of=world.approver, area=NHA_TRANG)[1])
    world.ask(require, operator, Act.WRITE, NHA_TRANG)
    for area in (BAC_NHA_TRANG, PROVINCE):
        with pytest.raises(NotAllowed):
            world.ask(require, operator, Act.WRITE, area)


def test_a_token_loses_what_its_person_loses(world):
    operator = acting(world, make(world, Act.WRITE, Act.SEE)[1])
    world.do(set_roles, world.officer.id, [OperatorRole.TECHNICIAN], by=None)
    with pytest.raises(NotAllowed):
        world.ask(require, operator, Act.WRITE, NHA_TRANG)
    world.ask(require, operator, Act.SEE, NHA_TRANG)


def test_a_token_is_nobody_once_its_person_moved_elsewhere(world):
    token = make(world, Act.SEE)[1]
    with world.store.write() as session:
        session.get_one(Account, world.officer.id).area = BAC_NHA_TRANG
    assert acting(world, token) is None


@pytest.mark.both_databases
def test_a_token_ends_by_its_date_by_hand_and_with_its_person(world):
    by_date = make(world, expires_at=world.now + timedelta(days=1))[1]
    row, by_hand = make(world)
    with_person = make(world)[1]
    world.do(revoke_token, row.id, by=world.officer)
    world.do(revoke_token, row.id, by=world.officer)
    assert acting(world, by_hand) is None
    assert acting(world, by_date) is not None
    world.later(days=1)
    assert acting(world, by_date) is None
    assert acting(world, with_person) is not None
    world.do(disable_operator, world.officer.id, by=world.administrator)
    assert acting(world, with_person) is None


def test_only_its_person_or_an_administrator_revokes_a_token(world):
    row, token = make(world)
    for by in (world.approver, world.technician):
        with pytest.raises(NotAllowed):
            world.do(revoke_token, row.id, by=by)
    assert acting(world, token) is not None
    world.do(revoke_token, row.id, by=world.administrator)
    assert acting(world, token) is None
    with pytest.raises(NotFound):
        world.do(revoke_token, "không có", by=world.administrator)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"acts": []}, BadInput),
        ({"acts": [Act.APPROVE]}, BadInput),
        ({"acts": [Act.AIR_EMERGENCY]}, BadInput),
        ({"acts": [Act.RULE]}, BadInput),
        ({"acts": [Act.ENROL]}, NotAllowed),
        ({"area": PROVINCE}, NotAllowed),
        ({"area": BAC_NHA_TRANG}, NotAllowed),
        ({"area": "99999"}, NotFound),
        ({"name": "  "}, BadInput),
        ({"name": "x" * 101}, BadInput),
    ],
)
def test_a_token_wider_than_its_person_or_without_a_name_is_refused(world, changes, error):
    with pytest.raises(error):
        make(world, **changes)
    assert world.ask(tokens_of) == []


@pytest.mark.parametrize("life", [timedelta(0), timedelta(days=-1), timedelta(days=367)])
def test_a_token_ends_within_a_year(world, life):
    with pytest.raises(BadInput):
        make(world, expires_at=world.now + life)


def test_a_token_makes_no_tokens_and_only_administrators_make_them_for_others(world):
    operator = acting(world, make(world, Act.SEE)[1])
    with pytest.raises(NotAllowed):
        make(world, of=operator)
    with pytest.raises(NotAllowed):
        make(world, by=world.approver)
    assert make(world, by=world.administrator)
