"""Attacks with the station's key and the broker alone: an approval sounds where, how and when a person said.

The thief signs any plan he likes; the approvals are those that people once signed.
"""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from devices import topics
from devices.approvals import LONGEST_APPROVAL
from devices.enrolment import Place
from devices.ids import AreaCode, Grade, Role
from devices.jose import SigningKey
from devices.signing import sign
from tests.simulation.small_station import listed
from tests.simulation.station_in_world import Scene

LENGTH = 20_000
HERE, ELSEWHERE = AreaCode("56.1"), AreaCode("56.2")
DAY = timedelta(days=1)


@pytest.fixture
def scene():
    return Scene()


def air(scene, *, grade=Grade.ROUTINE, every_ms=None, key=None, target="56", **scope):
    """Publish, as the thief, an airing of a text that was approved with this scope."""
    rec = scene.station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    approval = scene.station.approval(rec, key, **{"lasts": DAY} | scope)
    airing = scene.station.airing(
        "a1", rec, scene.in_s(20), LENGTH, grade=grade, every_ms=every_ms, approval=approval, volume=100
    )
    scene.station.publish_plan(target, airing)
    scene.run(60)


def heard(scene):
    return [sound.arm.airing for sound in scene.world.heard(scene.node)]


def refusals(scene, name="a1"):
    return [receipt.reason for receipt in scene.station.of(scene.node.id, name)]


def test_what_is_inside_its_scope_is_heard(scene):
    air(scene, areas=(HERE,), grade=Grade.PRIORITY)
    assert heard(scene) == ["a1"]


@pytest.mark.parametrize("target", ["56", HERE])
def test_the_text_of_one_ward_sounds_in_no_other(scene, target):
    air(scene, areas=(ELSEWHERE,), target=target)
    assert heard(scene) == []
    assert refusals(scene) == ["outside-scope"]


def test_a_routine_text_does_not_sound_as_an_emergency(scene):
    air(scene, areas=(HERE,), grade=Grade.EMERGENCY, every_ms=30_000, lasts=DAY)
    assert heard(scene) == ["a1"]  # approved as one, by the default of this station
    rec = next(iter(scene.station.recordings))
    routine = scene.station.approval(rec, grade=Grade.ROUTINE)
    for name, grade in (("a2", Grade.PRIORITY), ("a3", Grade.EMERGENCY)):
        scene.station.publish_plan(
            "56", scene.station.airing(name, rec, scene.in_s(20), LENGTH, grade=grade, approval=routine)
        )
        scene.run(60)
        assert refusals(scene, name) == ["outside-scope"]


@pytest.mark.parametrize(
    "time",
    [
        {"valid_from": timedelta(hours=1), "lasts": DAY},
        {"lasts": timedelta(seconds=10)},
        {"lasts": 3 * LONGEST_APPROVAL, "valid_from": -LONGEST_APPROVAL},
    ],
    ids=["not yet", "no more", "longer than any may last"],
)
def test_a_text_does_not_sound_outside_the_time_of_its_approval(scene, time):
    times = time | ({"valid_from": scene.now + time["valid_from"]} if "valid_from" in time else {})
    air(scene, **times)
    assert heard(scene) == []
    assert refusals(scene)[0] in {"outside-scope", "expired"}


def test_the_key_of_another_wards_approver_does_not_count_here(scene):
    other = SigningKey.generate(Role.APPROVER, scene.now - DAY, 9 * DAY)
    publish_key(scene, other, area=ELSEWHERE)
    air(scene, key=other)
    assert heard(scene) == []
    assert refusals(scene) == ["outside-scope"]


def test_a_deputy_counts_where_the_key_set_says_so(scene):
    other = SigningKey.generate(Role.APPROVER, scene.now - DAY, 9 * DAY)
    publish_key(scene, other, area=ELSEWHERE, further_areas=(HERE,))
    air(scene, key=other, areas=(HERE,))
    assert heard(scene) == ["a1"]


@pytest.mark.parametrize("lacks", [{"holder": None}, {"area": None}])
def test_a_persons_key_without_holder_or_area_counts_for_nothing(scene, lacks):
    other = SigningKey.generate(Role.APPROVER, scene.now - DAY, 9 * DAY)
    publish_key(scene, other, **lacks)
    air(scene, key=other)
    assert heard(scene) == []
    assert refusals(scene) == ["unknown-key"]


