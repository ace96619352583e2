"""Keys that end: a retired one silences nothing; a compromised one voids what it signed, and says so."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from controller.errors import Conflict, NotAllowed, NotFound
from controller.features.accounts.administration import reset_password, set_roles
from controller.features.accounts.queries import held_key
from controller.features.accounts.service import KEY_LIFE, create_operator, disable_operator
from controller.features.airings.conflict_check import heard_in, waiting_in
from controller.features.airings.queries import get_airing
from controller.features.bulletins.in_force import approvals_until
from controller.features.doctor.invariants import invariants
from controller.features.emergencies.queries import prepared_views
from controller.features.keys.service import compromise_key, fallout_of, get_key, retire_one_key
from controller.features.notices.queries import notices_of
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.plans.key_set_signing import sign_key_sets
from controller.features.plans.queries import (
    listed_keys,
    published,
    published_key_sets,
    published_policies,
    void_policies,
)
from controller.model.accounts import Account, HeldKey
from controller.model.airing_states import AiringState
from controller.model.bulletins import Approved
from controller.model.notices import NoticeKind
from controller.model.permissions import OperatorId, OperatorRole
from controller.model.plan_states import DocumentKind
from devices.approvals import verify_approval
from devices.ids import Role
from devices.jose import LONGEST_JWS, SigningKey
from devices.not_trusted import NotTrusted
from devices.signing import TrustedKeys, read_key_set
from devices.statements import MOST_KEYS
from tests.support.alarms import prepared
from tests.support.station_world import NHA_TRANG, PASSWORD, PROVINCE
from tests.support.stored_rows import published_plans

NEW = "một mật khẩu mới cũng dài"


def reset(world):
    world.do(reset_password, world.approver.id, NEW, by=world.administrator)


def disable(world):
    world.do(disable_operator, world.approver.id, by=world.administrator)


def other_role(world):
    world.do(set_roles, world.approver.id, [OperatorRole.OFFICER], by=world.administrator)


def key_of(world, person=None, role=Role.APPROVER):
    return world.ask(held_key, (person or world.approver).id, role, world.now).kid


def aired_plan(world, seconds=60):
    """Plan an airing that loudspeakers have, and one for later; return both."""
    bulletin = world.approved()
    soon, later = world.plan(bulletin, seconds=seconds), world.plan(bulletin, seconds=86_400)
    world.advance()
    world.publish()
    return bulletin, soon, later


def in_plan(world):
    world.refresh()
    return [one.airing for plan in world.ask(published_plans, NHA_TRANG) for one in plan.airings]


def node_accepts(world):
    """Whether a loudspeaker that has the newest key set takes what the plan names."""
    keys = TrustedKeys.of(*world.ask(published_key_sets))
    plans = world.ask(published_plans, NHA_TRANG)
    named = [(one, plan) for plan in plans for one in (*plan.airings, *plan.keep)]
    for one, plan in named:
        text = plan.approval_texts[one.approval]
        verify_approval(one, text, (PROVINCE, NHA_TRANG), keys, world.now)
    return len(named) == 2


@pytest.mark.parametrize("end", [reset, disable, other_role])
def test_a_key_that_ends_without_harm_silences_nothing(world, end):
    prepared(world)
    _, soon, later = aired_plan(world)
    end(world)
    assert in_plan(world) == [soon]
    world.do(sign_key_sets, root_key=world.root_key)
    assert node_accepts(world)
    assert world.ask(prepared_views, [PROVINCE], world.now)[0].sound is not None
    day = world.now + timedelta(days=1)
    assert world.ask(waiting_in, NHA_TRANG, world.now, day + timedelta(hours=1)) == []
    assert world.ask(heard_in, NHA_TRANG, day, day + timedelta(hours=1))
    world.later(days=1)
    world.advance()
    assert world.ask(get_airing, later).state in {AiringState.DELIVERING, AiringState.MISSED}
    told = {one.kind for one in world.ask(notices_of, world.clerk.id)}
    assert told <= {NoticeKind.AIRING_MISSED}


def test_a_retired_key_signs_nothing_more_and_its_private_half_is_gone(world):
    kid = key_of(world)
    world.do(reset_password, world.approver.id, NEW, by=world.administrator)
    with world.store.read() as session:
        key = session.get_one(HeldKey, kid)
        assert (key.retired_at, key.sealed, key.compromised_at) == (world.now, None, None)
    assert key_of(world) != kid


@pytest.mark.both_databases
def test_a_retired_key_leaves_the_key_set_once_nothing_of_it_is_in_force(world):
    kid = key_of(world)
    world.approved()
    reset(world)
    world.do(sign_key_sets, root_key=world.root_key)
    assert kid in world.ask(listed_keys)
    world.later(days=180)
    assert world.ask(keys_to_sign_for, world.now) == 0
    world.do(sign_key_sets, root_key=world.root_key)
    assert kid not in world.ask(listed_keys)


def test_a_policy_stays_good_when_its_administrators_password_is_reset(world):
    kid = key_of(world, world.administrator, Role.ADMINISTRATOR)
    world.do(reset_password, world.administrator.id, NEW, by=None)
    world.do(sign_key_sets, root_key=world.root_key)
    assert kid in world.ask(listed_keys)
    assert world.ask(void_policies) == []
    assert world.ask(published_policies, NHA_TRANG)


@pytest.mark.both_databases
def test_a_compromised_key_silences_what_it_signed_after_saying_what(world):
    alarm = prepared(world)
    bulletin, soon, later = aired_plan(world)
    kid = key_of(world)
    fallout = world.ask(fallout_of, kid, world.now)
    told = {one.bulletin: (one.alarms, one.schedules, one.airings) for one in fallout.silenced}
    assert sorted(told.values()) == [(0, 0, 2), (1, 0, 0)]
    assert (fallout.holder, fallout.policies, fallout.places) == ("Duyet", (), 0)
    assert in_plan(world) == [soon]
    assert world.do(compromise_key, kid, by=world.administrator) == fallout
    assert in_plan(world) == []
    assert world.ask(get_airing, soon).state is AiringState.CANCELLED
    assert world.ask(get_airing, later).state is AiringState.PLANNED
    assert [one.id for one in world.ask(waiting_in, NHA_TRANG, world.now, world.now + timedelta(days=2))] == [
        later
    ]
    assert world.ask(prepared_views, [PROVINCE], world.now)[0].sound is None
    told = {notice.subject: notice for notice in world.ask(notices_of, world.clerk.id)}
    assert {notice.kind for notice in told.values()} == {NoticeKind.APPROVAL_VOID}
    assert "bị lộ" in told[bulletin].sentence
    assert len(told) == len(world.ask(notices_of, world.approver.id)) == 2
    world.do(compromise_key, kid, by=world.administrator)
    assert len(world.ask(notices_of, world.clerk.id)) == 2
    (fault,) = world.ask(invariants, now=world.now)
    assert alarm in fault
    assert "approve it again" in fault
    release(world, alarm)


def release(world, alarm):
    from controller.model.emergencies import Prepared

    with world.store.write() as session:
        session.get_one(Prepared, alarm).released_at = world.now


def test_loudspeakers_refuse_what_a_compromised_key_signed_once_they_have_the_key_set(world):
    aired_plan(world)
    (plan,) = world.ask(published_plans, NHA_TRANG)
    world.do(compromise_key, key_of(world), by=world.administrator)
    assert world.ask(keys_to_sign_for, world.now) == 1
    world.do(sign_key_sets, root_key=world.root_key)
    keys = TrustedKeys.of(*world.ask(published_key_sets))
    with pytest.raises(NotTrusted):
        verify_approval(plan.airings[0], plan.approvals[0], (PROVINCE, NHA_TRANG), keys, world.now)
    assert world.ask(keys_to_sign_for, world.now) == 0


def test_a_policy_of_a_compromised_key_is_void_and_said_so(world):
    kid = key_of(world, world.administrator, Role.ADMINISTRATOR)
    world.do(
        create_operator,
        name="quantri2",
        display_name="Quản trị hai",
        roles={OperatorRole.ADMINISTRATOR},
        area=PROVINCE,
        password=PASSWORD,
        by=None,
    )
    assert world.ask(fallout_of, kid, world.now).policies == (PROVINCE,)
    world.do(compromise_key, kid, by=world.administrator)
    assert world.ask(void_policies) == [PROVINCE]
    world.do(sign_key_sets, root_key=world.root_key)
    assert kid not in world.ask(listed_keys)


@pytest.mark.both_databases
def test_only_an_administrator_of_the_province_ends_keys_and_never_the_stations_last_one(world):
    for ends in (retire_one_key, compromise_key):
        for person in (world.approver, world.technician, world.officer):
            with pytest.raises(NotAllowed):
                world.do(ends, key_of(world), by=person)
        with pytest.raises(NotFound):
            world.do(ends, "khong-co", by=world.administrator)
        with pytest.raises(Conflict):
            world.do(ends, world.station_key.kid, by=world.administrator)
    world.do(retire_one_key, key_of(world), by=world.administrator)
    assert world.ask(held_key, world.approver.id, Role.APPROVER, world.now) is None


def test_an_approval_ends_with_its_key_and_the_timetable_does_not_promise_more(world):
    world.later(days=KEY_LIFE.days - 10)
    bulletin = world.approved()
    ends = world.ask(approvals_until, [bulletin])[bulletin]
    with world.store.read() as session:
        approved = session.scalars(select(Approved)).one()
        assert approved.expires_at == ends == session.get_one(HeldKey, approved.kid).not_after
    before, after = (ends - world.now + timedelta(hours=by) for by in (-1, 1))
    world.plan(bulletin, seconds=before.total_seconds())
    late = world.plan(bulletin, seconds=after.total_seconds())
    found = world.ask(heard_in, NHA_TRANG, world.now, ends + timedelta(hours=2))
    assert [one.slot.starts_at < ends for one in found] == [True]
    assert [one.id for one in world.ask(waiting_in, NHA_TRANG, world.now, ends + timedelta(hours=2))] == [
        late
    ]


def many_keys(world, count):
    """Give the station so many approvers' keys, whose holder has approved nothing."""
    with world.store.write() as session:
        for n in range(count):
            holder = OperatorId(f"người-{n}")
            session.add(
                Account(
                    id=holder,
                    name=f"duyet{n}",
                    display_name=f"Duyệt {n}",
                    roles=["approver"],
                    area=PROVINCE,
                    password_hash="-",
                    created_at=world.now,
                )
            )
            session.flush()
            key = SigningKey.generate(Role.APPROVER, world.now, KEY_LIFE).public()
            fields = key.model_dump() | {"holder": holder, "further_areas": []}
            session.add(HeldKey(**fields))


