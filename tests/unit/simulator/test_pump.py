"""The order in which the nodes of a fleet, which share a processor, think about what happens to them."""

import asyncio
import json
import random
import time
from datetime import timedelta

import pytest

from devices import topics
from devices.chunks import sent_forms
from devices.ids import AreaCode, NodeId
from devices.node import NodeIdentity
from devices.node.brain import SESSION
from devices.node.effects import Publish
from devices.node.events import Connected, Disconnected, Received, Tick
from simulator import pump
from simulator.clock_model import ClockModel
from simulator.fleet_storage import FleetStorage
from simulator.node import VirtualNode
from simulator.pump import Pump, Seat
from tests.simulation.station_in_world import MORNING, Scene
from tests.support.node_keys import key_of

CUT = Tick()
PLAN = Received(topics.plan("56"), b"plan", MORNING, False)
KEPT_PLAN = Received(topics.plan("56"), b"plan", MORNING, True)


@pytest.fixture
def shelf(tmp_path):
    shelf = FleetStorage(tmp_path)
    shelf.open()
    yield shelf
    shelf.close()


def seat(name):
    """A node without power: it is told of everything and asks for nothing."""
    identity = NodeIdentity(NodeId(name), (AreaCode("56"),), "A" * 43, key_of(name))
    return Seat(VirtualNode(identity, ClockModel.of(NodeId(name), 0, 0, 0, MORNING), random.Random(name)))


async def thought(shelf, queued, count=None):
    """Return which nodes thought, in order, once so many events (None: all) were thought about."""
    order, is_done = [], asyncio.Event()

    def note(one):
        order.append(one.node.id)
        if len(order) == (count or len(queued)):
            is_done.set()

    pump = Pump(shelf, None, note)
    assert pump.is_idle
    for one, event in queued:
        pump.queue(one, event)
        assert not pump.is_idle
        if event is CUT:
            one.node.switch_off()  # its life is another one from here on
    await running_until(pump, is_done)
    return order


async def running_until(pump, is_done):
    await pump.start()
    async with asyncio.timeout(10):
        await is_done.wait()
    await pump.stop()


def test_a_plan_and_what_its_node_has_before_it_come_before_all_else(shelf):
    one, other = seat("one"), seat("other")
    queued = [(other, Tick()), (other, Tick()), (one, Tick()), (other, Tick()), (one, PLAN), (one, Tick())]
    order = asyncio.run(thought(shelf, queued))
    assert order == ["one", "one", "other", "other", "one", "other"]


def test_what_comes_to_a_node_after_its_plan_waits_until_others_have_thought_of_theirs(shelf):
    one, other = seat("one"), seat("other")
    queued = [(one, PLAN), (one, Tick()), (one, Tick()), (other, Tick()), (other, PLAN)]
    assert asyncio.run(thought(shelf, queued)) == ["one", "other", "other", "one", "one"]


def test_a_plan_that_lay_at_the_broker_waits_for_its_turn(shelf):
    one, other, third = seat("one"), seat("other"), seat("third")
    queued = [(other, Tick()), (one, KEPT_PLAN), (third, PLAN)]
    assert asyncio.run(thought(shelf, queued)) == ["third", "other", "one"]


def test_while_plans_are_said_the_loop_gets_no_turn_between_two_nodes(shelf, monkeypatch):
    monkeypatch.setattr(pump, "LONGEST_SLICE_S", 60.0)
    thinking, turns = [], set()

    def think(one):
        thinking.append(one)
        time.sleep(2 * pump.SLICE_S)

    async def run():
        pumping = Pump(shelf, None, think)
        for n in range(4):
            pumping.queue(seat(f"n{n}"), PLAN)
        await pumping.start()
        async with asyncio.timeout(10):
            while len(thinking) < 4:
                turns.add(len(thinking))
                await asyncio.sleep(0)
        await pumping.stop()

    asyncio.run(run())
    assert turns == {0}


def test_what_else_comes_waits_for_plans_of_others_that_are_on_their_way(shelf, monkeypatch):
    monkeypatch.setattr(pump, "PLANS_CALM_S", 60.0)
    one, others, order = seat("one"), [seat("other"), seat("third")], []

    async def run():
        is_done = asyncio.Event()

        def note(thinking):
            order.append(thinking.node.id)
            if others:
                pumping.queue(others.pop(0), PLAN)  # comes to its node after the first one has thought
            else:
                is_done.set()

        pumping = Pump(shelf, None, note)
        for event in (PLAN, CUT):
            pumping.queue(one, event)
        await running_until(pumping, is_done)

    asyncio.run(run())
    assert order == ["one", "other", "third"]
    assert [event for _, event in one.waiting] == [CUT]


