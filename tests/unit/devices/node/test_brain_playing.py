"""What a loudspeaker plays, joins, stops and tells, in virtual time."""

import random
from datetime import timedelta

import pytest

from devices.ids import ClockSource, Grade, Role
from devices.jose import SigningKey
from devices.node.events import Ended
from simulator.speakers import Began, Over, SpeakerBank
from tests.simulation.small_station import YEAR
from tests.simulation.station_in_world import MORNING, Scene
from tests.support.world import Network

LENGTH = 20_000
"""Of the recordings here, ms."""


@pytest.fixture
def scene():
    return Scene()


def recording(scene: Scene, n: int = 1, duration_ms: int = LENGTH):
    return scene.station.add_recording(random.Random(n).randbytes(10_000), duration_ms)


def begins(scene: Scene) -> list[Began]:
    return [sound for sound in scene.world.sounds if isinstance(sound, Began)]


def ends(scene: Scene) -> list[Over]:
    return [sound for sound in scene.world.sounds if isinstance(sound, Over)]


def plan_one(scene: Scene, in_s: float = 20, **how):
    airing = scene.station.airing("a1", recording(scene), scene.in_s(in_s), LENGTH, **how)
    scene.station.publish_plan("56.1", airing)
    return airing


def test_a_planned_airing_is_fetched_started_on_time_and_finished_once(scene):
    airing = plan_one(scene)
    scene.run(60)
    assert scene.kinds("a1") == ["fetched", "started", "finished"]
    assert [sound.heard_ms for sound in ends(scene)] == [LENGTH]
    assert abs(begins(scene)[0].true_at - airing.starts_at.timestamp()) < 0.005
    started = scene.station.of(scene.node.id, "a1")[1]
    assert abs(started.at - airing.starts_at) < timedelta(milliseconds=6)
    assert started.clock_error_ms < 20


def test_nothing_sounds_without_a_plan(scene):
    recording(scene)
    scene.run(60)
    assert scene.world.sounds == []


def test_the_volume_is_capped_by_the_strictest_policy(scene):
    scene.station.publish_policy("56", loudest=60)
    scene.station.publish_policy("56.1", loudest=40)
    plan_one(scene, volume=90)
    scene.run(30)
    assert [began.arm.volume for began in begins(scene)] == [40]


def test_quiet_hours_silence_all_but_an_emergency(scene):
    scene.station.publish_policy("56", quiet=[("09:00", "11:00")])
    rec = recording(scene)
    scene.station.publish_plan(
        "56",
        scene.station.airing("routine", rec, scene.in_s(10), LENGTH),
        scene.station.airing("alarm", rec, scene.in_s(40), LENGTH, grade=Grade.EMERGENCY),
    )
    scene.run(90)
    assert [began.arm.airing for began in begins(scene)] == ["alarm"]


def test_an_airing_withdrawn_from_the_plan_stops(scene):
    plan_one(scene)
    scene.run(25)
    scene.station.publish_plan("56.1")
    scene.run(10)
    (over,) = ends(scene)
    assert over.why is Ended.STOPPED
    stopped = scene.station.of(scene.node.id, "a1")[-1]
    assert (stopped.kind, stopped.reason) == ("stopped", "withdrawn")
    assert stopped.heard_ms == over.heard_ms
    assert 4_500 < stopped.heard_ms < 6_000


def test_an_airing_withdrawn_while_it_is_armed_never_begins(scene):
    plan_one(scene, in_s=20)
    scene.run(18)
    scene.station.publish_plan("56.1")
    scene.run(30)
    assert scene.world.sounds == []


def test_an_airing_moved_later_while_it_is_armed_begins_later(scene):
    airing = plan_one(scene, in_s=20)
    scene.run(18)
    later = airing.starts_at + timedelta(seconds=30)
    scene.station.publish_plan(
        "56.1", airing.model_copy(update={"starts_at": later, "latest_start_at": later})
    )
    scene.run(60)
    assert [round(began.true_at - later.timestamp(), 1) for began in begins(scene)] == [0.0]
    assert scene.kinds("a1") == ["fetched", "started", "finished"]


