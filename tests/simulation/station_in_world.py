"""The small station, plugged into a world in virtual time."""

from datetime import UTC, datetime, timedelta

from devices import topics
from devices.ids import AreaCode, NodeId
from devices.link_api import LinkDown
from devices.memory_link import MemoryLink
from devices.node import NodeIdentity
from simulator.world import Network, World
from tests.simulation.small_station import SmallStation

MORNING = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""Ten in the morning in Khánh Hòa."""
AREAS = (AreaCode("56"), AreaCode("56.1"))


class Scene:
    """A world with a station and some nodes, switched on and known to each other."""

    def __init__(self, seed: int = 1, nodes: int = 1, network: Network | None = None, **clocks) -> None:
        self.world = World(seed, MORNING, network)
        self.link = MemoryLink(self.world.broker, "station", on_message=self._came)
        self.link.subscribe(*topics.STATION_FILTERS)
        self.link.start()
        self.world.broker.deliver()
        self.station = SmallStation(lambda: self.world.now, self._send)
        self.station.publish_keys()
        self.nodes = [self.world.add(self.identity(f"n{n}"), **clocks) for n in range(nodes)]
        for node in self.nodes:
            self.world.switch_on(node)
        self.run(3)

    @property
    def node(self):
        return self.nodes[0]

    @property
    def now(self) -> datetime:
        return self.world.now

    def identity(self, name: str) -> NodeIdentity:
        return NodeIdentity(NodeId(name), AREAS, self.station.keys.root.public_x)

    def run(self, seconds: float) -> None:
        self.world.run_for(timedelta(seconds=seconds))

    def in_s(self, seconds: float) -> datetime:
        return (self.now + timedelta(seconds=seconds)).replace(microsecond=0)

    def kinds(self, airing: str, node=None) -> list[str]:
        return [str(kind) for kind in self.station.kinds((node or self.node).id, airing)]

    def _send(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:  # noqa: FBT001
        def leave() -> None:
            try:
                self.link.publish(topic, payload, qos, retain=retain)
            except LinkDown:
                return

        self.world.later(self.world.delay(), leave)

    def _came(self, message) -> None:
        arrive = lambda: self.station.take(message.topic, message.payload)  # noqa: E731
        self.world.later(self.world.delay(), arrive)
