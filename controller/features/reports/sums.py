"""Writes of the sums that reports read, made from the entries of the as-aired log in short transactions.

Entries after the newest one that was summed have the bulletins that they name summed anew, from all entries
of the month: so doing a step twice changes nothing, and entries that another release appended are found too.
Months from before there were sums follow one by one, the newest first. docs/decisions, "Reports read sums".
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.orm import Session

from controller.features.reports.months import Month, begin_of, bounds_of, month_of, months_from
from controller.features.reports.queries import airings_by_area, apart, joined, newest_entry
from controller.features.reports.sum_queries import PROGRESS
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinId
from controller.model.reports import AsAired, ReportProgress, ReportSum
from devices.ids import AiringId, AreaCode, NodeId

_MOST_FOLLOWED = 2000
"""Entries looked at in one transaction: of one to some forty bulletins, whose month is then summed anew."""
_MOST_FILLED = 20
"""Bulletins of a past month summed in one transaction: some 100 ms where each was aired 26 times."""
_TURNS = timedelta(days=1)
"""A node may speak later than its airing's start, in its turn: by less than this."""
_NEVER = "9999-12"
_ALL = BulletinId("")

Part = tuple[BulletinId, AreaCode]


@dataclass(slots=True)
class Sum:
    """What is added up for one bulletin in one area and month."""

    airings: set[AiringId] = field(default_factory=set)
    airings_heard: set[AiringId] = field(default_factory=set)
    nodes: set[NodeId] = field(default_factory=set)
    nodes_heard: set[NodeId] = field(default_factory=set)
    planned_ms: int = 0
    heard_ms: int = 0

    def add(self, stored: Row[Any]) -> None:
        """Add a stored sum."""
        self.airings |= apart(stored.airings)
        self.airings_heard |= apart(stored.airings_heard)
        self.nodes |= apart(stored.nodes)
        self.nodes_heard |= apart(stored.nodes_heard)
        self.planned_ms += stored.planned_ms
        self.heard_ms += stored.heard_ms

    def columns(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "airings": joined(self.airings),
            "airings_heard": joined(self.airings_heard),
            "nodes": joined(self.nodes),
            "nodes_heard": joined(self.nodes_heard),
            "planned_ms": self.planned_ms,
            "heard_ms": self.heard_ms,
        }


def sum_aired(session: Session) -> bool:
    """Bring the sums nearer to the log by one step; return whether there was one to do."""
    progress = session.get(ReportProgress, PROGRESS)
    if progress is None:
        session.execute(delete(ReportSum))
        last = newest_entry(session)
        through = 0 if last is None else last[0]
        session.add(
            ReportProgress(id=PROGRESS, through=through, from_month=_NEVER, filling="", filled_to=_ALL)
        )
        return True
    return _follow(session, progress) or _fill(session, progress)


def sums_of(session: Session, month: Month, bulletins: Collection[BulletinId]) -> dict[Part, Sum]:
    """Add up what the entries say of bulletins in a month, by bulletin and area."""
    since, until = bounds_of(month)
    airings = select(Airing.id).where(
        Airing.bulletin.in_(bulletins), Airing.starts_at >= since - _TURNS, Airing.starts_at < until
    )
    found: dict[Part, Sum] = defaultdict(Sum)
    for row in session.execute(airings_by_area(since, until).where(AsAired.airing.in_(airings))):
        one, began = found[row.bulletin, row.area], apart(row.nodes_heard)
        one.airings.add(row.airing)
        one.nodes |= apart(row.nodes)
        one.planned_ms += int(row.planned_ms)
        one.heard_ms += min(int(row.heard_ms), int(row.planned_ms))
        if began:
            one.airings_heard.add(row.airing)
            one.nodes_heard |= began
    return found


def stored_sums(session: Session, month: Month, bulletins: Collection[BulletinId]) -> dict[Part, Sum]:
    """Return what is stored of bulletins in a month, as `sums_of` adds it up."""
    of_them = (ReportSum.month == month, ReportSum.bulletin.in_(bulletins))
    found: dict[Part, Sum] = defaultdict(Sum)
    for row in session.execute(select(*ReportSum.__table__.columns).where(*of_them)):
        found[row.bulletin, row.area].add(row)
    return found


def _follow(session: Session, progress: ReportProgress) -> bool:
    """Sum anew what the entries after the last one that was summed tell of."""
    query = select(AsAired.seq, AsAired.planned_at, AsAired.bulletin).where(AsAired.seq > progress.through)
    rows = session.execute(query.order_by(AsAired.seq).limit(_MOST_FOLLOWED)).all()
    if not rows:
        return False
    named: dict[Month, set[BulletinId]] = defaultdict(set)
    for _, planned_at, bulletin in rows:
        named[month_of(planned_at)].add(bulletin)
    for month, bulletins in named.items():
        if month >= progress.from_month or month == progress.filling:
            areas = _sum_up(session, month, bulletins)
            if month >= progress.from_month:
                _add_up(session, month, areas)
    progress.through = rows[-1].seq
    return True


def _fill(session: Session, progress: ReportProgress) -> bool:
    """Sum some bulletins of the newest month that is not summed yet."""
    if not progress.from_month:
        return False
    if not progress.filling:
        before = AsAired.planned_at < begin_of(progress.from_month)
        newest = session.scalar(select(func.max(AsAired.planned_at)).where(before))
        if newest is None:
            progress.from_month = ""
            return True
        progress.filling, progress.filled_to = month_of(newest), _ALL
        progress.from_month = months_from(progress.filling, 2)[1]  # no month between them has an entry yet
    since, until = bounds_of(progress.filling)
    aired = (Airing.starts_at >= since - _TURNS, Airing.starts_at < until)
    query = select(Airing.bulletin).where(*aired, Airing.bulletin > progress.filled_to).distinct()
    bulletins = session.scalars(query.order_by(Airing.bulletin).limit(_MOST_FILLED)).all()
    if bulletins:
        _sum_up(session, progress.filling, bulletins)
        progress.filled_to = bulletins[-1]
    else:
        _add_up(session, progress.filling, None)
        progress.from_month, progress.filling = progress.filling, ""
    return True


def _sum_up(session: Session, month: Month, bulletins: Collection[BulletinId]) -> set[AreaCode]:
    """Replace the sums of bulletins in a month; return the areas that they tell or told of."""
    of_them = (ReportSum.month == month, ReportSum.bulletin.in_(bulletins))
    areas = set(session.scalars(select(ReportSum.area).where(*of_them).distinct()))
    session.execute(delete(ReportSum).where(*of_them))
    found = sums_of(session, month, bulletins)
    _write(session, month, found.items())
    return areas | {area for _, area in found}


def _add_up(session: Session, month: Month, areas: Collection[AreaCode] | None) -> None:
    """Replace the sums of all bulletins of areas in a month; None: of all areas."""
    here = (
        [ReportSum.month == month] if areas is None else [ReportSum.month == month, ReportSum.area.in_(areas)]
    )
    session.execute(delete(ReportSum).where(*here, ReportSum.bulletin == _ALL))
    found: dict[Part, Sum] = defaultdict(Sum)
    for row in session.execute(select(*ReportSum.__table__.columns).where(*here)):
        found[_ALL, row.area].add(row)
    _write(session, month, found.items())


def _write(session: Session, month: Month, found: Iterable[tuple[Part, Sum]]) -> None:
    rows = [
        {"month": month, "bulletin": bulletin, "area": area} | one.columns()
        for (bulletin, area), one in found
    ]
    if rows:
        session.connection().execute(insert(ReportSum), rows)
