"""Emergencies as everybody may see them: what sounds where, its words, and what ended it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from controller.features.airings.queries import sound_end_of, targets_of
from controller.features.areas.queries import KnownArea, known_areas
from controller.model.airing_states import IN_PLANS, AiringState
from controller.model.airings import Airing
from controller.model.area_tree import AreaTree
from controller.model.bulletins import Bulletin, Revision
from controller.model.emergencies import Emergency
from controller.model.emergency_states import LONGEST, EmergencyId, EmergencyState, Kind
from controller.model.permissions import OperatorId
from controller.store import Store
from devices.ids import AreaCode, RecordingId

TOLD_FOR: Final = timedelta(hours=12)
"""So long after its end it is said what ended an emergency: people come home, or wake up."""
_FRESH_FOR: Final = timedelta(seconds=2)
"""Read again after this: commands of other processes, and the standby, write to the same database."""
_FEW: Final = 3


class EmergencyEnd(StrEnum):
    """What ended an emergency."""

    ALL_CLEAR = "all_clear"
    REPLACED = "replaced"
    STOPPED = "stopped"
    TIME = "time"


_BY_START_OF: Final = {Kind.ALL_CLEAR: EmergencyEnd.ALL_CLEAR, Kind.ALARM: EmergencyEnd.REPLACED}
"""What the start of each kind is to what was called there before."""
_Starts = dict[tuple[datetime | None, OperatorId | None], Kind]
"""What started, by when and by whom: what it ended has the same two, since one transaction writes both."""


@dataclass(frozen=True, slots=True)
class PublicEmergency:
    """An alarm or an all-clear. `end` None: it sounds now; `ended_at` None with an end: stopped in a part."""

    id: EmergencyId
    kind: Kind
    title: str
    text: str
    language: str
    """Of the text, as the HTML attribute `lang`."""
    recording: RecordingId | None
    """None: nobody may hear it any more."""
    aimed: frozenset[AreaCode]
    here: frozenset[AreaCode]
    """Where it sounds: what was stopped in a part is taken out."""
    where: str
    began_at: datetime
    ended_at: datetime | None
    end: EmergencyEnd | None

    @property
    def is_on(self) -> bool:
        """Whether it sounds."""
        return self.end is None

    @property
    def is_shown(self) -> bool:
        """Whether its words stand in front: an all-clear holds on after it was read."""
        return self.is_on or (self.kind is Kind.ALL_CLEAR and self.end is EmergencyEnd.TIME)


def emergencies_in(rows: Iterable[PublicEmergency], areas: Collection[AreaCode]) -> list[PublicEmergency]:
    """Return what concerns the areas: alarms that sound, then all-clears, then what has ended; pure."""
    meant = frozenset(areas)
    found = [
        row
        if row.end is not None or not row.here.isdisjoint(meant)
        else replace(row, end=EmergencyEnd.STOPPED)
        for row in rows
        if not row.aimed.isdisjoint(meant)
    ]
    is_replaced = any(row.is_on for row in found)
    kept = [row for row in found if not (is_replaced and row.end is EmergencyEnd.REPLACED)]
    return sorted(kept, key=lambda row: (not row.is_shown, row.kind is not Kind.ALARM))


@dataclass
class EmergencyBoard:
    """What all public pages ask for, read once for all of them: at most `_FRESH_FOR` old."""

    tree: AreaTree = field(default_factory=lambda: AreaTree({}))
    names: dict[AreaCode, KnownArea] = field(default_factory=dict)
    _rows: tuple[PublicEmergency, ...] = ()
    _read: tuple[int, datetime] | None = None
    """The decisions of the store, and the time, as of which `_rows` were read."""

    def all(self, store: Store, now: datetime) -> tuple[PublicEmergency, ...]:
        """Return every emergency of the province that sounds or has ended lately, newest first."""
        decisions = store.decisions
        if self._read is None or not self._is_fresh(decisions, now):
            with store.read() as session:
                self.names = known_areas(session)
                self.tree = AreaTree({code: one.parent for code, one in self.names.items()})
                self._rows = public_emergencies(session, self.names, now)
            self._read = decisions, now
        return self._rows

    def around(self, store: Store, area: AreaCode, now: datetime) -> list[PublicEmergency]:
        """Return what concerns an area: aimed at it, above it or at a part of it."""
        rows = self.all(store, now)
        return emergencies_in(rows, self.tree.around([area])) if rows else []

    def _is_fresh(self, decisions: int, now: datetime) -> bool:
        seen, at = self._read or (-1, now)
        return decisions == seen and timedelta() <= now - at < _FRESH_FOR


def public_emergencies(
    session: Session, names: dict[AreaCode, KnownArea], now: datetime
) -> tuple[PublicEmergency, ...]:
    """Return alarms and all-clears that sound or ended within `TOLD_FOR`, the newest first; no tests."""
    query = (
        select(Emergency, Airing, Bulletin.title, Bulletin.language, Revision.text)
        .join(Airing, Airing.id == Emergency.airing)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .join(Revision, and_(Revision.bulletin == Airing.bulletin, Revision.number == Airing.revision))
        .where(Emergency.kind != Kind.TEST, Emergency.called_at > now - LONGEST - TOLD_FOR)
        .where(or_(Airing.state.in_(IN_PLANS), Airing.ended_at > now - TOLD_FOR))
        .order_by(Emergency.called_at.desc(), Emergency.id)
    )
    rows = list(session.execute(query))
    targets = targets_of(session, [airing.id for _, airing, *_ in rows]) if rows else {}
    starts: _Starts = {(airing.created_at, airing.created_by): row.kind for row, airing, *_ in rows}
    return tuple(
        PublicEmergency(
            id=row.id,
            kind=row.kind,
            title=title,
            text=text,
            language=language or "vi",
            recording=airing.recording if airing.state in (*IN_PLANS, AiringState.AIRED) else None,
            aimed=frozenset(row.areas),
            here=frozenset(targets.get(airing.id, ())),
            where=_where(names, row.areas),
            began_at=airing.starts_at,
            ended_at=_ended_at(airing, now),
            end=_end_of(row, airing, starts, now),
        )
        for row, airing, title, language, text in rows
    )


def _ended_at(airing: Airing, now: datetime) -> datetime | None:
    if airing.state not in IN_PLANS:
        return airing.ended_at
    planned = sound_end_of(airing)
    return planned if planned <= now else None


def _end_of(row: Emergency, airing: Airing, starts: _Starts, now: datetime) -> EmergencyEnd | None:
    if row.state is EmergencyState.ENDED:
        ended = row.ended_at, row.ended_by
        started = starts.get(ended) if ended != (airing.created_at, airing.created_by) else None
        return EmergencyEnd.STOPPED if started is None else _BY_START_OF.get(started, EmergencyEnd.STOPPED)
    if airing.state is AiringState.CANCELLED:
        return EmergencyEnd.STOPPED
    return EmergencyEnd.TIME if _ended_at(airing, now) is not None else None


def _where(names: dict[AreaCode, KnownArea], areas: Collection[AreaCode]) -> str:
    if len(areas) > _FEW:
        return f"{len(areas)} xã, phường"
    return ", ".join(names[code].name for code in areas if code in names)
