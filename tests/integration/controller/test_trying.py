"""One loudspeaker sounds a test: approved, by its own plan alone, and never in quiet hours."""

from datetime import timedelta

import pytest

from controller.errors import BadInput, Conflict, NotAllowed, NotFound
from controller.features.airings.queries import deliveries_of
from controller.features.airings.timetables import timetable_of
from controller.features.bulletins.queries import get_bulletin
from controller.features.fleet.service import note_states
from controller.features.plans.policy_signing import sign_policy
from controller.features.plans.queries import published
from controller.features.quarantine.service import quarantine_node
from controller.features.speaker_tests.service import TEXT, prepare_test, try_node
from controller.model.plan_states import DocumentKind
from devices.messages import NodeState, Plan
from devices.statements import QuietHours
from tests.support.station_world import NHA_TRANG, NODES, PASSWORD

NODE = NODES[0].id


@pytest.fixture
def online(world):
    state = NodeState(node=NODE, session=1, online=True, at=world.now, software="sim")
    world.do(note_states, [state])
    return world


def plan_of(world, target):
    row = world.ask(published, DocumentKind.PLAN, target)
    return () if row is None else Plan.model_validate_json(row.document).airings


def approved_test(world, text=TEXT, **kwargs):
    return world.approved(text=text, by=kwargs.pop("by", world.officer), test=True, **kwargs)


def test_only_the_one_loudspeaker_is_told_and_counted(online):
    world = online
    bulletin = approved_test(world)
    airing = world.do(try_node, NODE, by=world.technician)
    assert airing.bulletin == bulletin
    world.advance()
    world.publish()
    (planned,) = plan_of(world, NODE)
    assert (planned.airing, planned.test, planned.volume) == (airing.id, True, 60)
    assert plan_of(world, NHA_TRANG) == ()
    assert [one.node for one in world.ask(deliveries_of, airing.id)] == [NODE]
    hour = timedelta(hours=1)
    assert world.ask(timetable_of, NHA_TRANG, world.now, world.now + hour, world.now).slots == []
    world.tell(NODE, airing.id, "started")
    world.tell(NODE, airing.id, "finished", heard_ms=60_000)
    world.later(minutes=2)
    world.advance()
    world.later(days=1)
    world.publish()
    assert plan_of(world, NODE) == ()


def test_without_an_approved_test_nothing_sounds(online):
    world = online
    world.approved()
    prepared = world.do(prepare_test, by=world.officer)
    assert world.ask(get_bulletin, prepared.id).test
    with pytest.raises(NotFound, match="Soạn bản tin thử loa"):
        world.do(try_node, NODE, by=world.technician)
    approved_test(world, text="Thông báo lịch tiêm phòng.")
    with pytest.raises(NotFound, match="tự nói rõ"):
        world.do(try_node, NODE, by=world.technician)


def test_quiet_hours_refuse_it_also_when_they_begin_in_the_middle(online):
    world = online
    approved_test(world)

    def quiet(begins, ends):
        world.do(
            sign_policy,
            area=NHA_TRANG,
            administrator=world.administrator,
            password=PASSWORD,
            quiet_hours=(QuietHours(begins=begins, ends=ends),),
        )

    for begins, ends in (("09:00", "11:00"), ("10:01", "11:00")):  # it is ten o'clock
        quiet(begins, ends)
        with pytest.raises(Conflict, match="giờ yên lặng"):
            world.do(try_node, NODE, by=world.technician)
    quiet("10:05", "11:00")
    assert world.do(try_node, NODE, by=world.technician).node == NODE


def test_who_keeps_no_nodes_and_nodes_that_cannot_hear_are_refused(online):
    world = online
    approved_test(world)
    with pytest.raises(NotAllowed):
        world.do(try_node, NODE, by=world.officer)
    with pytest.raises(Conflict, match="mất kết nối"):
        world.do(try_node, NODES[1].id, by=world.technician)
    with pytest.raises(BadInput):
        world.do(try_node, NODE, by=world.technician, volume=101)
    world.do(quarantine_node, NODE, reason="x", by=world.technician)
    with pytest.raises(Conflict, match="cách ly"):
        world.do(try_node, NODE, by=world.technician)
