"""What an approval allows: refused in words before anything is stored, and never sent to loudspeakers."""

import pytest
from sqlalchemy import func, select, update

from controller.errors import BadInput, Conflict
from controller.features.accounts.administration import move_operator
from controller.features.accounts.scope import scope_of
from controller.features.approvals.queries import to_approve_again
from controller.features.bulletins.scope import OUTSIDE, OutsideApproval
from controller.features.bulletins.service import clone_bulletin, submit_bulletin
from controller.features.emergencies.preparation import prepare
from controller.features.expiries.approvals import tell_of_unscoped
from controller.features.notices.queries import notices_of
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.plans.key_set_signing import sign_key_sets
from controller.features.plans.queries import published_key_sets
from controller.features.schedules.service import schedule_bulletin
from controller.model.airings import Airing, Target
from controller.model.bulletins import Approved
from controller.model.emergencies import Prepared
from controller.model.emergency_states import Kind
from devices.approvals import verify_approval
from devices.ids import Grade
from devices.jose import read_payload
from devices.signing import TrustedKeys
from devices.statements import Approval
from schedules.recurrence import Daily
from tests.support.alarms import SOUNDS, prepared
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PROVINCE
from tests.support.stored_rows import published_plans


def airings(world):
    return world.ask(lambda session: session.scalar(select(func.count()).select_from(Airing)))


def test_the_approval_says_where_how_high_and_when(world):
    bulletin = world.submitted(by=world.officer)
    approved = world.approve(bulletin)
    said = Approval.model_validate(read_payload(approved.jws))
    assert (said.areas, said.grade, said.author, said.approver) == (
        (NHA_TRANG,),
        Grade.PRIORITY,
        "canbo",
        "duyet",
    )
    assert (said.valid_from, said.expires_at) == (world.now, approved.expires_at)


@pytest.mark.parametrize("beyond", [BAC_NHA_TRANG, PROVINCE])
def test_a_wards_bulletin_is_planned_nowhere_else_and_nothing_is_stored(world, beyond):
    bulletin = world.submitted(by=world.officer)
    world.approve(bulletin)
    with pytest.raises(OutsideApproval, match="chỉ phát được trong"):
        world.plan(bulletin, areas=(NHA_TRANG, beyond))
    rule = Daily(at=world.now.time().replace(hour=10), first=world.now.date())
    with pytest.raises(OutsideApproval):
        world.do(schedule_bulletin, bulletin, areas=[beyond], rule=rule, by=world.approver)
    assert airings(world) == 0


def test_an_emergency_must_be_asked_for_before_it_is_approved(world):
    bulletin = world.approved()
    with pytest.raises(OutsideApproval, match="Có thể phát khẩn cấp"):
        world.called(bulletin)
    with pytest.raises(OutsideApproval):
        world.do(prepare, bulletin, Kind.ALARM, PROVINCE, by=world.approver)
    copy = world.do(clone_bulletin, bulletin, by=world.clerk).id
    world.do(prepare, copy, Kind.ALARM, PROVINCE, by=world.approver)  # a draft: now it is asked for
    world.do(submit_bulletin, copy, by=world.clerk)
    assert airings(world) == 0
    with pytest.raises(BadInput):
        world.submitted(test=True, highest=Grade.EMERGENCY)


def test_who_read_priority_does_not_sign_an_emergency(world):
    bulletin = world.submitted(highest=Grade.EMERGENCY)
    with pytest.raises(Conflict) as refused:
        world.approve(bulletin, highest_grade=Grade.PRIORITY)
    assert refused.value.code == "bulletin.changed"
    assert world.approve(bulletin, highest_grade=Grade.EMERGENCY).grade is Grade.EMERGENCY


def test_what_loudspeakers_would_refuse_is_not_sent_and_missed_with_a_reason(world):
    bulletin = world.submitted(by=world.officer)
    world.approve(bulletin)
    sent, unsent = world.plan(bulletin, seconds=60), world.plan(bulletin, seconds=600)
    world.advance()
    waiting = world.plan(bulletin, seconds=7 * 3600)
    with world.store.write() as session:  # as planned before bulletins had a scope
        beyond = update(Target).where(Target.airing.in_([unsent, waiting])).values(area=BAC_NHA_TRANG)
        session.execute(beyond)
    world.refresh()
    assert [one.airing for plan in world.ask(published_plans, NHA_TRANG) for one in plan.airings] == [sent]
    assert [one.airing for plan in world.ask(published_plans, BAC_NHA_TRANG) for one in plan.airings] == []
    world.later(hours=2)
    assert waiting in world.advance().missed
    assert world.ask(lambda session: session.get_one(Airing, waiting).reason) == OUTSIDE


def unscoped(world):
    """Take the scope from every approval, as they were before the migration."""
    with world.store.write() as session:
        session.execute(update(Approved).values(areas=None, grade=None, valid_from=None))


def test_what_was_approved_without_a_scope_is_silent_listed_and_approved_again(world):
    name = prepared(world)
    alarm = world.ask(lambda session: session.get_one(Prepared, name).bulletin)
    bulletin = world.approved()
    airing = world.plan(bulletin)
    world.advance()
    unscoped(world)
    world.refresh()
    assert not any(plan.airings or plan.keep for plan in world.ask(published_plans, NHA_TRANG))
    assert (world.do(tell_of_unscoped), world.do(tell_of_unscoped)) == (2, 0)
    (of_bulletin,) = [one for one in world.ask(notices_of, world.clerk.id) if one.subject == bulletin]
    assert "chưa ghi nơi phát" in of_bulletin.sentence
    scope = world.ask(scope_of, world.approver)
    assert {row.id for row in world.ask(to_approve_again, scope, world.now)} == {alarm, bulletin}
    world.approve(bulletin)
    world.approve(alarm, SOUNDS[Kind.ALARM].data)
    world.refresh()
    plans = world.ask(published_plans, NHA_TRANG)
    assert [one.airing for plan in plans for one in plan.airings] == [airing]
    assert [one.name for plan in plans for one in plan.keep] == [name]
    assert world.ask(to_approve_again, scope, world.now) == []


def test_who_moves_signs_elsewhere_once_the_set_is_signed_and_what_they_signed_stays_good(world):
    bulletin = world.approved()
    world.plan(bulletin, areas=[PROVINCE])
    world.advance()
    world.refresh()
    assert world.ask(keys_to_sign_for, world.now) == 0
    world.do(move_operator, world.approver.id, NHA_TRANG, by=world.administrator)
    assert world.ask(keys_to_sign_for, world.now) == 1
    world.do(sign_key_sets, root_key=world.root_key)
    assert world.ask(keys_to_sign_for, world.now) == 0
    keys = TrustedKeys.of(*world.ask(published_key_sets))
    (key,) = [one for one in keys.keys.values() if one.holder == "duyet"]
    assert (key.area, key.further_areas) == (NHA_TRANG, (PROVINCE,))
    (plan,) = world.ask(published_plans, NHA_TRANG)
    verify_approval(plan.airings[0], plan.approvals[0], (PROVINCE, BAC_NHA_TRANG), keys, world.now)
