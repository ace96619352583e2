"""Clocks in virtual time."""

from simulator.clock_trial import TrialSpec, tried
from simulator.delays import Delays

SLOW = Delays(least_ms=20, most_ms=80, jitter_ms=10)


def test_nodes_on_slow_links_begin_together_while_connected_without_a_link_and_after_it():
    told = tried(TrialSpec(nodes=20, village=10, delays=SLOW, airings=5, up_s=1800))
    assert {part: len(of["deviations_ms"]) for part, of in told.items()} == {
        "connected": 100,
        "lost": 20,
        "lost_bound": 20,
        "back": 20,
    }
    assert len(told["connected"]["spans_ms"]) == 10
    assert max(told["connected"]["deviations_ms"]) < 10
    assert max(told["lost"]["deviations_ms"]) < 10
    assert 0 < max(told["lost_bound"]["deviations_ms"]) < 2
    assert max(told["back"]["deviations_ms"]) < 10


def test_half_the_asymmetry_shows_as_a_late_or_early_start_of_all():
    told = tried(
        TrialSpec(nodes=10, delays=Delays(least_ms=20, most_ms=80, asymmetry_ms=30), airings=3, up_s=0)
    )
    assert all(14 < one < 16 for one in told["connected"]["deviations_ms"])
