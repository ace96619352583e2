"""Which station leads, and what its clock replies state of keys and policies."""

from datetime import timedelta

from controller.errors import Unavailable
from controller.features.keys.service import compromise_key
from controller.features.plans.leadership import epoch_of, take_lead
from controller.features.plans.queries import published
from controller.features.relocation.service import move_node
from controller.model.accounts import HeldKey
from controller.model.plan_states import DocumentKind
from controller.runtime.newest_versions import NOTHING, READ_EVERY_S, NewestVersions
from devices.ids import NodeId, Role
from devices.jose import read_payload
from tests.support.hand_clock import HandClock
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PASSWORD, PROVINCE


def epochs(world):
    return [read_payload(one.payload.decode())["epoch"] for one in world.publish() if "/plan/" in one.topic]


def test_the_station_of_a_home_goes_on_leading_over_its_restarts(world, tmp_path):
    first = take_lead(world.store, tmp_path, now=world.now)
    world.later(days=1)
    assert take_lead(world.store, tmp_path, now=world.now) == first == world.ask(epoch_of)


def test_a_copy_of_the_database_in_another_home_leads_from_then_on(world, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir(), new.mkdir()
    first = take_lead(world.store, old, now=world.now)
    world.plan(world.approved())
    world.advance()
    assert set(epochs(world)) == {first}
    assert epochs(world) == []
    world.later(seconds=5)
    second = take_lead(world.store, new, now=world.now)
    assert second > first
    assert epochs(world) == [second], "every plan is issued again at once: the former one is refused"
    assert take_lead(world.store, new, now=world.now) == second


def test_an_epoch_grows_also_where_the_clock_went_back(world, tmp_path):
    (tmp_path / "nowhere").mkdir()
    first = take_lead(world.store, tmp_path / "nowhere", now=world.now)
    (tmp_path / "other").mkdir()
    assert take_lead(world.store, tmp_path / "other", now=world.now - timedelta(days=9)) == first + 1


def newest(world):
    clock = HandClock()
    return NewestVersions(world.store, lambda: world.now, clock), clock


def version(world, kind, area):
    return world.ask(published, kind, area).version


def test_a_node_is_told_what_the_broker_has_for_its_areas(world):
    versions, clock = newest(world)
    assert versions.of(NODES[0].id) == NOTHING, "the broker has nothing yet"
    world.publish()
    clock.now += READ_EVERY_S + 1
    told = versions.of(NODES[0].id)
    assert told.keys == {area: version(world, DocumentKind.KEYS, area) for area in (PROVINCE, NHA_TRANG)}
    assert versions.of(NODES[2].id).keys.keys() == {PROVINCE}, "it stands in another ward, which has no set"
    assert told.policies == {PROVINCE: version(world, DocumentKind.POLICY, PROVINCE)}
    assert versions.of(NodeId("nobody")) == NOTHING


def test_a_policy_that_no_new_node_would_accept_is_not_named(world):
    world.publish()
    with world.store.write() as session:
        kid = session.query(HeldKey).filter(HeldKey.role == Role.ADMINISTRATOR).one().kid
        compromise_key(session, kid, by=world.administrator, now=world.now)
    versions, _ = newest(world)
    assert versions.of(NODES[0].id).policies == {}
    world.later(days=400)
    later, _ = newest(world)
    assert later.of(NODES[0].id).keys == {}, "nor what has expired"


def test_a_loudspeaker_that_was_moved_is_told_of_its_place(world):
    """Else who holds the broker keeps it on the keys and the policy of its former ward for good."""
    world.do(move_node, NODES[0].id, BAC_NHA_TRANG, by=world.administrator, password=PASSWORD)
    versions, clock = newest(world)
    assert versions.of(NODES[0].id).place is None, "the broker does not have it yet"
    world.publish()
    clock.now += READ_EVERY_S + 1
    told = versions.of(NODES[0].id)
    assert told.place == version(world, DocumentKind.PLACE, NODES[0].id)
    assert versions.of(NODES[1].id).place is None
    with world.store.write() as session:
        kid = session.query(HeldKey).filter(HeldKey.role == Role.ADMINISTRATOR).one().kid
        compromise_key(session, kid, by=world.administrator, now=world.now)
    later, _ = newest(world)
    assert later.of(NODES[0].id).place is None, "no new node would take it"


def test_without_the_database_the_former_versions_go_on(world):
    world.publish()
    versions, clock = newest(world)
    before = versions.of(NODES[0].id)
    assert before.keys.keys() == {PROVINCE, NHA_TRANG}

    class Gone:
        def read(self):
            raise Unavailable("Không tới được cơ sở dữ liệu.", code="store.gone")

    versions.store = Gone()
    clock.now += READ_EVERY_S + 1
    assert versions.of(NODES[0].id) == before
