"""A loudspeaker holds the key sets of its own areas, and no others; docs/protocol.md, Keys."""

import random
from datetime import timedelta

import pytest

from devices import topics
from devices.enrolment import Place
from devices.ids import Grade, Role
from devices.jose import SigningKey
from devices.signing import sign
from devices.statements import KeySet
from tests.simulation.small_station import PROVINCE, YEAR, listed
from tests.simulation.station_in_world import AREAS, Scene

LENGTH = 20_000
WARD = AREAS[1]


@pytest.fixture
def scene():
    return Scene()


def approver(scene):
    return SigningKey.generate(Role.APPROVER, scene.now - timedelta(days=1), YEAR)


def say_airing(scene, key):
    recording = scene.station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    approval = scene.station.approval(recording, key)
    scene.station.publish_plan(
        "56", scene.station.airing("a1", recording, scene.in_s(20), LENGTH, approval=approval)
    )
    scene.run(60)
    return [sound.arm.airing for sound in scene.world.heard(scene.node)]


def held(scene):
    documents = scene.world.disk(scene.node).documents
    return sorted(name for name in documents if name.startswith("keys/"))


def test_a_key_in_the_set_of_the_ward_counts_there(scene):
    key = approver(scene)
    scene.station.publish_key_set((listed(key, area=WARD),), WARD)
    assert say_airing(scene, key) == ["a1"]
    assert held(scene) == ["keys/56", f"keys/{WARD}"]


def test_a_key_that_a_newer_set_of_the_ward_leaves_out_counts_no_more(scene):
    key = approver(scene)
    scene.station.publish_key_set((listed(key, area=WARD),), WARD)
    scene.run(3)
    scene.station.publish_key_set((), WARD)
    assert say_airing(scene, key) == []


def test_the_set_of_another_ward_is_neither_subscribed_to_nor_taken_under_this_wards_name(scene):
    key = approver(scene)
    filters = scene.world._places[scene.node.id].filters
    assert topics.keys(WARD) in filters
    assert topics.keys("56.9") not in filters
    scene.station.publish_key_set((listed(key, area=PROVINCE),), "56.9")
    scene.station.retain(topics.keys(WARD), scene.station.retained[topics.keys("56.9")])
    assert say_airing(scene, key) == []
    assert scene.node.brain.counts["keys: outside-scope"] == 1


@pytest.mark.parametrize("area", [PROVINCE, WARD])
def test_the_only_set_of_a_former_station_counts_as_the_provinces(scene, area):
    key = approver(scene)
    keys = tuple(listed(one) for one in (scene.station.keys.station, key))
    version, ends = scene.station.next_version(), scene.now + YEAR / 2
    old = KeySet(version=version, issued_at=scene.now, expires_at=ends, keys=keys)
    scene.station.retain(topics.keys(area), sign(old, scene.station.keys.root).encode())
    assert say_airing(scene, key) == (["a1"] if area == PROVINCE else [])


def test_a_key_set_of_a_far_version_keeps_no_later_one_out(scene):
    far = KeySet(area=PROVINCE, version=2**53 - 1, issued_at=scene.now, expires_at=scene.now + YEAR, keys=())
    scene.run(5)
    scene.station.retain(topics.keys(PROVINCE), sign(far, scene.station.keys.root).encode())
    scene.run(5)
    assert scene.node.brain.counts["keys: far-version"] == 1
    scene.station.publish_keys()
    assert say_airing(scene, scene.station.keys.approver) == ["a1"]


def test_a_node_that_moves_takes_the_keys_of_its_new_ward_for_those_of_the_old(scene):
    key = approver(scene)
    scene.station.publish_key_set((listed(key, area=WARD),), WARD)
    scene.station.publish_key_set((), "56.2")
    scene.run(3)
    told = Place(
        node=scene.node.id,
        version=scene.station.next_version(),
        issued_at=scene.now,
        expires_at=scene.now + YEAR / 2,
        areas=(PROVINCE, "56.2"),
    )
    scene.station.retain(topics.place(scene.node.id), sign(told, scene.station.keys.administrator).encode())
    scene.run(3)
    assert held(scene) == ["keys/56", "keys/56.2"]
    assert say_airing(scene, key) == []


def test_a_key_set_from_the_far_future_that_came_before_the_time_was_known_is_gone_once_it_is(scene):
    """Else it keeps every true one out for good: a mistake at the root, or its key stolen for an hour."""
    station, node = scene.station, scene.node
    scene.world.switch_off(node)
    station.is_silent = True
    true, far = station.retained[topics.keys(PROVINCE)], scene.now + timedelta(days=900)
    keys = tuple(listed(key) for key in station.keys.listed)
    wrong = KeySet(
        area=PROVINCE,
        version=round(far.timestamp() * 1000),
        issued_at=scene.now,
        expires_at=scene.now + YEAR,
        keys=keys,
    )
    station.retain(topics.keys(PROVINCE), sign(wrong, station.keys.root).encode())
    scene.world.switch_on(node)
    scene.run(10)
    assert scene.world.disk(node).documents["keys/56"] != true
    station.is_silent = False
    scene.run(30)
    assert "keys/56" not in scene.world.disk(node).documents
    assert node.brain.counts["keys: far-version"] == 1, "it was asked for again, and refused now"
    station.publish_keys()
    assert say_airing(scene, station.keys.approver) == ["a1"]


@pytest.mark.parametrize("comes_in_s", [0, 17])
def test_an_airing_that_was_armed_does_not_begin_with_a_key_set_that_has_expired_since(scene, comes_in_s):
    """Starts are armed 5 s before: the set comes before that, or between."""
    station = scene.station
    recording = station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    station.publish_plan("56", station.airing("a1", recording, scene.in_s(20), LENGTH))
    ends = scene.in_s(18)
    scene.run(comes_in_s)
    keys = tuple(listed(key) for key in station.keys.listed)
    short = KeySet(
        area=PROVINCE, version=station.next_version(), issued_at=scene.now, expires_at=ends, keys=keys
    )
    station.retain(topics.keys(PROVINCE), sign(short, station.keys.root).encode())
    scene.run(60)
    assert scene.world.heard(scene.node) == []


@pytest.mark.parametrize("end", [None, "retired_at", "compromised_since"])
@pytest.mark.parametrize("grade", [Grade.ROUTINE, Grade.EMERGENCY])
def test_an_airing_that_was_armed_does_not_begin_when_its_approvers_key_is_revoked_before(scene, end, grade):
    """The key set comes 0.5 s before the start, which was armed 4.5 s earlier."""
    station, key = scene.station, approver(scene)
    station.publish_key_set((listed(key, area=WARD),), WARD)
    recording = station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    approval = station.approval(recording, key)
    airing = station.airing("a1", recording, scene.in_s(20), LENGTH, approval=approval, grade=grade)
    station.publish_plan("56", airing)
    scene.run(19.5)
    assert scene.node.brain._playing._armed, "else nothing is shown"
    left = () if end is None else (listed(key, area=WARD, **{end: scene.now - timedelta(days=1)}),)
    station.publish_key_set(left, WARD)
    scene.run(60)
    assert scene.world.heard(scene.node) == []
