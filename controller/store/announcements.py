"""What the processes on one PostgreSQL tell each other: that something was committed, and what is urgent.

A notification is sent by the transaction that it tells of, at its commit (LISTEN and NOTIFY). It carries no
content: who hears it asks the database. One that is lost costs time alone, since all that matters is also
looked for regularly (`runtime.due.AT_REST`).
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from controller.store.engine import CHANGED_CHANNEL, DEAD_LINES, Store

_LOG = logging.getLogger(__name__)

_URGENT: Final = "loa_urgent"
_LONGEST: Final = 7_900
"""Bytes of a notification that PostgreSQL takes: 8,000."""
_WAKE_S: Final = 0.5
"""Seconds between two looks at the stop flag."""
_PAUSE_S: Final = 1.0
"""Seconds until the next connection, after one was lost."""


def announce_urgent(session: Session, areas: Collection[str]) -> None:
    """Have the station that leads publish the plans of these areas as soon as this transaction commits."""
    told = ",".join(sorted(areas))
    if len(told) <= _LONGEST:  # else it finds out as it does of any other commit
        session.execute(select(func.pg_notify(_URGENT, told)))


@dataclass
class Announcements:
    """A thread that hears what other processes commit; the store's listeners are called for it."""

    store: Store
    on_decided: Callable[[], None] = lambda: None
    """Another process committed something from which work may follow."""
    on_urgent: Callable[[list[str]], None] = lambda _: None
    """Another process waits for the plans of these areas."""
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to listen; on SQLite there is nobody to listen to."""
        if self.store.is_sqlite:
            return
        self._thread = threading.Thread(target=self._run, name="announcements", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_WAKE_S * 4)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except SQLAlchemyError as error:
                _LOG.warning("what other processes commit is not heard now: %s", error)
            except Exception as error:  # noqa: BLE001 - the driver's own errors, and those of a listener
                _LOG.warning("what other processes commit is not heard now: %r", error)
            self._stopping.wait(_PAUSE_S)

    def _listen(self) -> None:
        engine = create_engine(
            self.store.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"connect_timeout": 5, "application_name": self.store.session_name, **DEAD_LINES},
        )
        with contextlib.closing(engine.connect()) as connection:
            for channel in (CHANGED_CHANNEL, _URGENT):
                connection.execute(text(f"LISTEN {channel}"))
            driver: Any = connection.connection.driver_connection
            self._heard(decides=True, plans=True)  # whatever was committed before
            while not self._stopping.is_set():
                for told in driver.notifies(timeout=_WAKE_S):
                    self._take(told.channel, told.payload)

    def _take(self, channel: str, payload: str) -> None:
        if channel == _URGENT:
            self.on_urgent([area for area in payload.split(",") if area])
            return
        sender, decides, plans = payload.split()
        if sender != self.store.session_name:
            self._heard(decides=decides == "1", plans=plans == "1")

    def _heard(self, *, decides: bool, plans: bool) -> None:
        self.store.heard(decides=decides, plans=plans)
        if decides:
            self.on_decided()
