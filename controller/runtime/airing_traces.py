"""Tells the trace of an airing once it has ended, out of the rows that say what became of it.

What rows do not keep (when its chunks were asked for and sent) the chunk sender remembers meanwhile; the
request that planned it is told by the process that served it (http/guard.py). docs/monitoring.md, "Traces".
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.host.traces import ROOT, Facts, Traces
from controller.model.airings import Airing, Delivery, StoredReceipt
from controller.model.bulletins import Rendering
from controller.runtime.chunk_times import ChunkTimes
from controller.store import Store
from devices.ids import AiringId, RecordingId
from schedules.clock import Beat

_EVERY: Final = timedelta(seconds=15)
_KNOWN: Final = 1000
"""Airings of which it is remembered that they were told: receipts that come hours later are one more part."""
_MOST: Final = 200
"""Airings of one look; the rest is told by the next."""


class _Part(NamedTuple):
    name: str
    began: datetime
    ended: datetime
    facts: Facts


@dataclass
class AiringTraces:
    """Looks for airings that were written to the as-aired log since the last look."""

    store: Store
    traces: Traces
    now: Callable[[], datetime]
    sent: Callable[[RecordingId], ChunkTimes | None]
    _told_until: datetime = field(init=False)
    _told: OrderedDict[AiringId, datetime] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        """Begin with what ends from now on."""
        self._told_until = self.now()

    def beat(self) -> Beat:
        """Return the periodic task."""
        return Beat("traces", _EVERY, self.look)

    def look(self) -> None:
        """Tell of what has ended since."""
        with self.store.read() as session:
            ended = Airing.noted_at > self._told_until, Airing.delivering_at.is_not(None)
            query = select(Airing).where(*ended)
            for airing in session.scalars(query.order_by(Airing.noted_at).limit(_MOST)).all():
                for part in self._new_parts(session, airing):
                    self.traces.tell(airing.id, *part)
                self._told_until = max(self._told_until, airing.noted_at or self._told_until)

    def _new_parts(self, session: Session, airing: Airing) -> list[_Part]:
        before, at = self._told.get(airing.id), airing.noted_at or self.now()
        self._told[airing.id] = at
        if len(self._told) > _KNOWN:
            self._told.popitem(last=False)
        return self._parts(session, airing) if before is None else [_Part("late receipts", before, at, {})]

    def _parts(self, session: Session, airing: Airing) -> list[_Part]:
        parts = [*_speech(session, airing), *_plan(airing), *self._chunks(airing)]
        parts += [*_deliveries(session, airing), *_receipts(session, airing)]
        ended = max([airing.ended_at or airing.starts_at, *(part.ended for part in parts)])
        facts = {"loa.grade": airing.grade, "loa.state": airing.state, "loa.reason": airing.reason or ""}
        return [_Part(ROOT, airing.created_at, ended, facts), *parts]

    def _chunks(self, airing: Airing) -> list[_Part]:
        times = None if airing.recording is None else self.sent(airing.recording)
        if times is None or times.asked_at < airing.created_at:
            return []  # its loudspeakers had the recording before
        asked = _Part("first want", airing.delivering_at or times.asked_at, times.asked_at, {})
        if times.first_at is None or times.last_at is None:
            return [asked]
        return [asked, _Part("chunks", times.first_at, times.last_at, {"loa.bytes": times.sent_bytes})]


def _speech(session: Session, airing: Airing) -> list[_Part]:
    query = select(Rendering).where(
        Rendering.bulletin == airing.bulletin, Rendering.revision == airing.revision
    )
    row = session.scalars(query).one_or_none()
    if row is None or row.ended_at is None:
        return []
    facts: Facts = {
        "loa.engine": row.engine_used or row.engine,
        "loa.phrases": row.phrases or 0,
        "loa.phrases.cached": row.phrases_cached or 0,
    }
    return [_Part("speech", row.begun_at or row.ordered_at, row.ended_at, facts)]


def _plan(airing: Airing) -> list[_Part]:
    if airing.delivering_at is None or airing.acknowledged_at is None:
        return []
    return [_Part("plan published", airing.delivering_at, airing.acknowledged_at, {})]


def _deliveries(session: Session, airing: Airing) -> list[_Part]:
    """One part a stage, from the first loudspeaker to the last: their number bounds nothing here."""
    stages = Delivery.fetched_at, Delivery.started_at, Delivery.finished_at
    columns = [one for at in stages for one in (func.min(at), func.max(at), func.count(at))]
    row = session.execute(select(func.count(), *columns).where(Delivery.airing == airing.id)).one()
    found = [
        _span(name, tuple(row), first, {"loa.of": row[0]})
        for name, first in (("fetched", 1), ("started", 4), ("finished", 7))
    ]
    return [part for part in found if part is not None]


def _receipts(session: Session, airing: Airing) -> list[_Part]:
    at = StoredReceipt.received_at
    query = select(func.min(at), func.max(at), func.count(at)).where(StoredReceipt.airing == airing.id)
    part = _span("receipts", tuple(session.execute(query).one()), 0, {})
    return [] if part is None else [part]


def _span(name: str, row: tuple[Any, ...], first: int, facts: dict[str, int]) -> _Part | None:
    began, ended, count = row[first : first + 3]
    return None if began is None else _Part(name, began, ended, {"loa.count": count, **facts})
