"""Lines with variances: what is known of a clock, and what two say together."""

import math

from hypothesis import given
from hypothesis import strategies as st

from devices.node.clock_line import ClockLine
from devices.node.exchanges import Exchange

NOON = 1_800_000_000_000_000

seconds = st.floats(-1e-2, 1e-2)
deviations = st.floats(1e-4, 1e-2)
drifts = st.floats(-1e-6, 1e-6)
lines = st.builds(
    lambda a, b, sa, sb, tied: ClockLine(NOON, 500, a, b, sa * sa, sb * sb, tied * sa * sb),
    seconds,
    drifts,
    deviations,
    st.floats(1e-7, 4e-5),
    st.floats(-0.9, 0.9),
)


def exchange(at_s, offset_us, trip_us=40_000):
    sent = NOON + round(at_s * 1e6)
    half = trip_us // 2
    return Exchange(sent, sent + half + offset_us, sent + half + offset_us, sent + trip_us)


@given(line=lines, t=st.floats(-7200, 7200))
def test_a_line_that_is_moved_is_the_same_line_and_no_more_certain_of_its_drift(line, t):
    moved = line.moved(NOON + round(t * 1e6))
    for at in (NOON, NOON + 10_000_000):
        assert math.isclose(moved.offset(at), line.offset(at), abs_tol=1e-7)
    assert moved.var_b >= line.var_b
    assert moved.var_a * moved.var_b >= moved.cov**2


@given(one=lines, other=lines)
def test_two_lines_together_are_more_certain_than_either_and_say_the_same_in_either_order(one, other):
    together, swapped = one.joined(other), other.joined(one)
    assert (together is None) == (swapped is None)
    if together is None or swapped is None:
        return
    assert together.var_a <= min(one.var_a, other.var_a) * (1 + 1e-9)
    assert together.var_b <= min(one.var_b, other.var_b) * (1 + 1e-9)
    assert math.isclose(together.a, swapped.a, abs_tol=1e-7)
    assert math.isclose(together.b, swapped.b, abs_tol=1e-11)


def test_an_exchange_has_no_dictionary_of_its_own_for_a_node_keeps_many():
    one = Exchange(sent_us=1_000, received_us=5_000, replied_us=5_100, arrived_us=2_100)
    assert not hasattr(one, "__dict__")
    assert (one.round_trip, one.offset_us, one.middle_us) == (0.001, 3_500, 1_550)
    assert one == Exchange(1_000, 5_000, 5_100, 2_100)


def test_lines_that_no_one_clock_can_have_are_not_joined():
    one = ClockLine(NOON, 0, 0.0, 0.0, 1e-6, 1e-12, 0.0)
    assert one.joined(ClockLine(NOON, 20_000, 0.0, 0.0, 1e-6, 1e-12, 0.0)) is None
    assert one.joined(ClockLine(NOON, 0, 0.0, 20e-6, 1e-6, 1e-12, 0.0)) is None
    assert one.joined(ClockLine(NOON, 3_000, 0.0, 2e-6, 1e-6, 1e-12, 0.0)) is not None


@given(
    line=lines,
    t=st.floats(0, 3600),
    offset_us=st.integers(-20_000, 20_000),
    trip=st.integers(40_000, 400_000),
)
def test_an_exchange_makes_a_line_more_certain_the_quicker_it_was(line, t, offset_us, trip):
    before = line.moved(exchange(t, offset_us, trip).middle_us)
    slow = line.measured(exchange(t, offset_us, trip), 0.04)
    quick = line.measured(exchange(t, offset_us), 0.04)
    assert 0 < slow.var_a <= before.var_a
    assert quick.var_a <= slow.var_a * (1 + 1e-9)


def test_minutes_of_exact_exchanges_teach_a_line_its_drift():
    line = ClockLine.starting(exchange(0, 0))
    for n in range(60):
        line = line.measured(exchange(20 * n, round(20 * n * 30e-6 * 1e6)), 0.04)
    assert math.isclose(line.b, 30e-6, abs_tol=0.5e-6)
    assert abs(line.b - 30e-6) < 4 * math.sqrt(line.var_b)
