"""The bank of virtual loudspeakers, and its thread."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from devices.node.effects import Arm
from devices.node.events import Ended
from simulator.speakers import Began, Over, SpeakerBank, SpeakerThread

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def arm(name: str = "a1", *, offset_ms: int = 0, duration_ms: int = 10_000, volume: int = 50) -> Arm:
    return Arm(name, "0" * 64, NOON, NOON, offset_ms, duration_ms, volume)


def told(facts):
    return [(type(fact).__name__, fact.node, fact.arm.airing, fact.true_at) for fact in facts]


@pytest.fixture
def bank():
    return SpeakerBank()


def fire(bank, at):
    return bank.fire(lambda: at)


def test_an_armed_airing_begins_when_due_and_runs_out_after_its_length(bank):
    bank.arm("n1", arm(offset_ms=4000), 100.0)
    assert fire(bank, 99.9) == []
    assert told(fire(bank, 100.001)) == [("Began", "n1", "a1", 100.001)]
    assert bank.due_at() == pytest.approx(106.001)
    (over,) = fire(bank, 106.002)
    assert isinstance(over, Over)
    assert (over.heard_ms, over.why) == (6000, Ended.RAN_OUT)
    assert bank.due_at() is None


def test_who_is_due_at_the_same_instant_begins_then_however_long_the_others_take(bank):
    class Slow:
        airing, offset_ms = "a1", 0

        @property
        def duration_ms(self):
            clock[0] += 0.010
            return 10_000

    clock = [100.0]
    for n in range(5):
        bank.arm(f"n{n}", Slow(), 100.0)
    assert [fact.true_at for fact in bank.fire(lambda: clock[0])] == [100.0] * 5
    assert clock[0] > 100.04


def test_armed_again_it_begins_at_the_newer_instant_only(bank):
    bank.arm("n1", arm(), 100.0)
    bank.arm("n1", arm(), 101.0)
    assert fire(bank, 100.5) == []
    assert len(fire(bank, 101.0)) == 1
    assert fire(bank, 102.0) == []


def test_disarmed_it_never_begins(bank):
    bank.arm("n1", arm(), 100.0)
    bank.disarm("n1", "a1")
    bank.disarm("n2", "a1")
    assert fire(bank, 200.0) == []


def test_a_loudspeaker_plays_one_thing_the_later_begin_ends_the_earlier(bank):
    bank.arm("n1", arm("a1"), 100.0)
    bank.arm("n1", arm("a2"), 103.0)
    fire(bank, 100.0)
    assert told(fire(bank, 103.0)) == [("Over", "n1", "a1", 103.0), ("Began", "n1", "a2", 103.0)]
    assert [fact.arm.airing for fact in fire(bank, 200.0)] == ["a2"]


def test_stopped_it_tells_how_much_was_heard_and_a_second_stop_nothing(bank):
    bank.arm("n1", arm(), 100.0)
    fire(bank, 100.0)
    assert bank.stop("n1", "a2", 102.0) == []
    (over,) = bank.stop("n1", "a1", 102.5)
    assert (over.heard_ms, over.why) == (2500, Ended.STOPPED)
    assert bank.stop("n1", "a1", 103.0) == []
    assert fire(bank, 200.0) == []


def test_armed_again_while_it_sounds_it_does_not_begin_again(bank):
    bank.arm("n1", arm(), 100.0)
    fire(bank, 100.0)
    bank.arm("n1", arm(volume=80), 101.0)
    assert fire(bank, 105.0) == []


def test_without_power_nothing_armed_begins_and_what_sounded_is_over(bank):
    bank.arm("n1", arm("a1"), 100.0)
    bank.arm("n1", arm("a2"), 105.0)
    fire(bank, 100.0)
    assert [over.heard_ms for over in bank.cut("n1", 104.0)] == [4000]
    assert bank.cut("n1", 104.0) == []
    assert fire(bank, 200.0) == []


def test_at_double_speed_the_same_is_heard_in_half_the_time():
    bank = SpeakerBank(speed=2.0)
    bank.arm("n1", arm(), 100.0)
    fire(bank, 100.0)
    assert bank.due_at() == pytest.approx(105.0)
    assert [over.heard_ms for over in fire(bank, 105.0)] == [10_000]


def test_the_thread_begins_five_hundred_at_once_within_milliseconds_though_the_interpreter_is_busy(bank):
    heard, done = [], threading.Event()
    due = time.time() + 0.3
    used = []

    def clock():
        """The time, and once the start is due the processor time of this process: neighbours cost none."""
        now = time.time()
        if now < due:
            return now
        used.append(time.process_time())
        return due + used[-1] - used[0]

    def report(facts):
        heard.extend(facts)
        if len(heard) >= 500:
            done.set()

    thread = SpeakerThread(bank, clock, report)
    thread.start()
    for n in range(500):
        bank.arm(f"n{n}", arm(), due)
    until = time.process_time() + 5
    while not done.is_set() and time.process_time() < until:
        sum(range(1000))  # the event loop at work
    thread.stop()
    late = sorted(fact.true_at - due for fact in heard if isinstance(fact, Began))
    assert len(late) == 500
    assert late[0] >= 0
    assert late[len(late) // 2] < 0.05


def test_the_thread_notices_an_earlier_start_while_it_sleeps(bank):
    began = threading.Event()
    thread = SpeakerThread(bank, time.time, lambda _facts: began.set())
    thread.start()
    bank.arm("n1", arm("a1"), time.time() + 60)
    time.sleep(0.05)
    bank.arm("n1", arm("a2"), time.time() + 0.05)
    assert began.wait(30)
    thread.stop()


def test_what_begins_together_is_reported_together_and_later_ones_apart(bank):
    reports, done = [], threading.Event()

    def report(facts):
        reports.append([fact.node for fact in facts if isinstance(fact, Began)])
        if sum(map(len, reports)) == 12:
            done.set()

    thread = SpeakerThread(bank, time.time, report)
    thread.start()
    due = time.time() + 0.3
    for n in range(10):
        bank.arm(f"n{n}", arm(), due + n * 0.0001)
    bank.arm("later", arm(), due + 0.3)
    bank.arm("last", arm(), due + 0.6)
    assert done.wait(30)
    thread.stop()
    *together, later, last = [nodes for nodes in reports if nodes]
    assert (later, last) == (["later"], ["last"])
    assert len(together) <= 2  # the second where this thread was held up


def test_an_arm_names_its_planned_instant():
    assert arm().planned_at - NOON == timedelta(0)
