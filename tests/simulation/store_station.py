"""A real station's database and use cases, plugged into a world in virtual time."""

from datetime import timedelta

from sqlalchemy import select

from controller.features.plans.queries import unacknowledged
from controller.features.plans.service import acknowledge, refresh_plans
from controller.features.schedules.occurrence_making import make_occurrences
from controller.model.plans import Published
from controller.model.times import Times
from controller.runtime.airing_progress import advance_airings
from devices import topics
from devices.messages import ReceiptsCommitted
from devices.signing import sign
from tests.simulation.small_station import Keys
from tests.simulation.station_in_world import StationInWorld
from tests.support.world import World

LEAD = timedelta(seconds=5)
PERFECT = {"error_ms": 0.0, "drift_ppm": 0.0}
"""The crystal of a node whose clock is not what the test is about."""


class StoreStation(StationInWorld):
    """Answers clocks and wants as the small one does; what it says and keeps is the database's."""

    def __init__(self, world, start):
        super().__init__(World(1, start), Keys(world.root_key, world.station_key, None, None))
        self.real = world

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
        self.real.do(advance_airings, times=Times(least_lead=LEAD), grace_over=True)
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

    def _commit(self, node, receipts):
        self.real.now = self.world.now
        for committed in self.real.receive(receipts):
            told = ReceiptsCommitted(node=node, ids=committed.ids, refused=committed.refused)
            signed = sign(told, self.real.station_key).encode()
            self.send(topics.receipt_committed(node), signed, 1, False)
