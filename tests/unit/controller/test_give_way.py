"""What waits for a call waits once, and for a second at most."""

import pytest

from controller.runtime import give_way
from controller.runtime.give_way import GIVE_WAY_S, GiveWay


@pytest.fixture
def slept(monkeypatch):
    told = []
    monkeypatch.setattr(give_way.time, "sleep", told.append)
    return told


def test_without_a_call_nothing_waits(slept):
    assert GiveWay(lambda: 100.0).after(lambda: "done")() == "done"
    assert slept == []


def test_after_a_call_an_act_waits_for_the_rest_of_the_time_and_is_done(slept):
    now = [100.0]
    way = GiveWay(lambda: now[0])
    way.begin()
    now[0] += 0.25
    assert way.after(lambda: list(slept))() == [GIVE_WAY_S - 0.25]
    now[0] += GIVE_WAY_S
    assert way.left_s == 0


def test_calls_without_end_hold_no_act_up_twice(slept):
    way = GiveWay(lambda: 100.0)
    way.begin()
    way.after(way.begin)()  # called again while it works
    assert slept == [GIVE_WAY_S]
