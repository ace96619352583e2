"""A key that was retired, or is compromised since a day: what it signed before stays; docs/protocol.md."""

import random
from datetime import timedelta

import pytest

from devices.ids import Role
from devices.jose import SigningKey
from tests.simulation.small_station import PROVINCE, YEAR, listed
from tests.simulation.station_in_world import Scene

LENGTH = 20_000
HOUR = timedelta(hours=1)
ENDS = ["retired_at", "compromised_since"]


@pytest.fixture
def scene():
    return Scene()


def ended(scene, how, at):
    """Publish the key sets anew: the approver's key has ended."""
    keys = scene.station.keys
    scene.station.publish_key_set(
        (
            listed(keys.station),
            listed(keys.administrator),
            listed(keys.approver, **{how: at.replace(microsecond=0)}),
        )
    )
    scene.run(3)


def say(scene, name="a1", *, approved_at, witnessed_at=None, key=None):
    recording = scene.station.add_recording(random.Random(name).randbytes(10_000), LENGTH)
    approval = scene.station.approval(recording, key, approved_at=approved_at)
    airing = scene.station.airing(
        name, recording, scene.in_s(20), LENGTH, approval=approval, witnessed_at=witnessed_at
    )
    scene.station.publish_plan("56", airing)
    scene.run(60)
    return [sound.arm.airing for sound in scene.world.heard(scene.node)]


def reasons(scene):
    return [one.reason for one in scene.station.of(scene.node.id, "a1") if one.reason]


@pytest.mark.parametrize("how", ENDS)
def test_what_the_station_saw_before_the_key_ended_is_heard(scene, how):
    before = scene.now.replace(microsecond=0) - HOUR
    ended(scene, how, scene.now - HOUR / 2)
    assert say(scene, approved_at=before, witnessed_at=before) == ["a1"]


@pytest.mark.parametrize("how", ENDS)
def test_a_thief_of_an_ended_key_dates_an_approval_back_and_nothing_sounds(scene, how):
    before = scene.now.replace(microsecond=0) - HOUR
    ended(scene, how, scene.now - HOUR / 2)
    assert say(scene, approved_at=before) == []
    assert reasons(scene) == ["key-ended"]


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("late", ["approved", "witnessed"])
def test_what_was_signed_or_seen_after_the_end_is_void(scene, how, late):
    now = scene.now.replace(microsecond=0)
    ended(scene, how, now - HOUR)
    after = now - HOUR + timedelta(seconds=1)
    times = {"approved_at": now - 2 * HOUR, "witnessed_at": now - 2 * HOUR} | {f"{late}_at": after}
    assert say(scene, **times) == []
    assert reasons(scene) == ["key-ended"]


def test_a_broadcast_goes_on_when_its_approvers_key_is_retired(scene):
    seen = scene.now.replace(microsecond=0)
    recording = scene.station.add_recording(b"x" * 10_000, LENGTH)
    airing = scene.station.airing("a1", recording, scene.in_s(10), LENGTH, witnessed_at=seen)
    scene.station.publish_plan("56", airing)
    scene.run(12)
    ended(scene, "retired_at", scene.now)
    scene.run(40)
    (sound,) = scene.world.heard(scene.node)
    assert sound.heard_ms >= LENGTH


def test_a_retired_administrators_policy_still_comes_to_a_new_node_and_a_stolen_ones_does_not(scene):
    for how, volumes in (("retired_at", [30]), ("compromised_since", [30, 30])):
        key = SigningKey.generate(Role.ADMINISTRATOR, scene.now - timedelta(days=1), YEAR)
        keys = scene.station.keys
        scene.station.keys = type(keys)(keys.root, keys.station, keys.approver, key)
        at = scene.in_s(5)
        scene.station.publish_key_set(tuple(listed(one) for one in (keys.station, keys.approver)))
        scene.station.publish_key_set((listed(keys.station), listed(keys.approver), listed(key, **{how: at})))
        scene.run(1)
        scene.station.publish_policy(PROVINCE, loudest=30 if how == "retired_at" else 10)
        scene.run(2)
        say(scene, f"by-{key.kid}", approved_at=scene.now)
        assert [sound.arm.volume for sound in scene.world.heard(scene.node)] == volumes
