"""The wrong clocks of simulated boards."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from simulator.clock_model import ClockModel

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@given(offset=st.floats(-0.5, 0.5), drift=st.floats(-1e-3, 1e-3), at=st.integers(-86_400_000, 86_400_000))
def test_raw_and_true_are_each_others_inverse(offset, drift, at):
    crystal = ClockModel(timedelta(seconds=offset), drift, NOON)
    true = NOON + timedelta(milliseconds=at)
    assert abs(crystal.true(crystal.raw(true)) - true) <= timedelta(microseconds=2)


def test_a_nodes_clock_is_given_by_seed_and_name_and_stays_within_its_limits():
    clocks = [ClockModel.of(f"n{n}", 1, 500, 50, NOON) for n in range(300)]
    assert clocks == [ClockModel.of(f"n{n}", 1, 500, 50, NOON) for n in range(300)]
    assert ClockModel.of("n1", 2, 500, 50, NOON) != clocks[1]
    assert all(abs(c.offset) <= timedelta(milliseconds=500) and abs(c.drift) <= 50e-6 for c in clocks)
    assert max(c.offset for c in clocks) > timedelta(milliseconds=400)
    assert min(c.drift for c in clocks) < -40e-6


@given(seed=st.integers(0, 2**32), at=st.integers(-86_400_000, 30 * 86_400_000))
def test_raw_and_true_are_each_others_inverse_while_the_drift_wanders(seed, at):
    crystal = ClockModel.of("n1", seed, 500, 50, NOON)
    true = NOON + timedelta(milliseconds=at)
    assert abs(crystal.true(crystal.raw(true)) - true) <= timedelta(microseconds=2)
    early = true - crystal.raw(crystal.true(true))
    assert timedelta(microseconds=-1) <= early <= timedelta(0), (
        "who waits for a reading never wakes before it"
    )


def test_within_half_an_hour_a_drift_changes_by_some_tenths_of_a_ppm():
    minute, half_an_hour = timedelta(minutes=1), timedelta(minutes=30)
    changes = []
    for n in range(200):
        crystal = ClockModel.of(f"n{n}", 1, 500, 50, NOON)
        before, after = (
            (crystal.raw(at + minute) - crystal.raw(at)) / minute for at in (NOON, NOON + half_an_hour)
        )
        changes.append((after - before) * 1e6)
    rms = (sum(change * change for change in changes) / len(changes)) ** 0.5
    assert 0.2 < rms < 0.5
    assert 0.5 < max(changes) < 2


def test_a_perfect_crystal_does_not_wander():
    assert ClockModel.of("n1", 1, 0, 0, NOON).raw(NOON + timedelta(days=1)) == NOON + timedelta(days=1)


def test_fifty_ppm_are_three_milliseconds_a_minute():
    crystal = ClockModel(timedelta(0), 50e-6, NOON)
    minute = NOON + timedelta(minutes=1)
    assert crystal.raw(minute) - minute == timedelta(milliseconds=3)


def test_a_wait_until_a_reading_never_ends_before_it():
    crystal = ClockModel.of("n1", 3, 500.0, 50.0, NOON)
    for n in range(20_000):
        raw = NOON + timedelta(hours=n % 90, microseconds=7919 * n)
        assert crystal.raw(crystal.true(raw)) >= raw
