"""Work orders in the order in which they are visited."""

from datetime import UTC, datetime, timedelta

import pytest

from controller.features.work_orders.route import WorkOrder, distance_km, route

NOW = datetime(2026, 11, 28, 1, tzinfo=UTC)


def order(name, place=None, *, hours=1, **more):
    return WorkOrder("56", (name,), name, ("mất kết nối",), NOW - timedelta(hours=hours), place, **more)


def names(stops):
    return [stop.order.name for stop in stops]


def test_the_nearest_comes_next_and_distances_are_from_the_stop_before():
    orders = [order("far", (12.3, 109.2)), order("near", (12.1, 109.2)), order("between", (12.2, 109.2))]
    stops = route(orders, (12.0, 109.2))
    assert names(stops) == ["near", "between", "far"]
    assert [stop.distance_km for stop in stops] == [pytest.approx(11.12)] * 3


def test_without_a_start_an_outage_comes_first_and_then_the_oldest():
    orders = [
        order("old", (12.0, 109.0), hours=9),
        order("out", (12.5, 109.5), is_outage=True),
        order("lost"),
    ]
    stops = route(orders)
    assert names(stops) == ["out", "old", "lost"]
    assert (stops[0].distance_km, stops[2].distance_km) == (None, None)
    assert route([]) == []


def test_distances_are_those_of_the_ground():
    # Nha Trang to Cam Ranh, some 40 km as the crow flies
    assert distance_km((12.245, 109.194), (11.921, 109.159)) == pytest.approx(36.2, abs=0.5)
