"""Looks at the station's own machine once a minute and tells of its faults; docs/monitoring.md."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from shutil import disk_usage
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import func, select

from controller.errors import Busy, Unavailable
from controller.features.backups.backup import last_backup
from controller.features.doctor.last_look import last_look
from controller.features.machine_troubles.rules import LASTS, MachineFacts, troubles_in
from controller.features.machine_troubles.service import tell_of_machine
from controller.host.certificates import certificate_ends
from controller.model.journal import Entry
from controller.settings import Settings
from controller.store import Store
from controller.store.station_lease import stations_there
from devices.kernel_clock import kernel_clock
from schedules.clock import Beat

_EVERY: Final = timedelta(minutes=1)
_CERTIFICATES_EVERY_S: Final = 3600.0


@dataclass
class MachineWatch:
    """Looks while `may_act` is true, so that of a pair only the leader tells."""

    store: Store
    settings: Settings
    now: Callable[[], datetime]
    may_act: Callable[[], bool]
    broker_up: Callable[[], bool]
    leaves_away: Callable[[], tuple[str, ...]]
    _away_since: datetime | None = None
    _certificates: dict[str, datetime] = field(default_factory=dict)
    _certificates_at: float = float("-inf")

    def beat(self) -> Beat:
        """Return the periodic task."""
        return Beat("machine", _EVERY, self.look)

    def look(self) -> None:
        """Look once; a database that is away is remembered until it can be written that it was."""
        if self.settings.is_practice or not self.may_act():
            return
        now = self.now()
        try:
            found = troubles_in(self._facts(now), now)
            with self.store.write(decides=False) as session:
                tell_of_machine(session, found, now=now)
        except (Busy, Unavailable):
            self._away_since = self._away_since or now
            raise
        self._away_since = None

    def _facts(self, now: datetime) -> MachineFacts:
        home = self.settings.home
        with self.store.read() as session:
            founded_at = session.scalar(select(func.min(Entry.at))) or now
            stations = None if self.store.is_sqlite else stations_there(session)
        backup, look = last_backup(home), last_look(home)
        away = self._away_since
        return MachineFacts(
            founded_at=founded_at,
            free_bytes=disk_usage(home).free,
            broker_up=self.broker_up(),
            leaves_away=self.leaves_away(),
            backup_at=None if backup is None else backup.at,
            doctor_at=None if look is None else look.at,
            doctor_findings=0 if look is None else look.findings,
            is_clock_set=kernel_clock().is_synchronised,
            standbys=None if stations is None else stations - 1,
            standbys_wanted=self.settings.standbys,
            database_away=(away, now) if away is not None and now - away >= LASTS else None,
            certificates=self._ends(),
        )

    def _ends(self) -> dict[str, datetime]:
        if time.monotonic() - self._certificates_at > _CERTIFICATES_EVERY_S:
            places = {self.settings.address, self.settings.broker_url, self.settings.nodes_broker_url}
            places |= set(self.settings.leaf_urls.values())
            # without the names and passwords that addresses of brokers have: it is told to people
            asked = {urlsplit(place).netloc.rpartition("@")[2]: certificate_ends(place) for place in places}
            self._certificates = {place: at for place, at in asked.items() if at is not None}
            self._certificates_at = time.monotonic()
        return self._certificates