def test_nobody_approves_their_own_text_or_under_another_name(scene):
    air(scene, author=scene.station.keys.approver.kid)
    assert refusals(scene) == ["outside-scope"]
    rec = next(iter(scene.station.recordings))
    renamed = scene.station.approval(rec, approver="somebody-else")
    scene.station.publish_plan("56", scene.station.airing("a2", rec, scene.in_s(9), LENGTH, approval=renamed))
    scene.run(30)
    assert refusals(scene, "a2") == ["outside-scope"]
    assert heard(scene) == []


def test_nothing_is_kept_here_that_is_approved_for_elsewhere(scene):
    rec = scene.station.add_recording(b"alarm" * 999, LENGTH)
    kept = scene.station.kept("k1", rec, scene.station.approval(rec, areas=(ELSEWHERE,)))
    scene.station.publish_plan("56", keep=[kept])
    scene.run(30)
    assert refusals(scene, "k1") == ["outside-scope"]


def test_what_was_approved_for_the_former_place_does_not_sound_at_the_new_one(scene):
    rec = scene.station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    approval = scene.station.approval(rec, areas=(HERE,))
    scene.station.publish_plan(
        "56", scene.station.airing("a1", rec, scene.in_s(60), LENGTH, approval=approval)
    )
    scene.run(10)
    move(scene, ("56", ELSEWHERE))
    scene.run(90)
    assert heard(scene) == []
    assert refusals(scene)[-1] == "outside-scope"


def test_a_wards_administrator_cannot_lift_what_the_province_forbids(scene):
    theirs = SigningKey.generate(Role.ADMINISTRATOR, scene.now - DAY, 9 * DAY)
    publish_key(scene, theirs, area=HERE)
    scene.station.publish_policy("56", loudest=40)
    scene.run(2)
    scene.station.keys = replace(scene.station.keys, administrator=theirs)
    scene.station.publish_policy("56", loudest=100)
    scene.run(2)
    assert scene.node.brain.counts["policy: outside-scope"] == 1
    scene.station.publish_policy(HERE, loudest=30)
    air(scene)
    assert [sound.arm.volume for sound in scene.world.heard(scene.node)] == [30]


def publish_key(scene, key, **whose):
    """Name one more key in the key set, whose it is and where it signs."""
    station = scene.station
    known = station.keys
    named = [listed(one) for one in (known.station, known.approver, known.administrator)]
    station.publish_key_set((*named, listed(key, **whose)))
    scene.run(3)


def test_a_wards_administrator_fetches_no_loudspeaker_from_another_ward(scene):
    theirs = SigningKey.generate(Role.ADMINISTRATOR, scene.now - DAY, 9 * DAY)
    publish_key(scene, theirs, area=ELSEWHERE)
    move(scene, ("56", ELSEWHERE), key=theirs)
    scene.run(3)
    assert scene.node.brain.counts["place: outside-scope"] == 1
    air(scene, areas=(HERE,), target=HERE)
    assert heard(scene) == ["a1"]


def test_a_wards_administrator_moves_a_loudspeaker_within_the_ward_also_over_a_reboot(scene):
    move(scene, ("56", ELSEWHERE))  # by the province
    scene.run(3)
    theirs = SigningKey.generate(Role.ADMINISTRATOR, scene.now - DAY, 9 * DAY)
    publish_key(scene, theirs, area=ELSEWHERE)
    move(scene, ("56", ELSEWHERE, "56.2.1"), key=theirs)
    scene.run(3)
    scene.world.switch_off(scene.node)
    scene.world.switch_on(scene.node)
    air(scene, target="56.2.1")
    assert heard(scene) == ["a1"]


def move(scene, areas, *, key=None):
    place = Place(
        node=scene.node.id,
        version=scene.station.next_version(),
        issued_at=scene.now,
        expires_at=scene.now + DAY,
        areas=areas,
    )
    scene.station.retain(
        topics.place(scene.node.id), sign(place, key or scene.station.keys.administrator).encode()
    )
