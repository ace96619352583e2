"""Approvals that end: owners are told ahead, and the same text and sound are approved again."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from controller.errors import Conflict, NotAllowed
from controller.features.accounts.queries import held_key
from controller.features.accounts.service import create_operator
from controller.features.bulletins.in_force import approvals_until
from controller.features.bulletins.listening_proof import note_played
from controller.features.bulletins.reapproval import AGAIN_WITHIN
from controller.features.bulletins.signed_approvals import APPROVAL_LIFE
from controller.features.doctor.invariants import invariants
from controller.features.emergencies.queries import prepared_views
from controller.features.expiries.approvals import tell_of_approvals
from controller.features.keys.service import compromise_key
from controller.features.notices.queries import notices_of
from controller.features.plans.key_set_signing import sign_key_sets
from controller.features.schedules.service import schedule_bulletin
from controller.model.bulletin_states import IllegalBulletinTransition
from controller.model.bulletins import Approved, FormerApproval
from controller.model.notices import NoticeKind
from controller.model.permissions import OperatorRole
from devices.ids import Role
from schedules.recurrence import Daily
from tests.support.alarms import SOUNDS, prepared
from tests.support.station_world import NHA_TRANG, PASSWORD, PROVINCE, Sound
from tests.support.stored_rows import published_plans


def told(world, person):
    return [n for n in world.ask(notices_of, person.id) if n.kind is NoticeKind.APPROVAL_ENDS]


def scheduled(world):
    """A daily schedule of an approved bulletin, planned by the commune's officer."""
    bulletin = world.approved()
    rule = Daily(at=time(17, 0), first=date(2026, 11, 25))
    world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=rule, by=world.officer)
    return bulletin


@pytest.fixture
def other(world):
    other = world.do(
        create_operator,
        name="duyet2",
        display_name="Duyệt hai",
        roles={OperatorRole.APPROVER},
        area=PROVINCE,
        password=PASSWORD,
        by=None,
    )
    world.do(sign_key_sets, root_key=world.root_key)
    return other


def test_owners_are_told_30_14_and_3_days_ahead_and_at_the_end_once_each(world):
    bulletin = scheduled(world)
    begin, days = world.now, []
    for day in (100, 149, 150, 151, 165, 166, 167, 176, 177, 178, 180, 181, 186):
        world.now = begin + timedelta(days=day)
        before = len(told(world, world.officer))
        world.do(tell_of_approvals)
        days += [day] if len(told(world, world.officer)) > before else []
    assert days == [150, 166, 177, 180]
    assert "đã hết hiệu lực" in told(world, world.officer)[0].sentence
    assert "còn 30 ngày" in told(world, world.officer)[-1].sentence
    assert "1 lịch phát" in told(world, world.officer)[-1].sentence
    assert {n.subject for n in told(world, world.approver)} == {bulletin}
    assert told(world, world.technician) == []
    world.approve(bulletin, by=world.approver)  # after its end, too
    assert world.ask(approvals_until, [bulletin])[bulletin] > world.now


def test_what_nothing_is_planned_with_ends_without_a_word(world):
    world.approved()
    world.later(days=170)
    assert world.do(tell_of_approvals) == 0


def test_the_same_text_and_sound_are_approved_again_and_loudspeakers_go_on(world):
    bulletin = world.approved()
    old = world.ask(approvals_until, [bulletin])[bulletin]
    world.later(days=160)
    airing = world.plan(bulletin)
    world.advance()
    world.publish()
    world.approve(bulletin)
    assert world.ask(approvals_until, [bulletin])[bulletin] == world.now + APPROVAL_LIFE > old
    with world.store.read() as session:
        (former,) = session.scalars(select(FormerApproval)).all()
        (now,) = session.scalars(select(Approved)).all()
        assert (former.expires_at, former.replaced_at) == (old, world.now)
    assert world.ask(invariants, now=world.now) == []  # the plan still names the former one
    world.publish()
    (plan,) = world.ask(published_plans, NHA_TRANG)
    assert [(one.airing, plan.approval_texts[one.approval]) for one in plan.airings] == [(airing, now.jws)]


def test_an_alarm_that_a_stolen_key_had_silenced_is_ready_again(world, other):
    alarm = prepared(world)
    assert world.ask(prepared_views, [PROVINCE], world.now)[0].sound is not None
    kid = world.ask(held_key, world.approver.id, Role.APPROVER, world.now).kid
    world.do(compromise_key, kid, by=world.administrator)
    (view,) = world.ask(prepared_views, [PROVINCE], world.now)
    assert view.sound is None
    sound = next(iter(SOUNDS.values()))
    world.approve(view.bulletin.id, sound.data, by=other)
    (view,) = world.ask(prepared_views, [PROVINCE], world.now)
    assert (view.row.id, view.sound is not None) == (alarm, True)


def test_approving_again_is_for_the_last_days_and_keeps_every_rule(world, other):
    bulletin = world.approved()
    with pytest.raises(IllegalBulletinTransition, match="có hiệu lực đến"):
        world.approve(bulletin)
    world.later(days=APPROVAL_LIFE.days - AGAIN_WITHIN.days)
    with pytest.raises(NotAllowed):  # its author
        world.approve(bulletin, by=world.officer)
    with pytest.raises(Conflict):  # another sound
        world.approve(bulletin, recording=next(iter(SOUNDS.values())).recording)
    with pytest.raises(NotAllowed):
        world.approve(bulletin, password="sai mật khẩu rồi")
    with pytest.raises(Conflict):  # another approver, who has not heard it
        world.approve(bulletin, by=other, declared=False)
    world.do(note_played, Sound(b"sound " * 20_000).recording, [(0, 60_000)], by=world.approver)
    world.approve(bulletin, declared=False)
    world.later(days=170)
    world.approve(bulletin, declared=False)  # who has heard it all need not hear it anew
