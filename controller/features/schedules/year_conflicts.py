"""What a schedule would meet within a year: rule against rule, so that nothing has to be planned for it yet.

The loudspeakers' own rule is asked for the next 14 days (conflict_check.py); beyond, no airings are made.
docs/decisions/127-a-year-is-compared-rule-by-rule.md
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from controller.features.airings.queries import targets_of
from controller.features.areas.queries import area_tree
from controller.features.areas.turns import turns_at
from controller.features.bulletins.page_queries import titles_of
from controller.features.schedules.occurrence_making import AHEAD
from controller.features.schedules.queries import own_days, recorded_ms, targets_of_schedules
from controller.model.airing_states import OPEN
from controller.model.airings import Airing, Target
from controller.model.area_tree import AreaTree
from controller.model.bulletin_states import BulletinId
from controller.model.local_time import ZONE
from controller.model.schedule_states import ScheduleId, ScheduleState
from controller.model.schedules import Schedule, ScheduleTarget, skips_of
from devices.ids import AiringId, AreaCode, Grade
from schedules.icalendar import from_text, only_time_of
from schedules.overlaps import DAY_MS, DailyStart, Overlap, Period, daily_starts, ms_of_day, overlap, start_at
from schedules.recurrence import Recurrence
from schedules.skips import OwnDays, Skips, why_skipped
from schedules.turns import whole_ms

YEAR_DAYS = 366
"""As far as airings may be planned."""
MOST_NAMED = 10
"""Conflicts that are named; the others are counted."""
UNKNOWN_MS = 1000
"""Length of what is not spoken yet: its beginning alone is held against the others."""


@dataclass(frozen=True, slots=True)
class AskedRules:
    """Some rules for one bulletin in the same areas, that differ only in the time of day."""

    rules: Sequence[Recurrence]
    skips: Skips
    areas: Collection[AreaCode]
    grade: Grade
    length_ms: int


@dataclass(frozen=True, slots=True)
class YearConflict:
    """Another schedule, or an airing beyond the next 14 days, that would sound at the same time and place.

    `times`: days on which it does; `yields`: whether what is asked about gives way the first time.
    """

    title: str
    schedule: ScheduleId | None
    airing: AiringId | None
    areas: tuple[AreaCode, ...]
    times: int
    first_at: datetime
    other_at: datetime
    yields: bool


@dataclass(frozen=True, slots=True)
class YearConflicts:
    """The first conflicts by start, and how many there are in all."""

    named: tuple[YearConflict, ...] = ()
    total: int = 0

    @property
    def more(self) -> int:
        """Conflicts that are not named."""
        return self.total - len(self.named)


class _Other(NamedTuple):
    """Something that repeats, or happens once, beside what is asked about."""

    bulletin: BulletinId
    grade: Grade
    starts: Sequence[DailyStart]
    length_ms: int
    schedule: ScheduleId | None = None
    airing: AiringId | None = None


def conflicts_of_year(
    session: Session, asked: AskedRules, *, now: datetime, without: Collection[str] = frozenset()
) -> YearConflicts:
    """Return what the rules meet within a year from now on. Read-only; some queries, however many schedules.

    `without`: schedules and airings to ignore, such as the one that is being changed.
    """
    today = now.astimezone(ZONE)
    period, own = Period(today.date(), YEAR_DAYS), own_days(session)
    kept = _Kept(period, own)
    mine = [one for rule in asked.rules for one in daily_starts(rule, period, kept.of(asked.skips))]
    gone = ms_of_day(today.time())
    mine = [DailyStart(one.at, one.days & ~1 if one.at < gone else one.days) for one in mine]
    if not any(one.days for one in mine):
        return YearConflicts()
    turns = turns_at(session, asked.areas).count
    asked = replace(asked, length_ms=_lasts(asked.length_ms, asked.grade, turns))
    found: list[tuple[Overlap, _Other]] = []
    for other in _others(session, asked, mine, kept, without=without, now=now, turns=turns):
        met = overlap(mine, asked.length_ms, other.starts, other.length_ms)
        if met is not None:
            found.append((met, other))
    found.sort(key=lambda one: (one[0].day, one[0].at, one[1].schedule or "", one[1].airing or ""))
    return YearConflicts(_named(session, asked, found[:MOST_NAMED], period.first), len(found))


class _Kept:
    """The days that skips leave of a period, found once for each kind of skips."""

    def __init__(self, period: Period, own: OwnDays) -> None:
        self.period, self._own = period, own
        self._known: dict[Skips, int] = {Skips(): period.all_days}

    def of(self, skips: Skips) -> int:
        if skips not in self._known:
            days = (self.period.first + timedelta(days=place) for place in range(self.period.days))
            self._known[skips] = self.period.mask(
                day for day in days if why_skipped(day, skips, self._own) is None
            )
        return self._known[skips]


def _others(
    session: Session,
    asked: AskedRules,
    mine: Sequence[DailyStart],
    kept: _Kept,
    *,
    without: Collection[str],
    now: datetime,
    turns: int,
) -> Iterator[_Other]:
    """Yield the other schedules that may sound at the same times of day, and single airings far ahead."""
    tree = area_tree(session)
    rows = session.execute(_schedules(asked.areas, tree)).all()
    airings = session.execute(_airings(asked.areas, tree, now)).all()
    lengths = recorded_ms(session, {row.bulletin for row in (*rows, *airings)})
    for row in rows:
        length = _lasts(lengths.get(row.bulletin, UNKNOWN_MS), row.grade, turns)
        at = only_time_of(row.rule)
        if row.id in without or (at is not None and not _may_meet(mine, asked.length_ms, at, length)):
            continue
        skips = skips_of(row.days_off, row.only_lunar, row.never_lunar)
        starts = daily_starts(from_text(row.rule), kept.period, kept.of(skips))
        yield _Other(row.bulletin, row.grade, starts, length, schedule=row.id)
    for one in (one for one in airings if one.id not in without):
        local = one.starts_at.astimezone(ZONE).replace(tzinfo=None, microsecond=0)
        length = _lasts(lengths.get(one.bulletin, UNKNOWN_MS), one.grade, turns)
        yield _Other(one.bulletin, one.grade, (start_at(local, kept.period),), length, airing=one.id)


def _lasts(length_ms: int, grade: Grade, turns: int) -> int:
    """Return how long it lasts where what is asked for is heard, until the last turn has ended."""
    return whole_ms(length_ms, turns) if grade is Grade.ROUTINE else length_ms


def _may_meet(mine: Sequence[DailyStart], length_ms: int, at: time, other_length_ms: int) -> bool:
    """Return whether any time of day of the one can meet that of the other, whatever the days."""
    start = ms_of_day(at)
    return any(
        one.at < start + shift + other_length_ms and start + shift < one.at + length_ms
        for one in mine
        for shift in (-DAY_MS, 0, DAY_MS)
    )


def _schedules(
    areas: Collection[AreaCode], tree: AreaTree
) -> Select[ScheduleId, BulletinId, str, Grade, bool, str, str]:
    query = select(
        Schedule.id,
        Schedule.bulletin,
        Schedule.rule,
        Schedule.grade,
        Schedule.days_off,
        Schedule.only_lunar,
        Schedule.never_lunar,
    ).where(Schedule.state == ScheduleState.RUNNING)
    around = _around(areas, tree)
    if around is None:
        return query
    return query.where(
        Schedule.id.in_(select(ScheduleTarget.schedule).where(ScheduleTarget.area.in_(around)))
    )


def _airings(
    areas: Collection[AreaCode], tree: AreaTree, now: datetime
) -> Select[AiringId, BulletinId, Grade, datetime]:
    # joined: for `id IN (…)` SQLite goes through all airings of all years that have no schedule
    query = (
        select(Airing.id, Airing.bulletin, Airing.grade, Airing.starts_at)
        .join(Target, Target.airing == Airing.id)
        .where(Target.starts_at >= now + AHEAD, Target.starts_at < now + timedelta(days=YEAR_DAYS))
        .where(Airing.state.in_(OPEN), Airing.schedule.is_(None), Airing.node.is_(None))
        .distinct()
    )
    around = _around(areas, tree)
    return query if around is None else query.where(Target.area.in_(around))


def _around(areas: Collection[AreaCode], tree: AreaTree) -> frozenset[AreaCode] | None:
    """Return the areas, those above and those below: what is for any of these meets them; None: all."""
    around = tree.around(areas)
    return None if len(around) == len(tree.parents) else around


def _named(
    session: Session, asked: AskedRules, found: Sequence[tuple[Overlap, _Other]], first: date
) -> tuple[YearConflict, ...]:
    titles = titles_of(session, [other.bulletin for _, other in found])
    of_schedules = targets_of_schedules(session, [one.schedule for _, one in found if one.schedule])
    of_airings = targets_of(session, [one.airing for _, one in found if one.airing])
    targets: dict[str, tuple[AreaCode, ...]] = dict(of_schedules.items())
    targets.update(of_airings.items())
    tree, midnight = area_tree(session), datetime.combine(first, time(), ZONE)
    return tuple(
        YearConflict(
            titles[other.bulletin],
            other.schedule,
            other.airing,
            _where(asked.areas, targets.get(other.schedule or other.airing or "", ()), tree),
            met.times,
            _at(midnight, met.day, met.at),
            _at(midnight, met.day, met.other_at),
            _yields(asked.grade, met, other.grade),
        )
        for met, other in found
    )


def _where(areas: Collection[AreaCode], theirs: Collection[AreaCode], tree: AreaTree) -> tuple[AreaCode, ...]:
    """Return where both sound: the smaller of each two areas of which one contains the other."""
    inside = {area for area in theirs if not set(tree.lineage(area)).isdisjoint(areas)}
    inside |= {area for area in areas if not set(tree.lineage(area)).isdisjoint(theirs)}
    return tree.outermost(inside)


def _yields(grade: Grade, met: Overlap, other: Grade) -> bool:
    """Return whether the asked one gives way, by the loudspeakers' rule: grade, start; the newer one last."""
    return (-grade.rank, met.at, 1) > (-other.rank, met.other_at, 0)


def _at(midnight: datetime, day: int, milliseconds: int) -> datetime:
    return midnight + timedelta(days=day, milliseconds=milliseconds)
