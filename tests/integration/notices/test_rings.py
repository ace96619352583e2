"""An alarm that waits for a second person rings phones until somebody sees to it."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from controller.features.emergencies.rings import RINGS, close_lapsed, ring_of
from controller.features.emergencies.service import (
    WantedCall,
    call_emergency,
    confirm_emergency,
    decline_emergency,
)
from controller.features.notice_ways.service import WantedNotices, add_webhook
from controller.features.notices.queries import notices_of
from controller.features.notices.service import ACKNOWLEDGED, notify, read_notice
from controller.model.emergency_states import CALL_LIFE, EmergencyState
from controller.model.notice_ways import MessageState, NoticeMessage
from controller.model.notices import NoticeKind
from tests.integration.notices.conftest import EVERYTHING
from tests.support.alarms import prepared
from tests.support.station_world import NHA_TRANG, PASSWORD
from tests.support.waiting import wait_until


def call(world, by=None):
    asked = WantedCall([NHA_TRANG], prepared(world))
    return world.do(call_emergency, asked, by=by or world.officer, password=PASSWORD).row


def move(world, sender, **amount):
    world.later(**amount)
    sender.wake()


def acknowledge(world, row, person):
    notice = world.ask(ring_of, row.id, person.id)
    world.do(read_notice, notice.id, by=person)


def test_the_second_person_is_rung_at_once_and_again_until_the_call_lapses(world, sender, phone_of):
    phone = phone_of(world.approver)
    row = call(world)
    assert wait_until(lambda: len(phone.got) == 1)
    (told,) = phone.got
    notice = world.ask(ring_of, row.id, world.approver.id)
    assert told["path"] == f"/thong-bao/{notice.id}"
    assert told["urgent"]
    assert "Canbo gọi phát khẩn «Lịch tiêm phòng» tới" in told["body"]
    for rings, (before, after) in enumerate(pairwise(RINGS), 2):
        move(world, sender, seconds=(after - before).total_seconds())
        assert wait_until(lambda rings=rings: len(phone.got) == rings)
    assert len({one["id"] for one in phone.got}) == len(RINGS)
    assert {one["tag"] for one in phone.got} == {notice.id}
    spacings = [after - before for before, after in pairwise(RINGS)]
    assert spacings == sorted(spacings)
    assert RINGS[-1] < CALL_LIFE


@pytest.mark.usefixtures("sender")
def test_a_ring_starts_nothing(world, phone_of):
    phone = phone_of(world.approver)
    row = call(world)
    assert wait_until(lambda: phone.got)
    acknowledge(world, row, world.approver)
    again = world.ask(lambda session: session.get(type(row), row.id))
    assert (again.state, again.airing) == (EmergencyState.CALLED, None)


def test_who_sees_to_it_silences_all_for_two_minutes_and_no_longer(world, sender, phone_of):
    first, second = phone_of(world.approver), phone_of(world.clerk)
    row = call(world, by=world.approver)  # an approver: the clerk of the province may be the second
    assert wait_until(lambda: second.got)
    assert first.got == []  # who called is not rung
    acknowledge(world, row, world.clerk)
    move(world, sender, seconds=ACKNOWLEDGED.total_seconds() - 1)
    move(world, sender, seconds=61)
    assert wait_until(lambda: len(second.got) == 2)
    assert second.got[0]["tag"] == second.got[1]["tag"]
    left = world.ask(lambda session: session.scalars(select(NoticeMessage.state)).all())
    assert sorted(left).count(MessageState.DROPPED) == 2  # those of 30 s and 90 s


def test_the_nearest_are_rung_first_and_the_others_from_the_second_ring_on(world, sender, phone_of):
    near, far = phone_of(world.officer), phone_of(world.clerk)
    call(world, by=world.approver)
    assert wait_until(lambda: near.got)
    assert far.got == []
    move(world, sender, seconds=30)
    assert wait_until(lambda: far.got)


@pytest.mark.usefixtures("sender")
def test_without_a_phone_among_the_nearest_all_are_rung_at_once(world, phone_of):
    far = phone_of(world.clerk)
    call(world, by=world.approver)
    assert wait_until(lambda: far.got)


@pytest.mark.usefixtures("sender")
def test_who_could_not_start_it_is_not_rung(world, phone_of):
    clerk, technician = phone_of(world.clerk), phone_of(world.technician)
    approver = phone_of(world.approver)
    call(world)  # by an officer: the second must be one who may air emergencies
    assert wait_until(lambda: approver.got)
    assert clerk.got == technician.got == []


def test_a_call_that_is_confirmed_or_declined_rings_no_more(world, sender, phone_of):
    phone = phone_of(world.approver)
    confirmed, declined = call(world), call(world)
    assert wait_until(lambda: len(phone.got) == 2)
    world.do(confirm_emergency, confirmed.id, by=world.approver, password=PASSWORD, times=world.times)
    world.do(decline_emergency, declined.id, by=world.approver)
    move(world, sender, minutes=5)
    third = call(world)
    assert wait_until(lambda: len(phone.got) == 3)
    notices = world.ask(notices_of, world.approver.id, unread=True)
    assert {one.subject for one in notices if one.kind is NoticeKind.CALL_WAITS} == {third.id}


@pytest.mark.usefixtures("sender")
def test_a_call_that_lapsed_is_told_to_who_called(world, phone_of):
    caller = phone_of(world.officer)
    row = call(world)
    world.now += CALL_LIFE + timedelta(seconds=1)
    world.do(close_lapsed)
    world.do(close_lapsed)  # once
    assert wait_until(lambda: caller.got)
    (told,) = caller.got
    assert "Không ai xác nhận" in told["title"]
    assert world.ask(ring_of, row.id, world.approver.id) is None


def test_a_webhook_gets_a_call_once_however_many_are_rung(world, phone_of, server):
    phone_of(world.officer)
    phone_of(world.clerk)
    address = server.address("/hook")
    hook = world.do(add_webhook, name="x", address=address, wanted=EVERYTHING, by=world.administrator)
    row = call(world, by=world.approver)
    acknowledge(world, row, world.clerk)
    query = select(NoticeMessage).where(NoticeMessage.way == hook.id)
    (posted,) = world.ask(lambda session: session.scalars(query).all())
    assert (posted.state, posted.due_at) == (MessageState.WAITING, world.now)


def test_quiet_times_hold_back_everything_but_a_call(world, sender, phone_of):
    quiet = WantedNotices(EVERYTHING.topics, "09:00", "11:00")  # it is 10:00 in Khánh Hòa
    phone = phone_of(world.approver, quiet)
    world.do(notify, [world.approver.id], NoticeKind.ACCOUNT, "x", "Một việc có thể đợi.")
    call(world)
    assert wait_until(lambda: phone.got)
    assert [one["urgent"] for one in phone.got] == [True]
    move(world, sender, hours=1)
    assert wait_until(lambda: "Một việc có thể đợi." in {one["body"] for one in phone.got})
