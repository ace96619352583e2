"""What people are told by itself: what was returned, waits, went away, was missed or reported."""

from datetime import timedelta

import pytest

from controller.features.areas.queries import areas
from controller.features.bulletins.service import return_bulletin, revise_bulletin, submit_bulletin
from controller.features.expiries.troubles import (
    APPROVAL_WAITS,
    MANY,
    OUTAGE_LASTED,
    UNSENT_FOR,
    tell_of_outages,
    tell_of_unsent,
    tell_of_waiting,
)
from controller.features.fleet.service import NewNode, enrol_nodes, note_states
from controller.features.listeners.service import report_trouble
from controller.features.notices.queries import notices_of
from controller.features.notices.service import read_notice, read_notices
from controller.model.notices import NoticeKind
from devices.ids import NodeId
from devices.messages import NodeState
from tests.support.station_world import NODES, PROVINCE, TEXT


def told(world, person, kind, *, unread=False):
    return [one for one in world.ask(notices_of, person.id, unread=unread) if one.kind is kind]


def state(world, nodes, *, online):
    said = [NodeState(node=one.id, session=1, online=online, at=world.now, software="t") for one in nodes]
    world.do(note_states, said)


def test_the_author_is_told_what_was_returned_until_it_is_handed_in_again(world):
    bulletin = world.submitted()
    world.do(return_bulletin, bulletin, reason="Thiếu giờ tiêm.", by=world.approver)
    (one,) = told(world, world.clerk, NoticeKind.RETURNED)
    assert one.sentence == "Duyet trả lại «Lịch tiêm phòng»: Thiếu giờ tiêm."
    world.do(revise_bulletin, bulletin, title="Lịch tiêm phòng", text=f"{TEXT} Từ 7 giờ.", by=world.clerk)
    world.do(submit_bulletin, bulletin, by=world.clerk)
    assert told(world, world.clerk, NoticeKind.RETURNED, unread=True) == []


def test_approvers_are_told_of_what_waits_for_hours_and_once_more(world):
    bulletin = world.submitted()
    since = world.now
    for waited, count in ((timedelta(hours=3), 0), (APPROVAL_WAITS[0], 1), (APPROVAL_WAITS[1], 2)):
        world.now = since + waited
        world.do(tell_of_waiting)
        world.do(tell_of_waiting)
        assert len(told(world, world.approver, NoticeKind.APPROVAL_WAITS)) == count
    world.approve(bulletin)
    world.do(tell_of_waiting)
    assert told(world, world.approver, NoticeKind.APPROVAL_WAITS, unread=True) == []


def test_an_outage_that_lasts_is_told_once_to_technicians_and_the_commune_until_it_is_over(world):
    state(world, NODES, online=True)
    world.later(minutes=1)
    state(world, NODES[:2], online=False)
    world.later(minutes=1)
    world.do(tell_of_outages)
    assert told(world, world.technician, NoticeKind.OUTAGE) == []
    world.now += OUTAGE_LASTED
    world.do(tell_of_outages)
    world.do(tell_of_outages)
    for person in (world.technician, world.officer):
        (one,) = told(world, person, NoticeKind.OUTAGE)
        assert "tất cả cụm loa mất liên lạc từ 10:01" in one.sentence
    assert told(world, world.clerk, NoticeKind.OUTAGE) == []  # the province's officers are not told of each
    state(world, NODES[:2], online=True)
    world.do(tell_of_outages)
    (one,) = told(world, world.technician, NoticeKind.OUTAGE)
    assert one.read_at is not None
    assert "đã có lại" in one.sentence


def test_many_communes_that_go_away_together_are_one_notice(world):
    communes = [one.code for one in world.ask(areas) if one.parent == PROVINCE][: MANY + 1]
    nodes = [NewNode(NodeId(f"m-{area}-{n}"), area, f"Cụm {n}") for area in communes for n in (3, 4)]
    with world.store.write() as session:
        enrol_nodes(session, nodes, by=None, now=world.now)
    state(world, nodes, online=True)
    world.later(minutes=1)
    state(world, nodes, online=False)
    world.now += OUTAGE_LASTED
    world.do(tell_of_outages)
    world.do(tell_of_outages)
    (one,) = told(world, world.technician, NoticeKind.OUTAGE)
    assert f"ở {MANY + 1} xã, phường cùng mất liên lạc" in one.sentence


def test_planner_and_author_are_told_of_an_airing_that_nobody_heard(world):
    airing = world.plan(world.approved())
    world.later(hours=2)
    world.advance()
    (one,) = told(world, world.approver, NoticeKind.AIRING_MISSED)
    assert one.subject == airing
    assert "không phát được lúc" in one.sentence
    assert len(told(world, world.clerk, NoticeKind.AIRING_MISSED)) == 1


@pytest.mark.parametrize("trouble", ["broken", "too-loud"])
def test_a_report_is_told_once_to_who_answers_without_its_words(world, trouble):
    for _ in range(2):
        world.do(report_trouble, NODES[0].id, trouble=trouble, words="Vào http://vi.example ngay")
    (one,) = told(world, world.officer, NoticeKind.LISTENER_REPORT)
    assert "Cụm 1" in one.sentence
    assert "vi.example" not in one.sentence
    assert len(told(world, world.technician, NoticeKind.LISTENER_REPORT)) == (trouble == "broken")
    world.do(read_notice, one.id, by=world.officer)
    world.do(report_trouble, NODES[0].id, trouble=trouble, words="")
    assert len(told(world, world.officer, NoticeKind.LISTENER_REPORT)) == 2


def test_technicians_are_told_of_plans_that_do_not_come_to_the_broker(world):
    world.plan(world.approved())
    world.advance()
    world.refresh()
    world.later(minutes=1)
    world.do(tell_of_unsent)
    assert told(world, world.technician, NoticeKind.PLANS_UNSENT) == []
    world.now += UNSENT_FOR
    assert world.do(tell_of_unsent)
    assert not world.do(tell_of_unsent)
    (one,) = told(world, world.technician, NoticeKind.PLANS_UNSENT)
    assert "chưa gửi được tới trạm trung chuyển" in one.sentence
    for person in (world.technician, world.administrator):
        world.do(read_notices, by=person)
    assert not world.do(tell_of_unsent)  # who has read it is not told again of the same
    world.later(minutes=1)
    assert not world.do(tell_of_unsent)
    world.publish()
    world.do(tell_of_unsent)
    assert told(world, world.technician, NoticeKind.PLANS_UNSENT, unread=True) == []
