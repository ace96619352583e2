"""Who holds one stolen key can silence no alarm, and nothing for good."""

import random
from datetime import timedelta

import pytest

from devices import topics
from devices.ids import Grade, Role
from devices.jose import SigningKey
from devices.messages import Plan
from devices.signing import sign
from devices.statements import Policy, QuietHours
from tests.simulation.small_station import YEAR
from tests.simulation.station_in_world import Scene

LENGTH = 20_000
HIGHEST = 2**53 - 1


@pytest.fixture
def scene():
    return Scene()


def planned(scene, name="a1", in_s=20.0, **how):
    rec = scene.station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    return scene.station.airing(name, rec, scene.in_s(in_s), LENGTH, **how)


def sounded(scene):
    return [(sound.arm.airing, sound.arm.volume) for sound in scene.world.heard(scene.node)]


def say_plan(scene, target, version, **limits):
    """A plan as whoever holds the station's key and the broker writes it."""
    plan = Plan(
        target=target,
        version=version,
        issued_at=scene.now,
        expires_at=scene.now + timedelta(days=2),
        airings=(),
        **limits,
    )
    scene.station.retain(topics.plan(target), sign(plan, scene.station.keys.station).encode())


def a_policy(scene, version, key, **limits):
    policy = Policy(
        target="56",
        version=version,
        issued_at=scene.now,
        expires_at=scene.now + YEAR / 2,
        **({"quiet_hours": (), "loudest_volume": 100, "minutes_a_day": 1440} | limits),
    )
    scene.station.retain(topics.policy("56"), sign(policy, key).encode())


@pytest.mark.parametrize("target", ["56", "n0"])
def test_the_stations_key_silences_no_emergency_by_a_cap(scene, target):
    say_plan(scene, target, scene.station.next_version(), loudest_volume=0)
    scene.run(5)
    scene.station.publish_plan("56.1", planned(scene, grade=Grade.EMERGENCY))
    scene.run(60)
    assert sounded(scene) == [("a1", 20)]


def test_one_administrators_key_silences_no_emergency(scene):
    key = scene.station.keys.administrator
    all_day = (QuietHours(begins="00:00", ends="00:00"),)
    a_policy(scene, scene.station.next_version(), key, loudest_volume=0, quiet_hours=all_day, minutes_a_day=0)
    scene.run(5)
    scene.station.publish_plan("56", planned(scene, grade=Grade.EMERGENCY))
    scene.run(60)
    assert sounded(scene) == [("a1", 20)]


@pytest.mark.parametrize("days", [2, 400])
def test_the_stations_key_keeps_no_true_plan_out_by_a_version_of_the_far_future(scene, days):
    far = (
        min(HIGHEST, round((scene.now + timedelta(days=days)).timestamp() * 1000)) if days < 400 else HIGHEST
    )
    say_plan(scene, "56", far)
    scene.run(5)
    assert scene.node.brain.counts["plan: far-version"] == 1
    scene.station.publish_plan("56", planned(scene))
    scene.run(60)
    assert sounded(scene) == [("a1", 80)]


def test_one_administrators_key_keeps_no_true_policy_out_by_a_version_of_the_far_future(scene):
    a_policy(scene, HIGHEST, scene.station.keys.administrator, loudest_volume=90)
    scene.station.publish_policy("56", loudest=30)
    scene.station.publish_plan("56", planned(scene))
    scene.run(60)
    assert scene.node.brain.counts["policy: far-version"] == 1
    assert sounded(scene) == [("a1", 30)]


def test_a_node_that_does_not_know_the_time_yet_takes_what_was_issued_while_it_was_off(scene):
    scene.run(5)
    scene.world.switch_off(scene.node)
    scene.run(timedelta(days=40).total_seconds())
    scene.station.publish_plan("56", planned(scene, in_s=60))
    scene.world.switch_on(scene.node)
    scene.run(120)
    assert sounded(scene) == [("a1", 80)]


def test_quiet_hours_of_an_administrator_whose_key_was_revoked_go_on_and_no_older_policy_comes_back(scene):
    loose = scene.station.next_version()
    scene.station.publish_policy("56", loudest=90)
    older = scene.station.retained[topics.policy("56")]
    scene.station.publish_policy("56", quiet=[("09:00", "11:00")])
    scene.run(5)
    other = SigningKey.generate(Role.ADMINISTRATOR, scene.now - timedelta(days=1), YEAR)
    scene.station.publish_keys(other, without=[scene.station.keys.administrator])
    scene.run(5)
    scene.station.retain(topics.policy("56"), older)
    a_policy(scene, loose, other)
    scene.station.publish_plan("56", planned(scene))
    scene.run(60)
    assert sounded(scene) == []
    a_policy(scene, scene.station.next_version(), other)
    scene.station.publish_plan("56", planned(scene, "a2"))
    scene.run(60)
    assert sounded(scene) == [("a2", 80)]


def test_airings_that_nobody_approved_use_up_no_minutes_of_the_day(scene):
    """The station's key plans what every node refuses, to exhaust the minutes that a policy allows."""
    scene.station.publish_policy("56", minutes=1)
    scene.run(3)
    thief = SigningKey.generate(Role.APPROVER, scene.now - timedelta(days=1), YEAR)
    good = planned(scene, "true", in_s=300)
    forged = scene.station.approval(good.recording, thief)
    long = {"duration_ms": 240_000, "approval": scene.station.carried(forged), "airing": "forged"}
    false = planned(scene, "forged", in_s=20).model_copy(update=long)
    scene.station.publish_plan("56", false, good)
    scene.run(400)
    assert sounded(scene) == [("true", 80)]
    assert [one.reason for one in scene.station.of(scene.node.id, "forged")] == ["unknown-key"]