def test_an_emergency_pre_empts_and_the_rest_of_the_routine_follows(scene):
    rec, alarm = recording(scene, 1, 60_000), recording(scene, 2, 10_000)
    start = scene.in_s(10)
    routine = scene.station.airing("routine", rec, start, 60_000)
    scene.station.publish_plan("56", routine)
    scene.run(20)
    at = scene.in_s(8)
    scene.station.publish_plan(
        "56", routine, scene.station.airing("alarm", alarm, at, 10_000, grade=Grade.EMERGENCY)
    )
    scene.run(70)
    assert [began.arm.airing for began in begins(scene)] == ["routine", "alarm", "routine"]
    assert scene.kinds("routine") == ["fetched", "started", "stopped", "started", "finished"]
    _, _, stopped, again, finished = scene.station.of(scene.node.id, "routine")
    assert stopped.reason == "pre-empted"
    resumed_at = begins(scene)[2].true_at - start.timestamp()
    assert abs(again.offset_ms - resumed_at * 1000) < 20
    assert finished.heard_ms == stopped.heard_ms + 60_000 - again.offset_ms
    assert scene.kinds("alarm") == ["fetched", "started", "finished"]


def test_an_emergency_whose_sound_has_not_come_does_not_silence_what_sounds(scene):
    rec = recording(scene, 1, 60_000)
    routine = scene.station.airing("routine", rec, scene.in_s(10), 60_000)
    scene.station.publish_plan("56", routine)
    scene.run(20)
    missing = scene.station.add_recording(b"never sent" * 1000, 10_000)
    del scene.station.recordings[missing]
    alarm = scene.station.airing("alarm", missing, scene.in_s(2), 10_000, grade=Grade.EMERGENCY)
    scene.station.publish_plan("56", routine, alarm)
    scene.run(70)
    assert scene.kinds("routine") == ["fetched", "started", "finished"]


def test_a_late_joiner_begins_in_the_middle(scene):
    airing = plan_one(scene, in_s=20)
    late = scene.world.add(scene.identity("late"))
    scene.run(25)
    scene.world.switch_on(late)
    scene.run(40)
    kinds = [str(kind) for kind in scene.station.kinds(late.id, "a1")]
    assert kinds == ["fetched", "started", "finished"]
    started, finished = scene.station.of(late.id, "a1")[1:]
    assert started.offset_ms > 5_000
    assert abs((started.at - airing.starts_at) / timedelta(milliseconds=1) - started.offset_ms) < 15
    assert finished.heard_ms == LENGTH - started.offset_ms


def test_after_the_latest_start_nobody_joins_but_for_an_emergency(scene):
    rec = recording(scene)
    late = scene.world.add(scene.identity("late"))
    start, none = scene.in_s(20), timedelta(0)
    scene.station.publish_plan("56.1", scene.station.airing("a1", rec, start, LENGTH, late=none))
    scene.station.publish_plan(
        "56",
        scene.station.airing(
            "e1", rec, start + timedelta(seconds=40), LENGTH, late=none, grade=Grade.EMERGENCY
        ),
    )
    scene.run(25)
    scene.world.switch_on(late)
    scene.run(20)
    scene.world.switch_off(late)
    scene.run(17)
    scene.world.switch_on(late)
    scene.run(60)
    assert [str(kind) for kind in scene.station.kinds(late.id, "a1")] == ["fetched"]
    assert [str(kind) for kind in scene.station.kinds(late.id, "e1")] == ["fetched", "started", "finished"]


def test_a_power_cut_in_the_middle_is_resumed_with_a_receipt_and_all_that_was_heard_counts(scene):
    start = scene.in_s(10)
    scene.station.publish_plan("56.1", scene.station.airing("a1", recording(scene, 1, 60_000), start, 60_000))
    scene.run(35)
    scene.world.switch_off(scene.node)
    scene.run(2)
    scene.world.switch_on(scene.node)
    scene.run(60)
    assert scene.kinds("a1") == ["fetched", "started", "started", "finished"]
    _, _, again, finished = scene.station.of(scene.node.id, "a1")
    assert again.offset_ms > 27_000
    first, second = ends(scene)
    assert second.heard_ms == 60_000 - again.offset_ms
    # Of the first stretch what was saved counts: at most one saving interval less than was heard.
    assert first.heard_ms - 10_500 <= finished.heard_ms - second.heard_ms <= first.heard_ms


