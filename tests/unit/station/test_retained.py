"""What the broker passes on is compared with what it was given, whoever is behind and however often."""

from itertools import pairwise

import pytest

from controller.runtime import retained
from controller.runtime.retained import ECHO_WITHIN, FIRST_PAUSE, LONGEST_PAUSE, MOST_AT_ONCE, RetainedWatch
from tests.support.hand_clock import HandClock


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def watch(clock):
    watch = RetainedWatch(clock)
    watch.handed("plan/1", b"one")
    return watch


def test_its_own_echo_is_no_change(watch, clock):
    watch.saw("plan/1", b"one")
    clock.now += 10
    assert watch.to_put_back() == []


@pytest.mark.parametrize("foreign", [b"", b"two", b"one and more"])
def test_what_somebody_else_put_there_is_put_back_once(watch, clock, foreign):
    watch.saw("plan/1", foreign)
    assert watch.to_put_back() == []
    clock.now += ECHO_WITHIN
    assert watch.to_put_back() == ["plan/1"]
    watch.handed("plan/1", b"one")
    watch.saw("plan/1", b"one")
    clock.now += 100
    assert watch.to_put_back() == []


def test_an_older_document_that_comes_back_behind_a_newer_one_is_no_change(watch, clock):
    watch.handed("plan/1", b"two")
    watch.saw("plan/1", b"one")
    clock.now += ECHO_WITHIN / 2
    watch.saw("plan/1", b"two")
    clock.now += 10
    assert watch.to_put_back() == []


def test_one_that_is_changed_again_and_again_is_put_back_ever_more_seldom(watch, clock):
    times = []
    for _ in range(600):
        watch.saw("plan/1", b"foreign")
        clock.now += 1
        if watch.to_put_back():
            times.append(clock.now)
            watch.handed("plan/1", b"one")
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert FIRST_PAUSE <= pauses[0] <= 2 * FIRST_PAUSE
    assert LONGEST_PAUSE <= pauses[-1] <= LONGEST_PAUSE + 2
    assert pauses == sorted(pauses)


def test_a_wiped_broker_is_filled_at_a_bounded_rate_and_what_failed_is_offered_again(clock):
    watch = RetainedWatch(clock)
    every = [f"plan/{n}" for n in range(3 * MOST_AT_ONCE)]
    for topic in every:
        watch.handed(topic, b"x")
        watch.saw(topic, b"")
    clock.now += ECHO_WITHIN
    first = watch.to_put_back()
    assert len(first) == MOST_AT_ONCE
    assert len(set(first) | set(watch.to_put_back()) | set(watch.to_put_back())) == 3 * MOST_AT_ONCE
    clock.now += FIRST_PAUSE
    assert watch.to_put_back() == first, "nothing of it was handed over"
    watch.connected()
    assert watch.to_put_back() == []


def test_what_was_never_ours_is_left_alone_and_what_is_known_is_bounded(watch, clock, monkeypatch):
    watch.saw("plan/unknown", b"x")
    clock.now += 10
    assert watch.to_put_back() == []
    monkeypatch.setattr(retained, "MOST_KNOWN", 5)
    for n in range(20):
        watch.handed(f"plan/{n}", b"x")
        watch.saw(f"plan/{n}", b"y")
    clock.now += 10
    assert len(watch.to_put_back()) == 5
