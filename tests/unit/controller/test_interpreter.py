"""Garbage is collected while a station is idle, so that it is not while all loudspeakers report.

What is freed goes back to the system.
"""

import resource
import weakref
from pathlib import Path

import pytest

from controller.host.interpreter import WORTH_IT, YOUNG, collect_when_idle, return_freed_memory
from tests.support.settled_interpreter import Cycle, settled  # noqa: F401 - a fixture


def garbage(count):
    """Make so many cycles that nobody holds; return a reference that tells whether the last is there."""
    for _ in range(count):
        last = Cycle()
    return weakref.ref(last)


@pytest.mark.usefixtures("settled")
def test_an_idle_station_collects_and_a_busy_one_does_not():
    there = garbage(WORTH_IT)
    collect_when_idle(is_idle=False)
    assert there() is not None
    collect_when_idle(is_idle=True)
    assert there() is None


@pytest.mark.usefixtures("settled")
def test_a_little_garbage_is_left_until_there_is_more():
    there = garbage(10)
    collect_when_idle(is_idle=True)
    assert there() is not None
    collected = garbage(WORTH_IT)
    collect_when_idle(is_idle=True)
    assert there() is None
    assert collected() is None


@pytest.mark.usefixtures("settled")
def test_what_survived_is_looked_through_again_from_time_to_time():
    held = [Cycle() for _ in range(WORTH_IT)]
    there = weakref.ref(held[0])
    collect_when_idle(is_idle=True)  # it is no longer young
    held.clear()
    for _ in range(12):
        garbage(WORTH_IT)
        collect_when_idle(is_idle=True)
    assert there() is None


@pytest.mark.usefixtures("settled")
def test_a_station_that_is_never_idle_collects_by_itself():
    there = garbage(10)
    garbage(2 * YOUNG)
    assert there() is None


def resident_mb():
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1_000_000


def test_freed_memory_between_what_is_still_used_goes_back_to_the_system():
    messages = [bytes(2_000) for _ in range(10_000)]
    kept = messages[::8]  # so that no end of the heap is free
    del messages
    before = resident_mb()
    return_freed_memory()
    assert before - resident_mb() > 5
    assert len(kept) == 1_250
