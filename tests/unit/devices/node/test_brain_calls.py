"""Attacks with the station's key and the broker alone: no emergency sounds but as persons called it.

The thief signs any plan, and has the calls and approvals that persons once signed.
"""

import random
from datetime import timedelta

import pytest

from devices.ids import AreaCode, Grade, Role
from devices.jose import SigningKey
from tests.simulation.small_station import YEAR, holder_of, listed
from tests.simulation.station_in_world import Scene

LENGTH = 20_000
EVERY_MS = 30_000
HERE, ELSEWHERE = AreaCode("56.1"), AreaCode("56.2")
DAY = timedelta(days=1)


@pytest.fixture
def scene():
    scene = Scene()
    scene.run(3)
    return scene


def alarm(scene, *, name="a1", rounds=2, at=20, **more):
    """Return an alarm of two rounds in twenty seconds, called by an approver and a caller."""
    rec = scene.station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    lasts = EVERY_MS * (rounds - 1) + LENGTH
    return scene.station.airing(
        name, rec, scene.in_s(at), lasts, grade=Grade.EMERGENCY, every_ms=EVERY_MS, volume=80, **more
    )


def sent(scene, airing, target="56", seconds=90):
    scene.station.publish_plan(target, airing)
    scene.run(seconds)


def heard(scene):
    return [sound.arm.airing for sound in scene.world.heard(scene.node)]


def refusals(scene, name="a1"):
    return [receipt.reason for receipt in scene.station.of(scene.node.id, name) if receipt.kind == "refused"]


def test_what_two_people_called_sounds_its_rounds(scene):
    sent(scene, alarm(scene))
    assert heard(scene) == ["a1", "a1"]


def test_an_approved_alarm_that_nobody_called_neither_sounds_nor_is_fetched(scene):
    sent(scene, alarm(scene, call=None))
    assert heard(scene) == []
    assert refusals(scene) == ["no-call"]
    assert scene.station.wants == []


def test_the_call_of_yesterday_sounds_nothing_today(scene):
    called = alarm(scene)
    sent(scene, called)
    scene.run(3600)
    for changes in ({}, {"airing": "a2"}, {"airing": "a3", "every_ms": None}):  # a1 was heard to its end
        times = {"starts_at": scene.in_s(20), "latest_start_at": scene.in_s(320)}
        sent(scene, called.model_copy(update=times | changes))
    assert heard(scene) == ["a1", "a1"]
    assert refusals(scene, "a2") == refusals(scene, "a3") == ["outside-call"]


def test_a_call_that_was_stopped_is_not_prolonged_beyond_what_people_said(scene):
    called = alarm(scene)
    sent(scene, called, seconds=30)
    scene.station.publish_plan("56")
    scene.run(5)
    sent(scene, called.model_copy(update={"duration_ms": 10 * 3_600_000}))
    assert heard(scene) == ["a1"]
    assert refusals(scene)[-1] == "outside-call"


@pytest.mark.parametrize(
    ("said", "done"),
    [
        ({"areas": (ELSEWHERE,)}, {}),
        ({}, {"volume": 100}),
        ({}, {"every_ms": EVERY_MS - 1}),
        ({"every_ms": None}, {}),
        ({"airing": "a9"}, {}),
        ({"text_sha256": "0" * 64}, {}),
        ({"until": timedelta(hours=26)}, {}),
    ],
    ids=["elsewhere", "louder", "sooner", "repeated", "another", "another wording", "endless"],
)
def test_a_call_does_not_stretch(scene, said, done):
    called = alarm(scene)
    if "until" in said:
        said = {"until": called.starts_at + said["until"]}
    sent(scene, called.model_copy(update={"call": scene.station.call(called, **said)} | done))
    assert heard(scene) == []
    assert refusals(scene) == ["outside-call"]


