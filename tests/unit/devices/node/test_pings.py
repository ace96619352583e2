"""When a node asks for the time: by its clock alone, with a hand on it."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from devices.ids import NodeId
from devices.node.pings import BURST, Pings

BEGAN = datetime(2026, 11, 27, 5, tzinfo=UTC)


def asked(seconds, is_steady, start=None):
    """Return when requests went out, in seconds since the connect; `start` is an airing's."""
    pings = Pings(NodeId("loa-1"), random.Random(3))
    pings.connected(BEGAN)
    if start is not None:
        pings.before(BEGAN + timedelta(seconds=start), BEGAN)
    went = []
    while (at := pings.due_at()) is not None and at <= BEGAN + timedelta(seconds=seconds):
        since = (at - BEGAN).total_seconds()
        went += [since for _ in pings.tick(at, longest_gap=timedelta(seconds=is_steady(since)))]
    return went


def test_a_clock_whose_bound_grows_within_half_a_minute_is_asked_for_every_twenty_seconds():
    went = asked(200, lambda _: 20)[BURST - 1 :]
    assert all(16 <= later - one <= 24 for one, later in pairwise(went))


def test_a_clock_that_is_known_well_is_asked_for_less_and_less_often_up_to_five_minutes():
    gaps = [later - one for one, later in pairwise(asked(3600, lambda _: 300)[BURST - 1 :])]
    assert [round(gap / wanted) for gap, wanted in zip(gaps, (20, 40, 80, 160), strict=False)] == [1] * 4
    assert all(240 <= gap <= 360 for gap in gaps[4:])


def test_a_burst_that_was_too_slow_is_made_good_within_seconds_and_asks_less_and_less_often():
    gaps = [later - one for one, later in pairwise(asked(200, lambda _: 0)[BURST - 1 :])]
    assert [round(gap / wanted) for gap, wanted in zip(gaps, (2, 4, 8, 16), strict=False)] == [1] * 4
    assert all(16 <= gap <= 24 for gap in gaps[4:])


def test_doubt_that_comes_back_begins_anew():
    went = asked(100, lambda since: 20 if since < 30 else 0)
    first_in_doubt = next(n for n, since in enumerate(went) if since >= 30)
    assert went[first_in_doubt + 1] - went[first_in_doubt] <= 2.4


@pytest.mark.parametrize("start", [40, 17])
def test_the_last_request_before_a_start_is_some_seconds_before_it(start):
    before = [since for since in asked(start, lambda _: 300, start=start) if since < start]
    assert 4 <= start - before[-1] <= 6


def test_doubt_asks_every_two_seconds_from_a_minute_before_a_start_until_a_minute_after_it():
    went = [since for since in asked(400, lambda _: 0, start=200) if since > BURST]
    gaps = [(one, later - one) for one, later in pairwise(went)]
    assert all(gap <= 2.4 for one, gap in gaps if 140 <= one <= 258)
    assert all(gap > 10 for one, gap in gaps if 60 <= one < 115 or one > 300)