def test_what_a_power_cut_ended_for_good_is_told_as_stopped(scene):
    scene.station.publish_plan("56.1", scene.station.airing("a1", recording(scene), scene.in_s(10), LENGTH))
    scene.run(22)
    scene.world.switch_off(scene.node)
    scene.run(60)
    scene.world.switch_on(scene.node)
    scene.run(10)
    assert scene.kinds("a1") == ["fetched", "started", "stopped"]
    stopped = scene.station.of(scene.node.id, "a1")[-1]
    assert (stopped.reason, stopped.heard_ms) == ("power-lost", 10_000)


def test_an_airing_that_was_finished_is_never_played_again(scene):
    airing = plan_one(scene)
    scene.run(60)
    scene.world.switch_off(scene.node)
    scene.world.switch_on(scene.node)
    again = airing.model_copy(update={"starts_at": scene.in_s(20), "latest_start_at": scene.in_s(80)})
    scene.station.publish_plan("56.1", again)
    scene.run(60)
    assert len(begins(scene)) == 1
    assert scene.kinds("a1").count("finished") == 1


def test_two_airings_back_to_back_are_both_heard_whole(scene):
    rec, start = recording(scene), scene.in_s(20)
    scene.station.publish_plan(
        "56",
        scene.station.airing("a1", rec, start, LENGTH),
        scene.station.airing("a2", rec, start + timedelta(milliseconds=LENGTH), LENGTH),
    )
    scene.run(80)
    assert scene.kinds("a1")[-1] == scene.kinds("a2")[-1] == "finished"
    assert all(sound.heard_ms > LENGTH - 20 for sound in ends(scene))


def test_a_node_speaks_by_its_stored_plan_when_the_broker_is_gone(scene):
    plan_one(scene, in_s=60)
    scene.run(20)
    scene.world.broker.fail()
    scene.run(120)
    assert [sound.heard_ms for sound in ends(scene)] == [LENGTH]
    scene.world.broker.recover()
    scene.run(5)
    assert scene.kinds("a1") == ["fetched", "started", "finished"]


def test_a_node_that_never_learnt_the_time_plays_nothing_of_a_plan_that_lay_there(scene):
    rec = recording(scene)
    scene.station.publish_plan(
        "56",
        scene.station.airing("routine", rec, scene.in_s(20), LENGTH),
        scene.station.airing("alarm", rec, scene.in_s(60), LENGTH, grade=Grade.EMERGENCY),
    )
    scene.run(5)
    scene.world.switch_off(scene.node)
    scene.station._answer_time = lambda *_: None
    scene.world.switch_on(scene.node)
    scene.run(120)
    assert begins(scene) == []


def test_hours_without_the_station_change_nothing(scene):
    rec = recording(scene)
    scene.station.publish_plan(
        "56",
        scene.station.airing("soon", rec, MORNING + timedelta(minutes=50), LENGTH),
        scene.station.airing("late", rec, MORNING + timedelta(hours=20), LENGTH),
    )
    scene.run(60 * 10)
    scene.world.broker.fail()
    scene.run(3600 * 21)
    assert [began.arm.airing for began in begins(scene)] == ["soon", "late"]


@pytest.mark.parametrize("step_s", [0.4, -0.4, 7200, -7200])
def test_a_raw_clock_that_jumps_is_disciplined_again_before_the_start(scene, step_s):
    airing = plan_one(scene, in_s=90)
    scene.run(30)
    scene.node.crystal.offset += timedelta(seconds=step_s)
    scene.run(90)
    assert [abs(began.true_at - airing.starts_at.timestamp()) < 0.01 for began in begins(scene)] == [True]
    assert scene.kinds("a1") == ["fetched", "started", "finished"]