def test_a_province_of_five_hundred_communes_has_room_in_the_key_set(world):
    many_keys(world, MOST_KEYS - 4)
    world.do(sign_key_sets, root_key=world.root_key)
    payload = world.ask(published, DocumentKind.KEYS, PROVINCE).payload
    assert len(payload) < LONGEST_JWS * 0.7
    assert len(read_key_set(payload, world.root_key.public_x, world.now).keys) == MOST_KEYS


def test_one_key_too_many_is_said_with_what_to_do_and_the_old_set_stays(world):
    world.approved()
    before = world.ask(published_key_sets)
    many_keys(world, MOST_KEYS - 3)
    with pytest.raises(Conflict, match="nhiều nhất 1024 khóa, nay cần 1025") as refused:
        world.do(sign_key_sets, root_key=world.root_key)
    assert refused.value.code == "keys.too-many"
    assert "duyet" not in refused.value.facts["idle"]
    assert "duyet0, duyet1" in refused.value.sentence
    assert world.ask(published_key_sets) == before
    world.do(disable_operator, OperatorId("người-1"), by=world.administrator)
    world.do(sign_key_sets, root_key=world.root_key)


def compromised(world, kid, since):
    return world.do(compromise_key, kid, by=world.administrator, since=since)


@pytest.mark.both_databases
def test_a_key_that_is_compromised_since_a_day_keeps_what_it_approved_before(world):
    kid = key_of(world, world.approver)
    old = world.plan(world.approved(data=b"old" * 9_000), seconds=2 * 86_400)
    world.later(days=1)
    stolen = world.now
    world.later(seconds=60)
    new = world.plan(world.approved(data=b"new" * 9_000), seconds=3600)
    world.advance()
    shown = world.ask(fallout_of, kid, world.now, stolen)
    assert ([one.airing for one in shown.airings], len(shown.silenced)) == ([new], 1)
    assert {one.airing for one in world.ask(fallout_of, kid, world.now).airings} == {old, new}
    compromised(world, kid, stolen)
    assert world.ask(keys_to_sign_for, world.now) == 1
    world.do(sign_key_sets, root_key=world.root_key)
    assert world.ask(keys_to_sign_for, world.now) == 0
    (listed,) = [one for area in world.ask(published_key_sets) for one in area.keys if one.kid == kid]
    assert listed.compromised_since == stolen
    world.later(hours=23, minutes=58)
    world.advance()
    world.refresh()
    (airing,) = [one for plan in world.ask(published_plans, NHA_TRANG) for one in plan.airings]
    assert airing.airing == old
    assert airing.witnessed_at < stolen
    assert world.ask(invariants, now=world.now) == []


def test_a_day_can_be_put_earlier_but_never_later(world):
    kid = key_of(world, world.approver)
    world.plan(world.approved(), seconds=3600)
    for since, is_since in (
        (world.now, world.now),
        (world.now + timedelta(days=1), world.now),
        (world.now - timedelta(days=1), world.now - timedelta(days=1)),
        (None, None),
        (world.now, None),
    ):
        compromised(world, kid, since)
        assert world.ask(get_key, kid).compromised_since == is_since
    assert in_plan(world) == []
