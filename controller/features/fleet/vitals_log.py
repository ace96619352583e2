"""The log of vitals: appended in batches, thinned to quarters after two days, kept for 400; and its reads."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, TypeVar, cast

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from controller.features.fleet.vitals_samples import (
    QUARTERS_OF_DAY,
    Sample,
    Thinned,
    count_packed,
    count_written,
    first_quarter,
    pack,
    quarter_of,
    read,
    start_of,
    strip,
    thin,
    unpack,
    written,
)
from controller.model.fleet import Node, RecentVitals, StateTurn, VitalsDay
from controller.store import one_read
from controller.store.many import Many, insert_told
from controller.store.name_lists import named_by
from devices.ids import NodeId
from devices.messages import Vitals

WHOLE_FOR = timedelta(hours=48)
THINNED_FOR = timedelta(days=400)
TURNS_FOR = timedelta(days=40)
LONGEST_QUARTER = 16_000
"""Signs of one node's quarter, ten times a usual one: who talks more is not written down further."""
NODES_AT_ONCE = 25
"""Thinned in one transaction: some 100 ms in which nobody else writes."""
_Told = TypeVar("_Told")


class LoggedSample(NamedTuple):
    """One sample to append to its node's quarter."""

    node: NodeId
    session: int
    quarter: int
    text: str


def sampled(vitals: Vitals, at: datetime) -> LoggedSample:
    """Return the sample for vitals that arrived at an instant."""
    return LoggedSample(vitals.node, vitals.session, quarter_of(at), written(vitals, at))


def append_samples(session: Session, samples: Sequence[LoggedSample]) -> None:
    """Append samples to their nodes' quarters; those of unknown nodes are left out."""
    told = {one.node for one in samples}
    if not told:
        return
    known = {
        node: max(first, newest)
        for node, first, newest in session.connection().execute(_KNOWN, {"told": told})
    }
    gathered: dict[tuple[NodeId, int], str] = defaultdict(str)
    for node, number, quarter, text in samples:
        if node in known and number >= known[node]:
            gathered[node, quarter] += text
    if gathered:
        rows = [
            {"node": node, "quarter": quarter, "samples": text} for (node, quarter), text in gathered.items()
        ]
        _APPEND.execute(session, rows)


def thin_vitals(session: Session, *, now: datetime, nodes: int = NODES_AT_ONCE) -> int:
    """Thin the days older than two days, for some nodes; return for how many (0: none is left)."""
    until = first_quarter((now.astimezone(UTC) - WHOLE_FOR).date())
    due = session.scalars(
        select(RecentVitals.node).where(RecentVitals.quarter < until).group_by(RecentVitals.node).limit(nodes)
    ).all()
    if not due:
        return 0
    is_due = (RecentVitals.node.in_(due), RecentVitals.quarter < until)
    days: dict[tuple[NodeId, date], dict[int, Thinned]] = defaultdict(dict)
    columns = select(RecentVitals.node, RecentVitals.quarter, RecentVitals.samples).where(*is_due)
    for node, quarter, samples in session.execute(columns):
        day, number = divmod(quarter, QUARTERS_OF_DAY)
        days[node, _day(day)][number] = thin(samples)
    for (node, day_of), quarters in days.items():
        _keep_day(session, node, day_of, quarters)
    session.execute(delete(RecentVitals).where(*is_due).execution_options(synchronize_session=False))
    return len(due)


def drop_old_vitals(session: Session, *, now: datetime) -> None:
    """Delete thinned days after 400 days, and births and deaths after 40 days."""
    for query in (
        delete(VitalsDay).where(VitalsDay.day < (now.astimezone(UTC) - THINNED_FOR).date()),
        delete(StateTurn).where(StateTurn.at < now - TURNS_FOR),
    ):
        session.execute(query.execution_options(synchronize_session=False))


def quarters_of(session: Session, node: NodeId, since: int, until: int) -> dict[int, Thinned]:
    """Return a node's quarters from one number up to, not including, another; two queries."""
    found = _of_days(session, node, since, until, unpack)
    found |= {quarter: thin(samples) for quarter, samples in recent_of(session, node, since, until)}
    return {quarter: one for quarter, one in sorted(found.items()) if since <= quarter < until}