def test_a_call_is_good_for_no_other_recording(scene):
    other = scene.station.add_recording(b"other" * 2_000, LENGTH)
    swap = {"recording": other, "approval": scene.station.carried(scene.station.approval(other))}
    sent(scene, alarm(scene).model_copy(update=swap))
    assert heard(scene) == []
    assert refusals(scene) == ["outside-call"]


def test_the_recording_of_a_test_is_never_an_alarm(scene):
    called = alarm(scene)
    test = scene.station.carried(scene.station.approval(called.recording, test=True))
    sent(scene, called.model_copy(update={"approval": test}))
    assert heard(scene) == []
    assert refusals(scene) == ["wrong-approval"]


def test_one_person_with_a_reason_is_heard_and_without_one_is_not(scene):
    called, keys = alarm(scene), scene.station.keys
    for name, reason, by in (
        ("a1", None, keys.approver),
        ("a2", "đêm", keys.caller),
        ("a3", "đêm", keys.approver),
    ):
        one = alarm(scene, name=name)
        sent(scene, one.model_copy(update={"call": scene.station.call(one, [by], reason=reason)}))
    assert refusals(scene, "a1") == refusals(scene, "a2") == ["outside-call"]
    assert heard(scene) == ["a3", "a3"]
    assert called.call != one.call


def test_one_person_does_not_call_for_longer_than_one_may(scene):
    called = alarm(scene)
    lone = {
        "reason": "đêm",
        "until": called.starts_at + timedelta(hours=3),
    }  # called a second before it starts
    sent(
        scene,
        called.model_copy(update={"call": scene.station.call(called, [scene.station.keys.approver], **lone)}),
    )
    assert refusals(scene) == ["outside-call"]


def test_two_keys_of_one_person_are_one_person(scene):
    keys = scene.station.keys
    second = SigningKey.generate(Role.CALLER, scene.now - DAY, YEAR)
    named = [*map(listed, keys.listed), listed(second, holder=holder_of(keys.approver))]
    scene.station.publish_key_set(tuple(named))
    scene.run(3)
    called = alarm(scene)
    sent(scene, called.model_copy(update={"call": scene.station.call(called, [keys.approver, second])}))
    assert refusals(scene) == ["outside-call"]


@pytest.mark.parametrize(
    ("whose", "reason"),
    [({"area": ELSEWHERE}, "outside-call"), ({"holder": None}, "unknown-key"), (None, "unknown-key")],
    ids=["an approver of elsewhere", "a key of nobody", "a key that was removed"],
)
def test_a_key_that_does_not_count_here_is_no_second_person(scene, whose, reason):
    second = SigningKey.generate(Role.APPROVER, scene.now - DAY, YEAR)
    named = [listed(one) for one in scene.station.keys.listed]
    scene.station.publish_key_set((*named, *([listed(second, **whose)] if whose is not None else [])))
    scene.run(3)
    called = alarm(scene)
    call = scene.station.call(called, [scene.station.keys.approver, second])
    sent(scene, called.model_copy(update={"call": call}))
    assert heard(scene) == []
    assert refusals(scene)[-1:] == [reason]


def test_a_key_that_is_removed_while_its_alarm_sounds_ends_it(scene):
    sent(scene, alarm(scene), seconds=30)
    scene.station.publish_keys(without=[scene.station.keys.caller])
    scene.run(30)
    stopped = [one.reason for one in scene.station.of(scene.node.id, "a1") if one.kind == "stopped"]
    assert stopped == ["unknown-key"]


def test_stopping_needs_no_call(scene):
    sent(scene, alarm(scene), seconds=30)
    scene.station.publish_plan("56")
    scene.run(30)
    assert heard(scene) == ["a1"]
    stopped = [one.reason for one in scene.station.of(scene.node.id, "a1") if one.kind == "stopped"]
    assert stopped == ["withdrawn"]


def test_a_call_holds_over_a_reboot(scene):
    sent(scene, alarm(scene, at=60), seconds=10)
    scene.world.switch_off(scene.node)
    scene.world.switch_on(scene.node)
    scene.run(120)
    assert heard(scene) == ["a1", "a1"]