@pytest.mark.parametrize("heard_before_s", [60, 40, 14, 8])
def test_a_start_is_on_time_when_the_clock_was_set_right_by_seconds_shortly_before(heard_before_s):
    """By satellite the bound stays above what is together: the better clock is no news by its trust."""
    scene = Scene(network=Network(quickest_s=0.3))
    scene.run(60)
    airing = plan_one(scene, in_s=400)
    scene.run(20)
    scene.world.broker.fail()
    scene.world.switch_off(scene.node)
    scene.node.crystal.offset -= timedelta(days=9000)
    scene.world.switch_on(scene.node)
    scene.world.tell_time(scene.node, ClockSource.RTC, timedelta(seconds=9.8), share=-0.9)
    scene.run((airing.starts_at - scene.now).total_seconds() - heard_before_s)
    scene.world.broker.recover()
    scene.run(heard_before_s + 10)
    assert abs(begins(scene)[0].true_at - airing.starts_at.timestamp()) < 0.2


def test_an_airing_approved_by_a_stranger_is_refused_and_never_heard(scene):
    stranger = SigningKey.generate(Role.APPROVER, scene.now - timedelta(days=1), YEAR)
    rec = recording(scene)
    bad = scene.station.airing(
        "bad", rec, scene.in_s(20), LENGTH, approval=scene.station.approval(rec, stranger)
    )
    scene.station.publish_plan("56", bad)
    scene.run(60)
    assert scene.world.sounds == []
    (refused,) = scene.station.of(scene.node.id, "bad")
    assert (refused.kind, refused.reason) == ("refused", "unknown-key")


def test_an_airing_approved_for_another_recording_is_refused_at_once(scene):
    rec, other = recording(scene, 1), recording(scene, 2)
    bad = scene.station.airing("bad", rec, scene.in_s(600), LENGTH, approval=scene.station.approval(other))
    scene.station.publish_plan("56", bad)
    scene.run(5)
    (refused,) = scene.station.of(scene.node.id, "bad")
    assert (refused.kind, refused.reason) == ("refused", "wrong-approval")


def test_an_approval_that_expires_before_the_start_is_refused_at_once(scene):
    rec = recording(scene)
    approval = scene.station.approval(rec, lasts=timedelta(seconds=10))
    scene.station.publish_plan(
        "56", scene.station.airing("a1", rec, scene.in_s(60), LENGTH, approval=approval)
    )
    scene.run(90)
    assert scene.world.sounds == []
    assert scene.kinds("a1") == ["refused"]
    assert scene.station.of(scene.node.id, "a1")[-1].reason == "outside-scope"


def test_an_approver_revoked_while_it_sounds_is_silenced(scene):
    plan_one(scene)
    scene.run(25)
    scene.station.publish_keys(without=[scene.station.keys.approver])
    scene.run(10)
    (over,) = ends(scene)
    assert over.heard_ms < 8_000
    assert scene.station.of(scene.node.id, "a1")[-1].kind in {"refused", "stopped"}
    assert "stopped" in scene.kinds("a1")


def test_a_louder_plan_changes_the_volume_of_what_sounds_without_a_break(scene):
    airing = plan_one(scene, volume=50)
    scene.run(25)
    scene.station.publish_plan("56.1", airing.model_copy(update={"volume": 70}))
    scene.run(60)
    assert scene.kinds("a1") == ["fetched", "started", "finished"]
    assert len(begins(scene)) == 1


class DeadBank(SpeakerBank):
    """Loudspeakers without an amplifier: nothing begins."""

    def _begin(self, node, _speaker, arm, now, _due):
        return [Over(node, arm, now, now, 0, Ended.BROKE)]


def test_a_loudspeaker_that_cannot_begin_says_so_three_times_and_gives_up(scene):
    scene.world.bank = DeadBank()
    airing = plan_one(scene)
    scene.run(120)
    told = scene.station.of(scene.node.id, "a1")
    assert [(one.kind, one.reason, one.heard_ms) for one in told] == [
        ("fetched", None, 0),
        *[("stopped", "loudspeaker-broke", 0)] * 3,
    ]
    waits = [(one.at - airing.starts_at).total_seconds() for one in told[1:]]
    assert waits == pytest.approx([0, 5.3, 10.6], abs=0.5)
