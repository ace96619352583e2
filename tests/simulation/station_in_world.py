"""The small station, plugged into a world in virtual time, and a scene of it with some nodes."""

from datetime import UTC, datetime, timedelta

from devices import topics
from devices.ids import AreaCode, NodeId
from devices.link_api import LinkDown
from devices.node import NodeIdentity
from tests.simulation.small_station import Keys, SmallStation
from tests.support.memory_link import MemoryBroker, MemoryLink
from tests.support.node_keys import key_of
from tests.support.world import HOME_BROKER, Network, World

MORNING = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""Ten in the morning in Khánh Hòa."""
AREAS = (AreaCode("56"), AreaCode("56.1"))


class StationInWorld(SmallStation):
    """Speaks on the broker of a world; messages take the network's time, both ways."""

    def __init__(
        self,
        world: World,
        keys: Keys | None = None,
        broker: MemoryBroker | None = None,
        name: str = "station",
    ) -> None:
        super().__init__(lambda: world.now, self._leave, keys)
        self.world = world
        self.link = MemoryLink(broker or world.broker, name, on_message=self._came)
        self.link.subscribe(*topics.STATION_FILTERS)
        self.link.start()
        world.deliver()

    def identity(self, name: str, areas: tuple[AreaCode, ...] = AREAS) -> NodeIdentity:
        return NodeIdentity(NodeId(name), areas, self.keys.root.public_x, key_of(name), broker=HOME_BROKER)

    def add_node(self, name: str, areas: tuple[AreaCode, ...] = AREAS, **make):
        """Put a loudspeaker into the world, and switch it on."""
        node = self.world.add(self.identity(name, areas), **make)
        self.world.switch_on(node)
        return node

    def _leave(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:  # noqa: FBT001
        def leave() -> None:
            try:
                self.link.publish(topic, payload, qos, retain=retain)
            except LinkDown:
                return

        self.world.later(self.world.delay(), leave)

    def _came(self, message) -> None:
        self.world.later(self.world.delay(), lambda: self.take(message.topic, message.payload))


class Scene:
    """A world with a station and some nodes, switched on and known to each other."""

    def __init__(self, seed: int = 1, nodes: int = 1, network: Network | None = None, **clocks) -> None:
        self.world = World(seed, MORNING, network)
        self.station = StationInWorld(self.world)
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
        return self.station.identity(name)

    def run(self, seconds: float) -> None:
        self.world.run_for(timedelta(seconds=seconds))

    def in_s(self, seconds: float) -> datetime:
        return (self.now + timedelta(seconds=seconds)).replace(microsecond=0)

    def kinds(self, airing: str, node=None) -> list[str]:
        return [str(kind) for kind in self.station.kinds((node or self.node).id, airing)]
