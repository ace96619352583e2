"""Recordings that a node holds ready, and emergencies that go on until they are ended."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import topics
from devices.ids import Grade, Role
from devices.jose import SigningKey
from devices.node.events import Digested
from devices.node.fetching import UNNAMED_KEPT
from simulator.speakers import Began, Over
from tests.simulation.small_station import YEAR
from tests.simulation.station_in_world import Scene
from tests.support.nightly import examples
from tests.support.world import Network

ALARM_MS, EVERY_MS = 6_000, 8_000


@pytest.fixture
def scene():
    return Scene()


def sound_of(scene, n=1, duration_ms=ALARM_MS):
    return scene.station.add_recording(random.Random(n).randbytes(10_000), duration_ms)


def hold(scene, name="k1", **how):
    recording = sound_of(scene)
    scene.station.publish_plan("56", keep=[scene.station.kept(name, recording, **how)])
    scene.run(15)
    return recording


def alarm(scene, recording, name="alarm", *, in_s=0.35, rounds=100):
    at = scene.now + timedelta(seconds=in_s)
    lasts = EVERY_MS * (rounds - 1) + ALARM_MS
    return scene.station.airing(
        name, recording, at, lasts, grade=Grade.EMERGENCY, every_ms=EVERY_MS, volume=70
    )


def away(scene, span):
    """Let time pass without a network: days of it are cheap."""
    scene.world.unplug(scene.node)
    scene.run(span.total_seconds())
    scene.world.plug_in(scene.node)
    scene.run(5)


def test_a_plan_that_has_expired_keeps_its_recordings_also_after_a_reboot_without_a_link(scene):
    recording = sound_of(scene)
    text = scene.station.signed_plan(
        "56", [], lasts=timedelta(seconds=30), keep=[scene.station.kept("k1", recording)]
    )
    scene.station.retain(topics.plan("56"), text)
    scene.run(1500)  # the time is saved every ten minutes
    scene.world.unplug(scene.node)
    scene.world.switch_off(scene.node)
    scene.world.switch_on(scene.node)
    scene.run((1.1 * UNNAMED_KEPT).total_seconds())
    assert recording in scene.world.disk(scene.node).chunks
    scene.world.plug_in(scene.node)
    scene.run(60)
    assert scene.kinds("k1") == ["kept"]


def begins(scene, airing="alarm"):
    found = [sound for sound in scene.world.sounds if isinstance(sound, Began)]
    return [sound for sound in found if sound.arm.airing == airing]


def test_what_is_to_be_kept_is_fetched_told_of_once_and_never_sounds_by_itself(scene):
    hold(scene)
    scene.run(60)
    assert scene.kinds("k1") == ["kept"]
    assert scene.world.sounds == []


def test_it_is_kept_beyond_the_plans_lifetime_and_dropped_a_day_after_no_plan_names_it(scene):
    recording = sound_of(scene)
    kept = scene.station.kept("k1", recording)
    scene.station.publish_plan("56", keep=[kept], lasts=timedelta(hours=1))
    scene.run(15)
    away(scene, UNNAMED_KEPT * 3)
    assert recording in scene.world.disk(scene.node).chunks
    scene.station.publish_plan("56")
    scene.run(5)
    away(scene, UNNAMED_KEPT * 3)
    assert recording not in scene.world.disk(scene.node).chunks
    assert scene.kinds("k1") == ["kept"]


def test_it_survives_a_reboot_and_is_told_of_only_once(scene):
    recording = hold(scene)
    scene.world.switch_off(scene.node)
    scene.run(5)
    wants = len(scene.station.wants)
    scene.world.switch_on(scene.node)
    scene.run(5)
    scene.station.publish_plan("56", alarm(scene, recording))
    scene.run(3)
    assert begins(scene)
    assert len(scene.station.wants) == wants
    assert scene.kinds("k1") == ["kept"]


def test_a_spoilt_one_is_told_of_as_lost_fetched_again_and_kept(scene):
    recording = hold(scene)
    scene.world.switch_off(scene.node)
    scene.world.disk(scene.node).chunks[recording][1] = b"rot"
    scene.run(2)
    scene.world.switch_on(scene.node)
    scene.run(30)
    assert sorted(scene.kinds("k1")) == ["kept", "kept", "lost"]
    told = {str(receipt.kind): receipt.at for receipt in scene.station.of(scene.node.id, "k1")}
    assert told["lost"] is None, "found at boot, before the time was known"


def test_it_is_checked_again_when_it_is_used(scene):
    recording = hold(scene)
    scene.world.disk(scene.node).chunks[recording][1] = b"rot"
    scene.station.publish_plan("56", alarm(scene, recording), keep=[scene.station.kept("k1", recording)])
    scene.run(20)
    assert scene.kinds("k1") == ["kept", "lost", "kept"]
    assert begins(scene), "once it is whole again it sounds"


def test_one_that_nobody_approved_is_refused_and_not_fetched(scene):
    stranger = SigningKey.generate(Role.APPROVER, scene.now - timedelta(days=1), YEAR)
    recording = sound_of(scene)
    approval = scene.station.approval(recording, stranger)
    scene.station.publish_plan("56", keep=[scene.station.kept("k1", recording, approval)])
    scene.run(30)
    assert recording not in scene.world.disk(scene.node).chunks
    assert scene.kinds("k1") == []
    scene.station.publish_plan("56", keep=[scene.station.kept("k2", recording, approval[:-8] + "AAAAAAAA")])
    scene.run(10)
    assert scene.world.sounds == []


def test_an_alarm_that_is_held_sounds_within_half_a_second_of_its_plan(scene):
    recording = hold(scene)
    published_at = scene.now
    scene.station.publish_plan("56", alarm(scene, recording))
    scene.run(3)
    assert begins(scene)[0].true_at - published_at.timestamp() == pytest.approx(0.35, abs=0.05)


def test_it_goes_on_in_rounds_until_a_plan_no_longer_names_it_and_then_never_again(scene):
    recording = hold(scene)
    airing = alarm(scene, recording)
    scene.station.publish_plan("56", airing)
    scene.run(3 * EVERY_MS / 1000 + 2)
    scene.station.publish_plan("56")
    scene.run(0.2)
    assert scene.world.bank.sounding() == 0
    starts = [began.true_at - airing.starts_at.timestamp() for began in begins(scene)]
    assert starts == pytest.approx([0, 8, 16, 24], abs=0.05)
    scene.run(120)
    assert len(begins(scene)) == 4
    assert scene.kinds("alarm") == ["fetched", "started", "stopped"]
    assert scene.station.of(scene.node.id, "alarm")[-1].reason == "withdrawn"


def test_a_call_is_armed_before_anything_is_signed_or_written_about_what_is_held(scene):
    recording = hold(scene)
    scene.station.publish_plan("56", alarm(scene, recording))
    scene.run(10)
    told = sorted(scene.station.of(scene.node.id, "alarm"), key=lambda receipt: receipt.seq)
    assert [receipt.kind for receipt in told] == ["started", "fetched"]


def test_a_stop_in_the_pause_is_told_too(scene):
    recording = hold(scene)
    scene.station.publish_plan("56", alarm(scene, recording))
    scene.run(ALARM_MS / 1000 + 1.3)
    scene.station.publish_plan("56")
    scene.run(30)
    assert len(begins(scene)) == 1
    stopped = scene.station.of(scene.node.id, "alarm")[-1]
    assert (stopped.kind, stopped.reason, stopped.heard_ms) == ("stopped", "withdrawn", ALARM_MS)


def test_at_its_end_it_is_finished_once_with_all_that_was_heard(scene):
    recording = hold(scene)
    scene.station.publish_plan("56", alarm(scene, recording, rounds=3))
    scene.run(60)
    assert scene.kinds("alarm") == ["fetched", "started", "finished"]
    assert scene.station.of(scene.node.id, "alarm")[-1].heard_ms == 3 * ALARM_MS


def test_nothing_sounds_in_its_pauses_and_what_it_interrupted_goes_on_at_its_place(scene):
    recording = hold(scene)
    talk = scene.station.airing("talk", sound_of(scene, 2, 60_000), scene.in_s(8), 60_000)
    scene.station.publish_plan("56.1", talk)
    scene.run(15)
    scene.station.publish_plan("56", alarm(scene, recording, rounds=2))
    scene.run(90)
    assert [sound.arm.airing for sound in scene.world.sounds if isinstance(sound, Began)] == [
        "talk",
        "alarm",
        "alarm",
        "talk",
    ]
    again = begins(scene, "talk")[1]
    place_s = again.true_at - talk.starts_at.timestamp()
    assert again.arm.offset_ms == pytest.approx(place_s * 1000, abs=50)


def test_who_loses_power_in_the_middle_of_a_round_joins_the_next_at_its_place(scene):
    recording = hold(scene)
    airing = alarm(scene, recording)
    scene.station.publish_plan("56", airing)
    scene.run(10)
    scene.world.switch_off(scene.node)
    scene.run(9)
    scene.world.switch_on(scene.node)
    scene.run(12)
    joined, following = begins(scene)[2:]
    place_ms = (joined.true_at - airing.starts_at.timestamp()) * 1000 % EVERY_MS
    assert joined.arm.offset_ms == pytest.approx(place_ms, abs=20), "by the station's time, not its raw clock"
    assert following.true_at - airing.starts_at.timestamp() == pytest.approx(24, abs=0.05)


def test_who_is_not_together_with_others_begins_at_once_at_the_beginning(scene):
    recording = hold(scene)
    scene.station.is_silent = True
    scene.run(12 * 3600)
    assert not scene.node.brain.clock.is_together(scene.node.crystal.raw(scene.now))
    published_at = scene.now
    scene.station.publish_plan("56", alarm(scene, recording, in_s=0.9))
    scene.run(EVERY_MS / 1000 + 3)
    first, second = begins(scene)
    assert first.true_at - published_at.timestamp() < 0.2
    assert first.arm.offset_ms <= 110
    assert second.true_at - first.true_at == pytest.approx(EVERY_MS / 1000, abs=0.15)


STEPS = st.lists(
    st.sampled_from(["call", "end", "talk", "power", "network", "wait"]), min_size=3, max_size=12
)


@examples(25)
@given(steps=STEPS, seed=st.integers(0, 2**16), doubled=st.sampled_from([0.0, 0.5]))
def test_whatever_happens_an_emergency_wins_and_an_ended_one_never_sounds_again(steps, seed, doubled):
    scene = Scene(seed, network=Network(doubled=doubled))
    recording = hold(scene)
    talk = sound_of(scene, 2, 500_000)
    kept = [scene.station.kept("k1", recording)]
    called, running, ended = 0, None, {}
    for step in steps:
        match step:
            case "call" if running is None:
                called += 1
                running = alarm(scene, recording, f"alarm{called}")
            case "end" if running is not None:
                ended[running.airing] = scene.now.timestamp() + 0.3
                running = None
            case "talk":
                name = f"talk{len(scene.station.retained)}-{scene.now:%H%M%S}"
                airing = scene.station.airing(name, talk, scene.in_s(1), 500_000, grade=Grade.PRIORITY)
                scene.station.publish_plan("56.1", airing)
            case "power":
                scene.world.switch_off(scene.node)
                scene.run(2)
                scene.world.switch_on(scene.node)
            case "network":
                scene.world.unplug(scene.node)
                scene.run(2)
                scene.world.plug_in(scene.node)
        scene.station.publish_plan("56", *([running] if running else []), keep=kept)
        scene.run(4)
        sounding = {
            began.arm.airing
            for began in scene.world.sounds
            if isinstance(began, Began)
            and not any(isinstance(o, Over) and o.arm is began.arm for o in scene.world.sounds)
        }
        assert sounding <= ({running.airing} if running else sounding - ended.keys())
    if running:
        scene.run(EVERY_MS / 1000)
        assert begins(scene, running.airing)
    for sound in scene.world.sounds:
        if isinstance(sound, Began):
            assert sound.true_at < ended.get(sound.arm.airing, float("inf"))
    assert scene.kinds("k1") == ["kept"]


def test_an_answer_of_a_disk_that_nobody_asked_changes_nothing(scene):
    recording = hold(scene)
    effects = scene.node.brain.handle(Digested(recording, recording), scene.node.crystal.raw(scene.now))
    assert effects == []
