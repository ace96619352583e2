"""What a commune's calendar shows: what will sound, what was moved, and what was to sound and will not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from controller.features.airings.split import root_of
from controller.features.listeners.queries import agreed_to, coming_in, public
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Target
from controller.model.bulletins import Bulletin
from controller.model.schedules import Occurrence
from controller.store import one_read
from devices.ids import AiringId, AreaCode
from schedules.turns import whole_ms

_MOST_CANCELLED: Final = 100
_NEAR: Final = timedelta(minutes=1)
"""A start that was put off by less is the same start to whoever reads a calendar."""
_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PublicCalendarEntry:
    """One line of a calendar. `uid` stays when it is moved or cancelled; `changed_at`: the last time."""

    uid: str
    title: str
    starts_at: datetime
    duration_ms: int | None
    """Until its last turn has ended; None: not known yet."""
    changed_at: datetime
    planned_at: datetime | None = None
    """Where it stood first; None: where it stands."""
    is_cancelled: bool = False

    @property
    def sequence(self) -> int:
        """Return a number that grows with each change (RFC 5545, 3.8.7.4): minutes since 2020."""
        return max(0, (self.changed_at - _EPOCH) // timedelta(minutes=1))


@one_read
def calendar_entries(
    session: Session, areas: Collection[AreaCode], since: datetime, until: datetime
) -> list[PublicCalendarEntry]:
    """Return what is planned in the areas between two instants, and what was cancelled there; in order.

    Emergencies are none: they are over before a calendar is fetched again.
    """
    coming = [
        (airing, title) for airing, title in coming_in(session, areas, since, until) if not airing.every_ms
    ]
    gone = _cancelled(session, areas, since, until)
    originals = _originals(session, [airing.id for airing, _ in (*coming, *gone)])
    found: dict[str, PublicCalendarEntry] = {}
    for airing, title in coming:
        entry = _entry(airing, title, originals)
        uid = entry.uid if entry.uid not in found else f"{airing.id}@loa"  # a part in another language
        found[uid] = entry if uid == entry.uid else _entry(airing, title, {}, uid)
    for airing, title in gone:
        entry = _entry(airing, title, originals)
        found.setdefault(entry.uid, entry)  # one that was moved stands there already
    return sorted(found.values(), key=lambda one: (one.starts_at, one.uid))


def _entry(
    airing: Airing, title: str, originals: dict[AiringId, datetime], uid: str | None = None
) -> PublicCalendarEntry:
    original = originals.get(root_of(airing), airing.asked_at)
    is_moved = abs(airing.starts_at - original) >= _NEAR
    name = root_of(airing) if airing.schedule is None else f"{airing.schedule}-{original:%Y%m%dT%H%M%SZ}"
    return PublicCalendarEntry(
        uid=uid or f"{name}@loa",
        title=title,
        starts_at=airing.starts_at,
        duration_ms=None if airing.duration_ms is None else whole_ms(airing.duration_ms, airing.turns),
        changed_at=max(at for at in (airing.created_at, airing.delivering_at, airing.ended_at) if at),
        planned_at=original if is_moved else None,
        is_cancelled=airing.state is AiringState.CANCELLED,
    )


def _originals(session: Session, airings: Sequence[AiringId]) -> dict[AiringId, datetime]:
    query = select(Occurrence.airing, Occurrence.original_at).where(Occurrence.airing.in_(airings))
    return {row[0]: row[1] for row in session.execute(query)}


def _cancelled(
    session: Session, areas: Collection[AreaCode], since: datetime, until: datetime
) -> list[tuple[Airing, str]]:
    """Return what was announced for the areas and cancelled; no test of one loudspeaker."""
    meant = select(Target.airing).where(Target.area.in_(areas), Target.starts_at >= since)
    query = (
        select(Airing, Bulletin.title)
        .join(Bulletin, and_(Bulletin.id == Airing.bulletin, public()))
        .where(Airing.id.in_(meant), Airing.state == AiringState.CANCELLED)
        .where(Airing.starts_at >= since, Airing.starts_at < until)
        .where(Airing.every_ms.is_(None), Airing.node.is_(None), Airing.only_chosen.is_(False))
        .order_by(Airing.starts_at, Airing.ended_at.desc())
        .limit(_MOST_CANCELLED)
    )
    return agreed_to(session, [(row[0], row[1]) for row in session.execute(query)], areas)
