"""Batches vitals for the database: each node's newest every two seconds, its history every two minutes.

A history of 30 samples is written sooner. Vitals are not acknowledged, and each node sends them again within
a minute or so: a crash loses two seconds of what is shown, and two minutes of history. Single writes would
cost more than all other work at rest. While receipts wait, which nodes repeat until they are answered, what
is shown of vitals waits up to ten.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from controller.errors import Busy, Unavailable
from controller.features.fleet.service import note_newest
from controller.features.fleet.vitals_log import LoggedSample, append_samples, sampled
from controller.store import Store
from devices.ids import NodeId
from devices.messages import Vitals

_LOG = logging.getLogger(__name__)

_NEWEST_EVERY = 2.0  # seconds: 5,000 nodes at rest are then 333 rows a transaction
_BEHIND_EVERY = 10.0  # seconds, while receipts wait
_HISTORY_EVERY = 120.0  # seconds: two samples a node in one write of its row
_AT_ONCE = 1_000  # nodes in one transaction: measured below 100 ms
_MOST_NODES = 20_000  # nodes with unwritten vitals while the database is unavailable; oldest dropped first
_MANY_SAMPLES = 30  # unwritten samples of one node that are written before their time
_MOST_SAMPLES = 60  # unwritten samples of one node: an hour without a database; oldest dropped first

V = TypeVar("V")
Come = tuple[datetime, Vitals]


@dataclass(slots=True)
class _History:
    since: float
    samples: list[LoggedSample] = field(default_factory=list)


@dataclass
class VitalsWriter:
    """Collects vitals and writes those that are due; for one thread."""

    store: Store
    clock: Callable[[], float] = time.monotonic  # steady seconds
    _newest: dict[NodeId, Come] = field(default_factory=dict)
    _histories: dict[NodeId, _History] = field(default_factory=dict)
    _long: set[NodeId] = field(default_factory=set)
    """Nodes of which so many samples are unwritten that they are due."""
    _newest_at: float = 0.0

    def take(self, vitals: Vitals, at: datetime) -> None:
        """Keep vitals received at an instant until they are due."""
        node = vitals.node
        if node not in self._newest:
            _make_room(self._newest)
        self._newest[node] = (at, vitals)
        history = self._histories.get(node)
        if history is None:
            _make_room(self._histories)
            history = self._histories[node] = _History(self.clock())
        history.samples.append(sampled(vitals, at))
        if len(history.samples) >= _MANY_SAMPLES:
            self._long.add(node)
        if len(history.samples) > _MOST_SAMPLES:
            del history.samples[0]

    def write(self, *, everything: bool = False, receipts_wait: bool = False) -> None:
        """Write what is due, or everything; what the database does not accept now stays for the next call.

        Raises Busy or Unavailable.
        """
        now = self.clock()
        if everything or now - self._newest_at >= (_BEHIND_EVERY if receipts_wait else _NEWEST_EVERY):
            self._newest_at = now
            self._write(self._newest, _note_newest)
        due: dict[NodeId, _History] = {}
        for node, history in self._histories.items():  # ordered by their first sample
            if not everything and now - history.since < _HISTORY_EVERY:
                break
            due[node] = history
        long, self._long = self._long, set()
        due |= {node: self._histories[node] for node in long if node in self._histories}
        for node in due:
            del self._histories[node]
        try:
            self._write(due, _append)
        finally:
            self._histories = {**due, **self._histories} if due else self._histories

    def _write(self, waiting: dict[NodeId, V], act: Callable[[Session, Sequence[V]], None]) -> None:
        """Write and remove what waits, many nodes in a transaction; on failure each node alone."""
        while waiting:
            nodes = list(waiting)[:_AT_ONCE]
            try:
                with self.store.write(decides=False) as session:
                    act(session, [waiting[node] for node in nodes])
            except (Busy, Unavailable):
                raise
            except Exception:  # noqa: BLE001 - an invalid message of one node must not block the others
                _LOG.exception("vitals of %d nodes could not be written; each is tried alone", len(nodes))
                self._write_alone({node: waiting[node] for node in nodes}, act)
            for node in nodes:
                del waiting[node]

    def _write_alone(self, waiting: Mapping[NodeId, V], act: Callable[[Session, Sequence[V]], None]) -> None:
        for node, one in waiting.items():
            try:
                with self.store.write(decides=False) as session:
                    act(session, [one])
            except (Busy, Unavailable):
                raise
            except Exception:  # noqa: BLE001 - see above
                _LOG.exception("vitals of %s could not be written", node)


def _note_newest(session: Session, come: Sequence[Come]) -> None:
    note_newest(session, come)


def _append(session: Session, histories: Sequence[_History]) -> None:
    append_samples(session, [one for history in histories for one in history.samples])


def _make_room(waiting: dict[NodeId, V]) -> None:
    if len(waiting) >= _MOST_NODES:
        del waiting[next(iter(waiting))]
