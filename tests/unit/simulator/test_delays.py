"""Links that take their time."""

from devices.ids import NodeId
from simulator.delays import Delays, Way

SLOW = Delays(least_ms=20, most_ms=80, jitter_ms=10)


def ways(delays: Delays, count: int = 200) -> list[Way]:
    return [Way(NodeId(f"n{n}"), 1, delays) for n in range(count)]


def test_each_node_has_its_own_least_delay_between_the_bounds():
    still = Delays(least_ms=20, most_ms=80)
    found = [way.from_node(100.0) - 100.0 for way in ways(still)]
    assert 0.020 <= min(found) < 0.030
    assert 0.070 < max(found) <= 0.080


def test_a_node_is_as_far_away_as_the_seed_says():
    assert [way.to_node(1.0) for way in ways(SLOW)] == [way.to_node(1.0) for way in ways(SLOW)]


def test_messages_of_one_way_stay_in_order():
    for way in ways(SLOW):
        arrivals = [way.to_node(n * 0.001) for n in range(50)]
        assert arrivals == sorted(arrivals)


def test_the_way_to_a_node_is_longer_by_the_asymmetry():
    (way,) = ways(Delays(least_ms=20, most_ms=20, asymmetry_ms=15), 1)
    assert round(way.from_node(5.0) - 5.0, 6) == 0.020
    assert round(way.to_node(5.0) - 5.0, 6) == 0.035


def test_no_delays_are_none():
    assert Delays().are_none
    assert not SLOW.are_none
