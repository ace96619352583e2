"""What station and nodes rely on: the same in memory, at one broker, and in a tree of three."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

import pytest

from controller.host.mosquitto_files import LEAF_STATES
from devices import topics
from devices.ids import NodeId, RecordingId
from devices.link import Link, Options
from devices.link_api import Message
from tests.contract.links.houses import MemoryHouse, ThreadHouse, will_of
from tests.contract.links.test_links import PATIENCE_S, Client, eventually
from tests.support.broker_tree import LEAVES, OpenTree
from tests.support.brokers import is_available
from tests.support.parts import missing

NORTH, SOUTH = NodeId("n-bac"), NodeId("n-nam")
RECORDING = RecordingId("ab" * 32)
PLAN = topics.plan("56")


class TreeHouse:
    """The station is at the root, each node at the leaf that its name says."""

    def __init__(self, directory: Path) -> None:
        self.tree = OpenTree(directory)

    def open_broker(self) -> None:
        self.tree.start()
        self.connected(set(LEAVES))

    def connected(self, wanted: set[str]) -> None:
        """Wait until exactly these leaves are connected to the root."""
        watch = Client(self, "watch")
        up: set[str] = set()
        watch.link.subscribe(LEAF_STATES)
        watch.link.start()
        try:
            end = monotonic() + PATIENCE_S
            while up != wanted:
                assert monotonic() < end, f"connected: {up}"
                try:
                    message = watch.came.get(timeout=0.2)
                except Empty:
                    continue
                leaf = message.topic.split("/")[2]
                (up.add if message.payload == b"1" else up.discard)(leaf)
        finally:
            watch.link.stop()

    def link(self, client_id: str, *, window: int = 1000, **callbacks: Any) -> Link:
        leaf = self.tree.leaves.get(client_id.rpartition("-")[2], self.tree.root)
        return Link(leaf.url, client_id, options=Options(client_id, window=window), **callbacks)

    def close(self) -> None:
        self.tree.stop()


HOUSES: dict[str, Callable[[Path], Any]] = {
    "memory": lambda _: MemoryHouse(),
    "one": lambda path: ThreadHouse("mosquitto", path),
    "tree": TreeHouse,
}


@pytest.fixture(params=HOUSES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if not is_available("mosquitto"):
        missing("mosquitto")
    house = HOUSES[request.param](tmp_path)
    try:
        house.open_broker()
        yield house
    finally:
        house.close()


@pytest.fixture
def end(house: Any) -> Iterator[Callable[..., Client]]:
    with ends(house) as make:
        yield make


@contextmanager
def ends(house: Any) -> Iterator[Callable[..., Client]]:
    clients: list[Client] = []

    def make(name: str, *filters: str, **options: Any) -> Client:
        client = Client(house, name, **options)
        clients.append(client)
        if filters:
            client.link.subscribe(*filters)
        client.link.start()
        assert client.up.wait(PATIENCE_S)
        return client

    yield make
    for client in clients:
        client.link.stop()


def says(client: Client, topic: str, payload: bytes = b"x", qos: int = 1, *, retain: bool = False) -> None:
    assert client.link.publish(topic, payload, qos, retain=retain).wait(PATIENCE_S)


def heard(client: Client, count: int) -> list[Message]:
    return [client.next() for _ in range(count)]


def document_is_at(end: Callable[..., Client], topic: str, payload: bytes) -> None:
    """Wait until a leaf that is asked anew has it: a later subscriber sees what is retained."""
    for name in (NORTH, SOUTH):
        late = end(f"late-{payload.decode()}-{name}", topic)
        assert eventually(lambda late=late: payload in [m.payload for m in list(late.came.queue)])


class TestDown:
    def test_a_document_arrives_at_all_nodes_once_and_is_kept_for_later_ones(self, end):
        station, north, south = end("station"), end(NORTH, PLAN), end(SOUTH, PLAN)
        says(station, PLAN, b"v1", retain=True)
        for node in (north, south):
            assert node.next() == Message(PLAN, b"v1", 1, retain=False)
            assert node.stays_silent()
        late = end("late-nam", PLAN)
        assert late.next() == Message(PLAN, b"v1", 1, retain=True)
        assert late.stays_silent()

    def test_a_document_that_is_taken_back_is_gone_everywhere(self, end):
        station, north = end("station"), end(NORTH, PLAN)
        says(station, PLAN, b"v1", retain=True)
        says(station, PLAN, b"", retain=True)
        assert [message.payload for message in heard(north, 2)] == [b"v1", b""]
        assert end("late-bac", PLAN).stays_silent()

    def test_what_was_there_before_a_node_came_is_there(self, end):
        station = end("station")
        for n in range(50):
            says(station, topics.plan(f"a{n}"), b"x", retain=True)
        document_is_at(end, topics.plan("a49"), b"x")
        node = end(SOUTH, topics.ALL_PLANS)
        assert {message.topic for message in heard(node, 50)} == {topics.plan(f"a{n}") for n in range(50)}
        assert node.stays_silent()

    def test_chunks_arrive_whole_in_order_and_once(self, end):
        nodes = [end(name, topics.chunks(RECORDING)) for name in (NORTH, SOUTH)]
        audio = end("station-audio")
        sent = [
            audio.link.publish(topics.chunk(RECORDING, n), n.to_bytes(2, "big") * 16384) for n in range(200)
        ]
        assert all(pending.wait(PATIENCE_S) for pending in sent)
        for node in nodes:
            for n, message in enumerate(heard(node, 200)):
                assert message.topic == topics.chunk(RECORDING, n)
                assert message.payload == n.to_bytes(2, "big") * 16384
            assert node.stays_silent()
        assert end("late-nam", topics.chunks(RECORDING)).stays_silent()

    def test_a_repair_goes_to_its_node_alone(self, end):
        north, south = (end(name, topics.repair_chunks(name)) for name in (NORTH, SOUTH))
        says(end("station"), topics.repair_chunk(SOUTH, RECORDING, 3))
        assert south.next().topic == topics.repair_chunk(SOUTH, RECORDING, 3)
        assert north.stays_silent()


class TestUp:
    def test_a_clock_request_is_answered(self, end):
        station, node = end("station", topics.ALL_TIME_REQUESTS), end(NORTH, topics.time_reply(NORTH))
        says(node, topics.time(NORTH), b"ask", 0)
        assert station.next().topic == topics.time(NORTH)
        says(station, topics.time_reply(NORTH), b"answer", 0)
        assert node.next().payload == b"answer"
        assert station.stays_silent()

    def test_five_hundred_receipts_of_each_node_arrive_once_each(self, end):
        station = end("station", *topics.TOLD_FILTERS)
        for name in (NORTH, SOUTH):
            node = end(name)
            sent = [node.link.publish(topics.receipt(name), str(n).encode()) for n in range(500)]
            assert all(pending.wait(PATIENCE_S) for pending in sent)
        came = [(message.topic, int(message.payload)) for message in heard(station, 1000)]
        assert sorted(came) == [(topics.receipt(name), n) for name in (NORTH, SOUTH) for n in range(500)]
        assert station.stays_silent()

    def test_a_birth_is_kept_for_a_station_that_comes_later(self, end):
        says(end(SOUTH), topics.state(SOUTH), b"born", retain=True)
        station = end("station")

        def is_kept() -> bool:
            station.link.unsubscribe(topics.ALL_STATES)
            station.link.subscribe(topics.ALL_STATES)
            return station.next() == Message(topics.state(SOUTH), b"born", 1, retain=True)

        assert eventually(is_kept)

    def test_a_will_comes_when_a_node_is_cut_and_not_after_a_farewell(self, end):
        station = end("station", topics.ALL_STATES)
        end(NORTH, will=will_of(topics.state(NORTH))).link.cut()
        assert station.next() == Message(topics.state(NORTH), b"gone", 1, retain=False)
        end(SOUTH, will=will_of(topics.state(SOUTH))).link.stop()
        assert station.stays_silent()

    def test_what_a_node_says_comes_once_and_does_not_come_back(self, end):
        station, node = end("station", *topics.STATION_FILTERS), end(SOUTH, "loa/v1/#")
        says(node, topics.want(SOUTH))
        assert station.next().topic == topics.want(SOUTH)
        assert node.next().topic == topics.want(SOUTH), "the node subscribed to it: a broker sends it once"
        assert node.stays_silent()
        assert station.stays_silent()


@pytest.mark.parametrize("house", ["tree"], indirect=True)
class TestFaults:
    def test_a_leaf_that_lost_everything_has_the_documents_again_and_the_other_one_misses_nothing(
        self, house, end
    ):
        station, north, south = end("station"), end(NORTH, PLAN), end(SOUTH, PLAN)
        says(station, PLAN, b"v1", retain=True)
        assert [node.next().payload for node in (north, south)] == [b"v1", b"v1"]
        house.tree.leaves["bac"].kill()
        house.connected({"nam"})
        says(station, PLAN, b"v2", retain=True)
        assert south.next().payload == b"v2"
        house.tree.leaves["bac"].start()
        house.connected(set(LEAVES))
        assert eventually(lambda: b"v2" in [m.payload for m in list(north.came.queue)])
        document_is_at(end, PLAN, b"v2")
        assert south.stays_silent()

    def test_a_root_that_lost_everything_learns_the_births_again(self, house, end):
        station, node = end("station", topics.ALL_STATES), end(NORTH, PLAN)
        says(node, topics.state(NORTH), b"born", retain=True)
        assert station.next().payload == b"born"
        house.tree.root.kill()
        assert station.down.wait(PATIENCE_S)
        assert not node.down.is_set()
        house.tree.root.start()
        assert station.up.wait(PATIENCE_S)
        assert station.next().payload == b"born"
        house.connected(set(LEAVES))
        says(station, PLAN, b"again", retain=True)
        assert node.next().payload == b"again"

    def test_what_was_taken_back_while_a_leaf_hung_is_gone_there_too(self, house, end):
        """The root keeps it for the leaf; a node that dies meanwhile is told of afterwards."""
        station = end("station", topics.ALL_STATES)
        north, mortal = end(NORTH, topics.ALL_PLANS), end("m-bac", will=will_of(topics.state(NORTH)))
        says(station, PLAN, b"v1", retain=True)
        assert north.next().payload == b"v1"
        with house.tree.leaves["bac"].paused():
            house.connected({"nam"})
            mortal.link.cut()
            says(station, PLAN, b"", retain=True)
        house.connected(set(LEAVES))
        assert eventually(lambda: b"" in [m.payload for m in list(north.came.queue)])
        assert end("late-bac", PLAN).stays_silent()
        assert station.next() == Message(topics.state(NORTH), b"gone", 1, retain=False)