def test_plans_without_end_do_not_hold_up_everything_else_for_ever(shelf, monkeypatch):
    monkeypatch.setattr(pump, "PLANS_CALM_S", 60.0)
    monkeypatch.setattr(pump, "PLANS_LONGEST_S", 0.05)
    one, other = seat("one"), seat("other")
    assert asyncio.run(thought(shelf, [(other, Tick()), (one, PLAN)])) == ["one", "other"]


def test_nodes_boot_when_no_plan_comes_and_one_that_lost_its_power_again_does_not(shelf, monkeypatch):
    monkeypatch.setattr(pump, "PLANS_CALM_S", 0.1)
    seats, order = {name: seat(name) for name in ("one", "other", "dark")}, []

    async def run():
        is_done = asyncio.Event()

        def has_booted(one):
            assert one.node.is_on
            order.append(f"{one.node.id} boots")
            is_done.set()

        pumping = Pump(shelf, lambda *_: None, lambda one: order.append(one.node.id), has_booted)
        for name in ("dark", "one"):
            pumping.boot(seats[name])
        assert not pumping.is_idle
        pumping.stay_dark(seats["dark"])
        for _ in range(3):
            pumping.queue(seats["other"], PLAN)
        await running_until(pumping, is_done)
        assert pumping.is_idle

    asyncio.run(run())
    assert order == ["other", "other", "other", "one boots"]
    assert not seats["dark"].node.is_on


def test_no_brain_runs_while_loudspeakers_begin_but_not_for_long(shelf, monkeypatch):
    monkeypatch.setattr(pump, "GIVE_WAY_S", 0.02)
    due, at = time.time() + 0.05, []

    async def run():
        is_done = asyncio.Event()

        def note(_):
            at.append(time.time())
            is_done.set()

        for sound_due_at in (lambda: due if time.time() < due else None, time.time):
            is_done.clear()
            pumping = Pump(shelf, None, note, sound_due_at=sound_due_at)
            await asyncio.sleep(max(0.0, due - 0.01 - time.time()))
            pumping.queue(seat("one"), Tick())
            await running_until(pumping, is_done)

    asyncio.run(run())
    assert at[0] >= due
    assert len(at) == 2


class Told:
    """Executes effects: notes, at each message, which session is on the node's disk."""

    def __init__(self, shelf):
        self.shelf = shelf
        self.said = []

    def __call__(self, node, effect):
        if isinstance(effect, Publish):
            on_disk = self.shelf.memory_of(node.id).documents[SESSION]
            self.said.append((json.loads(effect.payload)["session"], int(on_disk)))


def test_what_a_node_says_does_not_come_before_what_it_saved_earlier(shelf):
    one, told = seat("one"), Told(shelf)

    async def run():
        is_done = asyncio.Event()

        def has_booted(seat):
            for event in (Disconnected(), Connected()):
                pumping.queue(seat, event)

        pumping = Pump(shelf, told, lambda one: one.waiting or is_done.set(), has_booted)
        pumping.boot(one)
        await running_until(pumping, is_done)

    asyncio.run(run())
    assert told.said == [(2, 2)]


def test_without_a_plan_nodes_think_in_the_order_of_events(shelf):
    one, other = seat("one"), seat("other")
    assert asyncio.run(thought(shelf, [(other, Tick()), (one, Tick()), (other, Tick())])) == [
        "other",
        "one",
        "other",
    ]


def test_what_was_meant_for_an_earlier_life_is_dropped(shelf):
    one, other = seat("one"), seat("other")

    assert asyncio.run(thought(shelf, [(one, CUT), (other, Tick())], count=1)) == ["other"]


def test_while_chunks_come_a_node_is_woken_no_later_than_it_wants(shelf, monkeypatch):
    scene = Scene()
    scene.station.spoil = lambda *_: b""  # its first answer is lost, so the node waits longer than usual
    body = random.Random(1).randbytes(40_000)
    recording = scene.station.add_recording(body, 20_000)
    scene.station.publish_plan("56", scene.station.airing("a1", recording, scene.in_s(3600), 20_000))
    scene.run(6)
    monkeypatch.setattr(pump, "true_now", lambda: scene.now)
    chunks = [Received(topics.chunk(recording, n), sent) for n, sent in enumerate(sent_forms(body, 4096))]
    sitting, woken = Seat(scene.node), []

    async def run():
        pumping = Pump(shelf, None, lambda _: None)
        pumping.plan_wake(sitting)
        await pumping.start()
        for event in (*chunks[:4], Tick(), *chunks[4:8]):
            pumping.queue(sitting, event)
            for _ in range(4):
                await asyncio.sleep(0)
            assert not sitting.waiting
            woken.append((sitting.wake, scene.node.wake_at()))
        await pumping.stop()

    asyncio.run(run())
    assert all(planned <= wanted for planned, wanted in woken)
    assert woken[0][0] < scene.node.crystal.raw(scene.now) + timedelta(seconds=6)
