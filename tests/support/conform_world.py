"""The bench of the conformance kit in virtual time: a simulated node, and a broker in memory."""

from collections import deque
from datetime import UTC, datetime, timedelta

from controller.trial.conform.areas import AREAS
from controller.trial.conform.checks import Requirement
from controller.trial.conform.laboratory import Laboratory
from controller.trial.conform.node_view import NodeView
from controller.trial.conform.signers import root_key
from controller.trial.conform.station import KitStation
from devices import topics
from devices.ids import NodeId
from devices.node import NodeIdentity
from tests.support.memory_link import MemoryLink
from tests.support.node_keys import key_of
from tests.support.world import HOME_BROKER, Network, World

NODE = NodeId("kit-node")
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
STEP = timedelta(milliseconds=20)
FILTERS = (topics.state, topics.vitals, topics.receipt, topics.want, topics.time)


class VirtualBench:
    """A world with one node, in the shape that the kit works with."""

    def __init__(self, root_public: str, seed: int = 1) -> None:
        self.has = {Requirement.POWER, Requirement.BROKER}
        self.world = World(seed, NOON, Network(quickest_s=0.005, jitter_s=0.0))
        self.node = self.world.add(NodeIdentity(NODE, AREAS, root_public, key_of(NODE), broker=HOME_BROKER))
        self.node_broker = HOME_BROKER
        self._came = deque()
        self._link = MemoryLink(self.world.broker, "conform", on_message=self.hear)
        self._link.subscribe(*(make(NODE) for make in FILTERS))
        self._link.start()
        self.world.broker.deliver()
        self.world.switch_on(self.node)

    def now(self):
        return self.world.now

    def hear(self, message):
        """Keep a message until the kit looks."""
        self._came.append((self.world.now, message))

    def send(self, topic, payload, qos, retain):
        self._link.publish(topic, payload, qos, retain=retain)
        self.world.broker.deliver()

    def messages(self):
        came, self._came = list(self._came), deque()
        return came

    def sleep(self, seconds):
        end = self.world.now + timedelta(seconds=seconds)
        while not self._came and self.world.now < end:
            self.world.run_until(min(end, self.world.now + STEP))

    def look_again(self, topic):
        self._link.unsubscribe(topic)
        self._link.subscribe(topic)

    def kick(self):
        self.world.unplug(self.node)
        self.world.later(timedelta(seconds=0.5), lambda: self.world.plug_in(self.node))

    def stop_broker(self):
        self.world.broker.fail(forget=True)
        self.world.broker.deliver()

    def start_broker(self):
        self.world.broker.recover()
        self.world.broker.deliver()

    def cut_power(self):
        self.world.switch_off(self.node)

    def restore_power(self):
        self.world.switch_on(self.node)


def virtual_laboratory() -> Laboratory:
    """A kit with the simulator's node, which has just been switched on."""
    root = root_key(NOON)
    bench = VirtualBench(root.public_x)
    station = KitStation(NODE, root, bench.now, bench.send)
    return Laboratory(bench, station, NodeView(NODE, key_of(NODE).public))
