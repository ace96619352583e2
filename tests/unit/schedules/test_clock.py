import logging
import threading
import time
from datetime import timedelta

import pytest

from schedules.clock import Beat, Clock

SELDOM = timedelta(hours=1)
SOON = 30.0  # seconds; far more than a loaded machine needs


class Counter:
    def __init__(self):
        self.count = 0
        self._grown = threading.Condition()

    def __call__(self):
        with self._grown:
            self.count += 1
            self._grown.notify_all()

    def reaches(self, count):
        with self._grown:
            return self._grown.wait_for(lambda: self.count >= count, SOON)


@pytest.fixture
def running():
    clocks = []

    def start(*beats):
        clock = Clock(beats)
        clocks.append(clock)
        clock.start()
        return clock

    yield start
    for clock in clocks:
        assert clock.stop(timedelta(seconds=SOON))


def test_a_beat_is_rung_at_once_when_the_clock_starts(running):
    counter = Counter()
    running(Beat("plan", SELDOM, counter))
    assert counter.reaches(1)


def test_a_beat_is_rung_again_at_its_interval(running):
    counter = Counter()
    running(Beat("plan", timedelta(milliseconds=20), counter))
    assert counter.reaches(4)


def test_a_poked_beat_runs_long_before_its_interval(running):
    counter = Counter()
    clock = running(Beat("plan", SELDOM, counter))
    assert counter.reaches(1)
    clock.wake("plan")
    assert counter.reaches(2)


def test_a_poke_during_the_work_is_kept_and_many_are_one(running):
    begun, may_end, counter = threading.Event(), threading.Event(), Counter()

    def act():
        begun.set()
        may_end.wait(SOON)
        counter()

    clock = running(Beat("plan", SELDOM, act))
    assert begun.wait(SOON)
    for _ in range(50):
        clock.wake("plan")
    may_end.set()
    assert counter.reaches(2)
    time.sleep(0.1)
    assert counter.count == 2


def test_a_beat_never_runs_twice_at_once(running):
    inside, most, counter = [], [], Counter()

    def act():
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()
        counter()

    clock = running(Beat("plan", timedelta(milliseconds=1), act))
    for _ in range(20):
        clock.wake("plan")
        time.sleep(0.005)
    assert counter.reaches(5)
    assert max(most) == 1


def test_a_beat_that_fails_is_logged_and_goes_on(running, caplog):
    counter = Counter()

    def act():
        counter()
        raise RuntimeError("disk on fire")

    with caplog.at_level(logging.ERROR, logger="schedules.clock"):
        running(Beat("sweep", timedelta(milliseconds=10), act))
        assert counter.reaches(6)
    assert "disk on fire" in caplog.text
    assert "beat sweep failed" in caplog.text


def test_repeated_failures_do_not_flood_the_log(running, caplog):
    counter = Counter()

    def act():
        counter()
        raise RuntimeError("disk on fire")

    with caplog.at_level(logging.ERROR, logger="schedules.clock"):
        running(Beat("sweep", timedelta(milliseconds=2), act))
        assert counter.reaches(40)
    assert 1 < len(caplog.records) < 12


def test_a_slow_beat_does_not_hold_the_others(running):
    may_end, counter = threading.Event(), Counter()
    running(
        *(Beat(f"slow-{n}", SELDOM, lambda: may_end.wait(SOON)) for n in range(4)),
        Beat("quick", timedelta(milliseconds=10), counter),
    )
    assert counter.reaches(5)
    may_end.set()


def test_stopping_waits_for_the_work_in_hand():
    begun, ended = threading.Event(), threading.Event()

    def act():
        begun.set()
        time.sleep(0.1)
        ended.set()

    clock = Clock([Beat("plan", SELDOM, act)])
    clock.start()
    assert begun.wait(SOON)
    assert clock.stop()
    assert ended.is_set()


def test_stopping_does_not_wait_for_ever(caplog):
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def act():
        begun.set()
        may_end.wait(SOON)
        ended.set()

    clock = Clock([Beat("stuck", SELDOM, act)])
    clock.start()
    assert begun.wait(SOON)
    assert not clock.stop(timedelta(milliseconds=50))
    assert not ended.is_set()
    assert "stuck" in caplog.text
    may_end.set()


def test_nothing_runs_after_the_stop():
    counter = Counter()
    clock = Clock([Beat("plan", timedelta(milliseconds=5), counter)])
    clock.start()
    assert counter.reaches(2)
    assert clock.stop()
    count = counter.count
    clock.wake("plan")
    time.sleep(0.05)
    assert counter.count == count


def test_a_beat_may_stop_its_own_clock():
    stopped = threading.Event()
    clock = Clock([Beat("last", SELDOM, lambda: clock.stop() and stopped.set())])
    clock.start()
    assert stopped.wait(SOON)


def test_a_clock_starts_again_after_a_stop_and_starting_twice_is_starting_once():
    counter = Counter()
    clock = Clock([Beat("plan", SELDOM, counter)])
    clock.start()
    clock.start()
    assert counter.reaches(1)
    assert clock.stop()
    assert clock.stop()
    clock.start()
    assert counter.reaches(2)
    assert clock.stop()
    assert counter.count == 2


def test_poking_an_unknown_beat_is_an_error(running):
    clock = running()
    with pytest.raises(KeyError, match="nobody"):
        clock.wake("nobody")


def test_two_beats_of_one_name_are_refused():
    beat = Beat("plan", SELDOM, lambda: None)
    with pytest.raises(ValueError, match="share a name"):
        Clock([beat, beat])
