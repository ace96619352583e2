"""A real station's database and use cases, plugged into a world in virtual time."""

from datetime import timedelta

from sqlalchemy import select

from controller.features.airings.timing import Times
from controller.features.plans.queries import unacknowledged
from controller.features.plans.service import acknowledge, refresh_plans
from controller.features.schedules.occurrence_making import make_occurrences
from controller.model.plans import Published
from controller.runtime.airing_progress import advance_airings
from controller.runtime.receipt_ingestion import fold_receipts
from devices import topics
from devices.ids import NodeId
from devices.memory_link import MemoryLink
from devices.messages import ReceiptsCommitted
from devices.node import NodeIdentity
from simulator.world import World
from tests.simulation.small_station import Keys, SmallStation

LEAD = timedelta(seconds=5)


class StoreStation(SmallStation):
    """Answers clocks and wants as the small one does; what it says and keeps is the database's."""

    def __init__(self, world, start):
        self.real = world
        self.world = World(1, start)
        self.link = MemoryLink(self.world.broker, "station", on_message=self._came)
        self.link.subscribe(*topics.STATION_FILTERS)
        self.link.start()
        self.world.broker.deliver()
        keys = Keys(world.root_key, world.station_key, None, None)
        super().__init__(lambda: self.world.now, self._leave, keys)

    def add_node(self, name, areas, **make):
        """Put a loudspeaker with a perfect crystal into the world, and switch it on."""
        identity = NodeIdentity(NodeId(name), areas, self.keys.root.public_x)
        node = self.world.add(identity, error_ms=0.0, drift_ppm=0.0, **make)
        self.world.switch_on(node)
        return node

    def say_everything(self):
        """Give the broker what it should retain: keys, policies, plans."""
        with self.real.store.read() as session:
            for document in unacknowledged(session):
                self.send(document.topic, document.payload, 1, True)
        self._acknowledge()

    def beat(self):
        """Do what a station does by itself, now."""
        self.real.now = self.world.now
        self.real.do(make_occurrences)
        self.real.do(advance_airings, times=Times(least_lead=LEAD), settled=True)
        self.real.do(refresh_plans, station_key=self.real.station_key)
        self.say_everything()

    def run_until(self, end, every):
        """Let time pass, with a beat now and then."""
        while self.world.now < end:
            self.beat()
            self.world.run_until(min(end, self.world.now + every))
        self.beat()

    def _acknowledge(self):
        with self.real.store.write() as session:
            for row in session.scalars(select(Published).where(Published.acknowledged_at.is_(None))):
                acknowledge(session, row.id, version=row.version, now=self.world.now)

    def _leave(self, topic, payload, qos, retain):
        self.link.publish(topic, payload, qos, retain=retain)

    def _came(self, message):
        self.take(message.topic, message.payload)

    def _commit(self, node, receipts):
        self.real.now = self.world.now
        for committed in self.real.do(fold_receipts, [receipts]):
            told = ReceiptsCommitted(ids=committed.ids)
            self.send(topics.receipt_committed(node), told.payload(), 1, False)
