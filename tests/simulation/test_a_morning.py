"""Whole mornings of a commune in virtual time: every seed is another morning, and all end well."""

import random
from datetime import timedelta

import pytest

from devices.ids import Grade
from simulator.speakers import Began, Over
from tests.simulation.station_in_world import Scene
from tests.support.nightly import amount
from tests.support.world import Network

NODES = 12
MINUTE_MS = 60_000


def spread_ms(scene: Scene, airing: str) -> float:
    begun = [
        sound.true_at - sound.arm.planned_at.timestamp()
        for sound in scene.world.sounds
        if isinstance(sound, Began) and sound.arm.airing == airing
    ]
    return (max(begun) - min(begun)) * 1000


def recording(scene: Scene, n: int, duration_ms: int = MINUTE_MS):
    return scene.station.add_recording(random.Random(n).randbytes(60_000), duration_ms)


@pytest.mark.parametrize("seed", range(amount(2, 5)))
def test_a_commune_hears_its_bulletin_at_one_instant_over_a_bad_network(seed):
    scene = Scene(seed, nodes=NODES, network=Network(jitter_s=0.010, loss=0.1, doubled=0.1))
    scene.station.publish_policy("56", quiet=[("22:00", "05:00")], loudest=70)
    start = scene.in_s(120)
    scene.station.publish_plan("56.1", scene.station.airing("a1", recording(scene, seed), start, MINUTE_MS))
    scene.run(240)
    for node in scene.nodes:
        assert scene.kinds("a1", node) == ["fetched", "started", "finished"]
    assert spread_ms(scene, "a1") < 25


@pytest.mark.parametrize("seed", range(amount(2, 5)))
def test_power_cuts_all_over_the_commune_cost_seconds_and_no_airing(seed):
    scene = Scene(seed, nodes=NODES)
    start = scene.in_s(60)
    scene.station.publish_plan("56", scene.station.airing("a1", recording(scene, 1), start, MINUTE_MS))
    rng = random.Random(seed)
    for node in scene.nodes:
        cut = timedelta(seconds=rng.uniform(0, 115))
        scene.world.later(cut, lambda node=node: scene.world.switch_off(node))
        back = cut + timedelta(seconds=rng.uniform(1, 3))
        scene.world.later(back, lambda node=node: scene.world.switch_on(node))
    scene.run(200)
    for node in scene.nodes:
        kinds = scene.kinds("a1", node)
        heard_ms = sum(sound.heard_ms for sound in scene.world.heard(node))
        assert kinds.count("finished") == 1
        assert heard_ms > MINUTE_MS - 4_500
        (finished,) = [receipt for receipt in scene.station.of(node.id, "a1") if receipt.kind == "finished"]
        assert heard_ms - 10_500 <= finished.heard_ms <= heard_ms


@pytest.mark.parametrize("seed", range(amount(2, 3)))
def test_a_broker_that_is_killed_and_forgets_everything_changes_nothing_that_is_heard(seed):
    scene = Scene(seed, nodes=NODES)
    start = scene.in_s(60)
    scene.station.publish_plan("56", scene.station.airing("a1", recording(scene, 1), start, MINUTE_MS))
    scene.run(random.Random(seed).uniform(1, 100))
    scene.world.broker.fail(forget=True)
    scene.run(7)
    scene.world.broker.recover()
    scene.run(1)
    scene.station.say_all()
    scene.run(200)
    assert [scene.kinds("a1", node) for node in scene.nodes] == [["fetched", "started", "finished"]] * NODES


def test_an_emergency_reaches_all_within_seconds_while_a_routine_sounds():
    scene = Scene(2, nodes=NODES)
    routine = scene.station.airing("routine", recording(scene, 1, 300_000), scene.in_s(30), 300_000)
    scene.station.publish_plan("56", routine)
    scene.run(90)
    at = scene.now
    alarm = recording(scene, 2, 20_000)
    emergency = scene.station.airing("alarm", alarm, scene.in_s(1), 20_000, grade=Grade.EMERGENCY)
    scene.station.publish_plan("56", routine, emergency)
    scene.run(60)
    begun = [s.true_at for s in scene.world.sounds if isinstance(s, Began) and s.arm.airing == "alarm"]
    assert len(begun) == NODES
    assert max(begun) - at.timestamp() < 5
    scene.run(300)
    assert all(scene.kinds("routine", node)[-1] == "finished" for node in scene.nodes)


def test_a_day_away_needs_no_special_case():
    scene = Scene(4)
    away = scene.node
    scene.world.switch_off(away)
    scene.station.publish_plan(
        "56", scene.station.airing("old", recording(scene, 1), scene.in_s(60), MINUTE_MS)
    )
    scene.run(24 * 3600)
    fresh = scene.station.airing("new", recording(scene, 2), scene.in_s(60), MINUTE_MS)
    scene.station.publish_plan("56", fresh)
    scene.world.switch_on(away)
    scene.run(200)
    assert scene.kinds("old", away) == []
    assert scene.kinds("new", away) == ["fetched", "started", "finished"]


def test_the_same_seed_is_the_same_morning():
    def morning():
        scene = Scene(9, nodes=4, network=Network(loss=0.2, doubled=0.2))
        scene.station.publish_plan(
            "56", scene.station.airing("a1", recording(scene, 1), scene.in_s(30), MINUTE_MS)
        )
        scene.run(120)
        return [(s.node, s.true_at, isinstance(s, Over)) for s in scene.world.sounds]

    assert morning() == morning()
