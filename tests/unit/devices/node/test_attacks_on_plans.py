"""Attacks on how a plan carries its approvals, against a whole node in virtual time."""

import pytest

from devices import topics
from devices.jose import read_payload
from devices.messages import Plan
from devices.signing import sign
from tests.simulation.station_in_world import Scene

LENGTH = 20_000


@pytest.fixture
def scene():
    return Scene()


def planned(scene, name="a1", in_s=20, **how):
    rec = scene.station.add_recording(b"sound" * 3000, LENGTH)
    return scene.station.airing(name, rec, scene.in_s(in_s), LENGTH, **how)


def publish(scene, plan):
    """Send a plan as whoever holds the station's key and the broker can write it."""
    scene.station.retain(topics.plan("56"), sign(plan, scene.station.keys.station).encode())


def test_attack_a_plan_without_the_approval_that_it_names_sounds_nothing_and_says_so(scene):
    plan = scene.station.plan("56", [planned(scene)])
    publish(scene, plan.model_copy(update={"approvals": ()}))
    scene.run(60)
    assert scene.world.sounds == []
    (refused,) = scene.station.of(scene.node.id, "a1")
    assert (refused.kind, refused.reason) == ("refused", "wrong-approval")


def test_attack_an_approval_of_another_recording_named_by_its_own_digest_sounds_nothing(scene):
    other = scene.station.add_recording(b"other" * 3000, LENGTH)
    airing = planned(scene, approval=scene.station.approval(other))
    publish(scene, scene.station.plan("56", [airing]))
    scene.run(60)
    assert scene.world.sounds == []
    assert [r.reason for r in scene.station.of(scene.node.id, "a1")] == ["wrong-approval"]


def test_attack_a_list_of_approvals_that_is_too_long_is_no_plan_and_the_old_one_stays(scene):
    airing = planned(scene)
    scene.station.publish_plan("56", airing)
    scene.run(5)
    long = Plan.model_construct(**dict(scene.station.plan("56", [])) | {"approvals": ("a.b.c",) * 577})
    publish(scene, long)
    scene.run(60)
    assert scene.kinds("a1") == ["fetched", "started", "finished"]
    assert scene.node.brain.counts["plan: malformed"] == 1


def test_approvals_are_on_the_disk_with_the_plan_and_serve_after_a_reboot_without_a_link(scene):
    scene.station.publish_plan("56", planned(scene, in_s=120), planned(scene, "a2", in_s=180))
    scene.run(10)
    stored = read_payload(scene.world.disk(scene.node).documents["plan/56"].decode())
    assert len(stored["approvals"]) == 1
    scene.world.switch_off(scene.node)
    scene.world.switch_on(scene.node)
    scene.run(10)  # it learns the time
    scene.world.unplug(scene.node)
    scene.run(300)
    assert [sound.heard_ms for sound in scene.world.heard(scene.node)] == [LENGTH, LENGTH]


def test_one_bad_approval_leaves_the_rest_of_the_plan_standing(scene):
    stranger = scene.station.approval("f" * 64)
    scene.station.publish_plan(
        "56", planned(scene, "bad", approval=stranger), planned(scene, "good", in_s=60)
    )
    scene.run(120)
    assert scene.kinds("bad") == ["refused"]
    assert scene.kinds("good") == ["fetched", "started", "finished"]
