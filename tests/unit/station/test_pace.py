"""How fast chunks go out."""

from controller.runtime.pace import GROWTH_S, LEAST, SLOWED_FOR_S, Pace

NOW = 500.0
CHUNK = 32 * 1024


def _send(pace: Pace, seconds: float, since: float) -> float:
    now = since
    while now < since + seconds:
        now += pace.pause(CHUNK, now)
    return now


def test_chunks_take_as_long_as_the_set_pace_says():
    assert Pace(64 * 1024).pause(CHUNK, NOW) == 0.5


def test_it_is_halved_once_for_what_was_sent_and_grows_back_slowly():
    pace = Pace(200_000)
    now = _send(pace, 5, NOW)
    assert pace.slow_down(now)
    assert not pace.slow_down(now + 1)
    assert 90_000 < pace.rate < 130_000
    slowed = pace.rate
    now = _send(pace, 5, now)
    assert slowed < pace.rate < slowed + 200_000 * 7 / GROWTH_S
    now = _send(pace, GROWTH_S, now)
    assert pace.rate == 200_000


def test_it_never_falls_below_its_least():
    pace, now = Pace(200_000), NOW
    for _ in range(30):
        now = _send(pace, SLOWED_FOR_S, now)
        pace.slow_down(now)
    assert LEAST <= pace.rate < 3 * LEAST


def test_a_pace_without_limit_is_halved_by_what_was_truly_sent():
    pace = Pace(1e9)
    for n in range(100):
        pace.pause(CHUNK, NOW + n / 100)
    pace.slow_down(NOW + 1)
    assert 1_600_000 <= pace.rate <= 1_700_000


def test_what_is_urgent_goes_at_the_set_pace_however_far_behind_others_are():
    pace = Pace(64 * 1024)
    _send(pace, 5, NOW)
    assert pace.slow_down(NOW + 5)
    assert pace.pause(CHUNK, NOW + 5) > 0.6
    assert pace.pause(CHUNK, NOW + 5, is_urgent=True) == 0.5


def test_no_more_is_sent_to_all_together_than_the_line_carries():
    pace = Pace(1000, 100_000)
    assert pace.pause(1000, 100.0, nodes=50) == 1.0
    assert pace.pause(1000, 100.0, nodes=500) == 5.0
    assert pace.pause(1000, 100.0, links=1000) == 0.01


def test_an_emergency_goes_at_the_set_pace_whatever_the_line_is_said_to_carry():
    assert Pace(1000, 100_000).pause(1000, 100.0, nodes=500, is_urgent=True) == 1.0
