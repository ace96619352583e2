"""The order in which the nodes of a fleet, which share a processor, think about what happens to them."""

import asyncio

import pytest

from devices import topics
from devices.ids import AreaCode, NodeId
from devices.node import NodeIdentity
from devices.node.events import Received, Tick
from simulator.crystal import Crystal
from simulator.node import VirtualNode
from simulator.pump import Pump, Seat
from simulator.shelf import Shelf
from tests.simulation.station_in_world import MORNING

CUT = Tick()
PLAN = Received(topics.plan("56"), b"plan", MORNING, False)


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.open()
    yield shelf
    shelf.close()


def seat(name):
    """A node without power: it is told of everything and asks for nothing."""
    identity = NodeIdentity(NodeId(name), (AreaCode("56"),), "A" * 43)
    return Seat(VirtualNode(identity, Crystal.of(NodeId(name), 0, 0, 0, MORNING), 0))


async def thought(shelf, queued, count=None):
    """Return which nodes thought, in order, once so many events (None: all) were thought about."""
    order, is_done = [], asyncio.Event()

    def note(one):
        order.append(one.node.id)
        if len(order) == (count or len(queued)):
            is_done.set()

    pump = Pump(shelf, None, note)
    for one, event in queued:
        pump.queue(one, event)
        if event is CUT:
            one.node.switch_off()  # its life is another one from here on
    await pump.start()
    async with asyncio.timeout(10):
        await is_done.wait()
    await pump.stop()
    return order


def test_a_plan_and_what_its_node_has_before_it_come_before_what_others_tell(shelf):
    one, other = seat("one"), seat("other")
    queued = [(other, Tick()), (other, Tick()), (one, Tick()), (other, Tick()), (one, PLAN), (one, Tick())]
    order = asyncio.run(thought(shelf, queued))
    assert order == ["one", "one", "one", "other", "other", "other"]


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
