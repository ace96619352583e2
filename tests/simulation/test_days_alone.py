"""Days without station, broker or link: what is planned is heard once, on the minute, and told afterwards."""

import random
from datetime import timedelta

import pytest

from devices.ids import ClockSource
from simulator.speakers import Began
from tests.simulation.station_in_world import Scene
from tests.support.nightly import amount
from tests.support.world import Network

LENGTH = 30_000
DAYS = 3
WALLS = (1, 3, 6, 9, 14, 20)
"""Hours after the link is lost, and so every day."""
HOUR_S = 3600.0
SATELLITE = Network(quickest_s=0.2, jitter_s=0.1)
"""Round trips of 0.6 s, give or take 0.2."""


def plan_days(scene, days=DAYS, lasts=timedelta(days=6)):
    recording = scene.station.add_recording(random.Random(1).randbytes(10_000), LENGTH)
    begun = scene.in_s(0)
    airings = [
        scene.station.airing(f"d{day}h{hour}", recording, begun + timedelta(days=day, hours=hour), LENGTH)
        for day in range(days)
        for hour in WALLS
    ]
    scene.station.publish_plan("56", *airings, lasts=lasts)
    scene.run(60)
    return airings


def heard_by(scene, node):
    return [one for one in scene.world.sounds if isinstance(one, Began) and one.node == node.id]


def told(scene, node, airing):
    return {receipt.kind: receipt for receipt in scene.station.of(node.id, airing)}


def test_three_days_without_anything_cost_no_airing_and_no_receipt():
    scene = Scene(nodes=amount(3, 6))
    scene.run(HOUR_S)
    airings = plan_days(scene)
    scene.world.broker.fail()
    scene.run(DAYS * 24 * HOUR_S)
    for node in scene.nodes:
        heard = heard_by(scene, node)
        assert [one.arm.airing for one in heard] == [one.airing for one in airings]
        late = [
            abs(one.true_at - airing.starts_at.timestamp())
            for one, airing in zip(heard, airings, strict=True)
        ]
        assert max(late) <= 2.0
    scene.world.broker.recover()
    scene.run(600)
    for node in scene.nodes:
        assert [scene.kinds(one.airing, node) for one in airings] == [
            ["fetched", "started", "finished"]
        ] * len(airings)
        last = told(scene, node, airings[-1].airing)["started"]
        assert last.trust == "on-the-minute"
        assert 2_000 < last.clock_error_ms < 10_000
        assert told(scene, node, airings[0].airing)["started"].trust == "together"


def test_by_satellite_everything_is_heard_on_the_minute():
    scene = Scene(nodes=amount(2, 4), network=SATELLITE)
    scene.run(600)
    airings = plan_days(scene, days=1)
    scene.run(24 * HOUR_S)
    for node in scene.nodes:
        heard = heard_by(scene, node)
        assert [one.arm.airing for one in heard] == [one.airing for one in airings]
        assert {told(scene, node, one.airing)["started"].trust for one in airings} == {"on-the-minute"}
        starts = zip(heard, airings, strict=True)
        assert all(abs(one.true_at - airing.starts_at.timestamp()) < 0.5 for one, airing in starts)
    vitals = scene.station.vitals[scene.node.id]
    assert (vitals.clock_source, vitals.trust) == ("station", "on-the-minute")


def test_who_boots_without_a_clock_is_silent_until_the_time_is_known_and_says_so():
    scene = Scene()
    scene.run(HOUR_S)
    airings = plan_days(scene, days=1)
    scene.world.broker.fail()
    scene.run(2 * HOUR_S)
    scene.world.switch_off(scene.node)
    scene.node.crystal.offset -= timedelta(days=9000)
    scene.run(600)
    scene.world.switch_on(scene.node)
    scene.run(5 * HOUR_S)
    assert [one.arm.airing for one in heard_by(scene, scene.node)] == [airings[0].airing]
    scene.world.broker.recover()
    scene.run(3 * HOUR_S)
    for missed in airings[1:3]:
        refused = told(scene, scene.node, missed.airing)["refused"]
        assert refused.reason == "clock-unknown"
        assert refused.at > missed.starts_at
    assert scene.kinds(airings[3].airing) == ["fetched", "started", "finished"]
    assert "refused" not in told(scene, scene.node, airings[0].airing)


@pytest.mark.parametrize(
    ("source", "error_s", "is_heard"),
    [(ClockSource.RTC, 2.0, True), (ClockSource.NTP, 0.02, True), (ClockSource.RTC, 30.0, False)],
)
def test_a_source_of_the_board_lets_a_node_speak_after_a_reboot_without_the_station(
    source, error_s, is_heard
):
    scene = Scene()
    scene.run(HOUR_S)
    airings = plan_days(scene, days=1)
    scene.world.broker.fail()
    scene.world.switch_off(scene.node)
    scene.node.crystal.offset -= timedelta(days=9000)
    scene.run(600)
    scene.world.switch_on(scene.node)
    scene.world.tell_time(scene.node, source, timedelta(seconds=error_s))
    scene.run(HOUR_S)
    assert [one.arm.airing for one in heard_by(scene, scene.node)] == [airings[0].airing] * is_heard
    scene.world.broker.recover()
    scene.run(120)
    if not is_heard:
        assert told(scene, scene.node, airings[0].airing)["refused"].reason == "clock-inexact"


def test_who_was_alone_for_longer_than_the_policy_allows_is_silent_and_says_so():
    scene = Scene()
    scene.station.publish_policy("56", alone=1)
    scene.run(HOUR_S)
    airings = plan_days(scene, days=2)
    scene.world.broker.fail()
    scene.run(2 * 24 * HOUR_S)
    assert [one.arm.airing for one in heard_by(scene, scene.node)] == [
        one.airing for one in airings[: len(WALLS)]
    ]
    scene.world.broker.recover()
    scene.run(600)
    for missed in airings[len(WALLS) :]:
        assert told(scene, scene.node, missed.airing)["refused"].reason == "alone-too-long"