def samples_of(session: Session, node: NodeId, since: int, until: int) -> dict[int, int]:
    """Return the number of samples of the same quarters; two queries."""
    found = _of_days(session, node, since, until, count_packed)
    recent = recent_of(session, node, since, until)
    return found | {quarter: count_written(samples) for quarter, samples in recent}


def _of_days(
    session: Session, node: NodeId, since: int, until: int, opened: Callable[[bytes], dict[int, _Told]]
) -> dict[int, _Told]:
    """Return what the thinned days tell of their quarters, those of the first and last day included."""
    days = (_day(since // QUARTERS_OF_DAY), _day((until - 1) // QUARTERS_OF_DAY))
    kept = select(VitalsDay.day, VitalsDay.packed).where(VitalsDay.node == node, VitalsDay.day.between(*days))
    found: dict[int, _Told] = {}
    for day, packed in session.execute(kept):
        first = first_quarter(day)
        found |= {first + number: one for number, one in opened(packed).items()}
    return found


def recent_of(session: Session, node: NodeId, since: int, until: int) -> list[tuple[int, str]]:
    """Return the samples of a node's quarters that are not thinned yet, in order."""
    query = (
        select(RecentVitals.quarter, RecentVitals.samples)
        .where(RecentVitals.node == node, RecentVitals.quarter >= since, RecentVitals.quarter < until)
        .order_by(RecentVitals.quarter)
    )
    return [(quarter, samples) for quarter, samples in session.execute(query)]


def _keep_day(session: Session, node: NodeId, day: date, quarters: dict[int, Thinned]) -> None:
    row = session.get(VitalsDay, (node, day))
    if row is None:
        session.add(VitalsDay(node=node, day=day, packed=pack(quarters)))
    else:
        row.packed = pack(unpack(row.packed) | quarters)


_KNOWN = select(Node.id, Node.first_session, Node.session).where(
    named_by(Node.id, "told"), Node.quarantined_at.is_(None)
)
_INSERT = sqlite.insert(RecentVitals)
_APPEND = Many(  # a text that is too long already is not extended
    _INSERT.on_conflict_do_update(
        index_elements=[RecentVitals.node, RecentVitals.quarter],
        set_={"samples": RecentVitals.samples + _INSERT.excluded.samples},
        where=func.length(RecentVitals.samples) < LONGEST_QUARTER,
    ),
    insert_told(
        cast("Table", RecentVitals.__table__),
        ("node", "quarter", "samples"),
        "(node, quarter) DO UPDATE SET samples = vitals_recent.samples || excluded.samples "
        f"WHERE length(vitals_recent.samples) < {LONGEST_QUARTER}",
    ),
)


def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Course:
    """Vitals of a node between two instants; `cell`: quarters in one cell of the strip."""

    since: datetime
    until: datetime
    cell: int
    points: list[tuple[datetime, Sample]]
    """Every sample, where no more than two days were asked for."""
    quarters: list[tuple[datetime, Thinned]]
    strip: tuple[str, ...]


@one_read
def course_of(session: Session, node: NodeId, now: datetime, back: timedelta, *, cell: int) -> Course:
    """Return a node's vitals of the last span, in whole quarters up to now; three queries at most."""
    until = quarter_of(now) + 1
    since = until - back // timedelta(minutes=15)
    quarters = quarters_of(session, node, since, until)
    points: list[tuple[datetime, Sample]] = []
    if back <= WHOLE_FOR:
        for quarter, text in recent_of(session, node, since, until):
            begins = start_of(quarter)
            points += [(begins + timedelta(seconds=one.second), one) for one in read(text)]
    counts = {quarter: one.samples for quarter, one in quarters.items()}
    return Course(
        start_of(since),
        start_of(until),
        cell,
        points,
        [(start_of(quarter), one) for quarter, one in quarters.items()],
        tuple(strip(counts, since, until, cell)),
    )
