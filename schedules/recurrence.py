"""Repeating rules in wall time and the instants they name (docs/architecture.md, "When").

A rule keeps the wall time that a person chose and the zone it was meant in; instants are aware UTC.
Its text is iCalendar, written and read by `schedules/icalendar.py`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule
from dateutil.rrule import weekday as nth_weekday

ZONE = "Asia/Ho_Chi_Minh"
"""The zone of every schedule unless it says otherwise."""

LONGEST_SPAN = timedelta(days=3660)
"""The longest period that is expanded at once; a longer one is an error of the caller."""

MOST_TIMES = 3660
"""The highest count of a rule: ten years of days. Its last day is found by counting, once."""

MOST_DATES = 1000
"""The most dates of one kind (added, left out, moved, cancelled); more need another rule."""

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Years that a rule may use: others are typing errors, and near the calendar's ends UTC overflows."""

_EARLIER = timedelta(days=2)
"""How far before a period expansion begins: more than any zone's offset from UTC."""

LAST_DAY = -1
"""Stands for the last day of a month."""

MONTH_DAYS = frozenset({LAST_DAY, *range(1, 32)})
NTHS = frozenset({-1, 1, 2, 3, 4, 5})
"""First to fifth weekday of a month; -1 is the last."""


class RuleError(ValueError):
    """A rule that names no instants, or a text that is none of the rules known here."""


class Weekday(IntEnum):
    """Days as dateutil and `date.weekday` count them; the names' first two letters are iCalendar's."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    @property
    def code(self) -> str:
        """The two letters of iCalendar, MO to SU."""
        return self.name[:2]


WORKDAYS = frozenset(day for day in Weekday if day < Weekday.SATURDAY)


@dataclass(frozen=True, kw_only=True)
class RuleBase:
    """What all rules share; wall times are naive and meant in `zone`.

    It ends with the day `last`, after `times` (left-out days count), or never. `added`: further wall times.
    `left_out`: days that the rule never had. `moved` (from, to) and `cancelled`: single occurrences that a
    person changed, by the wall time that the rule gave them.
    """

    at: time
    first: date
    last: date | None = None
    times: int | None = None
    added: frozenset[datetime] = frozenset()
    left_out: frozenset[date] = frozenset()
    moved: frozenset[tuple[datetime, datetime]] = frozenset()
    cancelled: frozenset[datetime] = frozenset()
    zone: str = ZONE

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise RuleError(f"the last day {self.last} is before the first day {self.first}")
        if self.times is not None and not 1 <= self.times <= MOST_TIMES:
            raise RuleError(f"{self.times} times: from 1 to {MOST_TIMES} are possible")
        if self.last is not None and self.times is not None:
            raise RuleError("a rule ends by a last day or by a count, not by both")
        for dates in (self.added, self.left_out, self.moved, self.cancelled):
            if len(dates) > MOST_DATES:
                raise RuleError(f"{len(dates)} single dates are more than {MOST_DATES}")
        walls: set[time | datetime] = {
            self.at,
            *self.added,
            *self.cancelled,
            *(wall for pair in self.moved for wall in pair),
        }
        for wall in walls:
            if wall.tzinfo is not None or wall.microsecond:
                raise RuleError(f"{wall!r} is not a wall time in whole seconds")
        named = {self.first, self.last or self.first, *self.left_out, *walls - {self.at}}
        if any(not FIRST_YEAR <= day.year < LAST_YEAR for day in named if isinstance(day, date)):
            raise RuleError(f"days are from {FIRST_YEAR} to {LAST_YEAR - 1}")
        if len(dict(self.moved)) != len(self.moved) or self.cancelled & dict(self.moved).keys():
            raise RuleError("an occurrence is changed twice")
        _zone(self.zone)


@dataclass(frozen=True, kw_only=True)
class Once(RuleBase):
    """One day, `first`; `last` and `times` are not given."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.last is not None or self.times is not None:
            raise RuleError("what happens once has neither a last day nor a count")


@dataclass(frozen=True, kw_only=True)
class Daily(RuleBase):
    """Every day from `first` to the end, both included."""


@dataclass(frozen=True, kw_only=True)
class Weekly(RuleBase):
    """On some weekdays from `first` to the end, both included."""

    weekdays: frozenset[Weekday]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.weekdays:
            raise RuleError("a weekly rule names at least one weekday")


@dataclass(frozen=True, kw_only=True)
class MonthlyByDay(RuleBase):
    """On some days of each month. A month without a 29th, 30th or 31st has no occurrence on that day.

    That is RFC 5545's way (3.3.10), so every other calendar shows the same; LAST_DAY is for month ends.
    """

    days: frozenset[int]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.days or not self.days <= MONTH_DAYS:
            raise RuleError(f"days of a month are 1 to 31, or {LAST_DAY} for the last")


@dataclass(frozen=True, kw_only=True)
class MonthlyByWeekday(RuleBase):
    """On one weekday of each month: its first to fifth, or its last (-1); without a fifth, none."""

    nth: int
    weekday: Weekday

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nth not in NTHS:
            raise RuleError("a weekday of a month is its 1st to 5th, or -1 for the last")


Recurrence = Once | Daily | Weekly | MonthlyByDay | MonthlyByWeekday
Keeps = Callable[[date], bool]


@dataclass(frozen=True, order=True, slots=True)
class Dated:
    """One occurrence: when it starts, and the start by its rule, which identifies it even after a move."""

    starts_at: datetime
    original_at: datetime


def move(rule: Recurrence, original_at: datetime, to: datetime) -> Recurrence:
    """Return the rule with one occurrence moved to another instant; moving it back removes the change.

    RuleError when the rule has no such occurrence, or it is cancelled.
    """
    wall = _own(rule, original_at)
    there = wall_of(rule, to)
    moved = {pair for pair in rule.moved if pair[0] != wall}
    return replace(rule, moved=frozenset(moved if there == wall else {*moved, (wall, there)}))


def cancel(rule: Recurrence, original_at: datetime) -> Recurrence:
    """Return the rule with one occurrence cancelled; RuleError when it has no such occurrence."""
    wall = _own(rule, original_at)
    moved = frozenset(pair for pair in rule.moved if pair[0] != wall)
    return replace(rule, moved=moved, cancelled=rule.cancelled | {wall})


def carry(before: Recurrence, rule: Recurrence) -> Recurrence:
    """Return the rule with what a person added, moved and cancelled of one before, on days that it names."""

    def own(wall: datetime) -> datetime | None:
        day = wall.date()
        named = day not in rule.left_out and days_of(rule, day, day)
        return datetime.combine(day, rule.at) if named else None

    moved = {start: to for wall, to in before.moved if (start := own(wall)) is not None and start != to}
    cancelled = {start for wall in before.cancelled if (start := own(wall)) is not None}
    return replace(
        rule,
        added=rule.added | before.added,
        moved=frozenset(moved.items()),
        cancelled=frozenset(cancelled - moved.keys()),
    )


def start_of(rule: Recurrence, original_at: datetime) -> datetime:
    """Return when an occurrence starts now, moves counted; RuleError when there is no such occurrence."""
    wall = _own(rule, original_at)
    return _instant(rule, dict(rule.moved).get(wall, wall))


def dated(
    rule: Recurrence, since: datetime, until: datetime, keeps: Keeps | None = None
) -> tuple[Dated, ...]:
    """Return the occurrences that start in since <= t < until, in order, each known by its original start.

    `keeps` says of a day (of the rule's zone) whether what the rule makes on it stays; it is not asked about
    what a person put there by hand (added or moved). A wall time that a clock change skips is taken with the
    offset before the change; one that comes twice is taken the first time (RFC 5545, 3.3.5).
    """
    if since.tzinfo is None or until.tzinfo is None:
        raise ValueError("occurrences are asked for between two aware instants")
    if until - since > LONGEST_SPAN:
        raise ValueError(f"more than {LONGEST_SPAN.days} days asked for at once")
    moved = dict(rule.moved)
    found: dict[datetime, datetime] = {}
    for wall in _walls(rule, since, until, keeps):
        if wall not in moved and wall not in rule.cancelled:
            original = _instant(rule, wall)
            found[original] = original
    for wall, to in moved.items():
        found[_instant(rule, wall)] = _instant(rule, to)
    return tuple(sorted(Dated(start, own) for own, start in found.items() if since <= start < until))


def occurrences(rule: Recurrence, since: datetime, until: datetime) -> tuple[datetime, ...]:
    """Return the rule's instants t with since <= t < until, in order, aware UTC; no day off is looked at."""
    return tuple(sorted({one.starts_at for one in dated(rule, since, until)}))


def wall_of(rule: Recurrence, instant: datetime) -> datetime:
    """Return an instant as the wall time of the rule's zone, naive."""
    return instant.astimezone(_zone(rule.zone)).replace(tzinfo=None)


def is_over(rule: Recurrence, now: datetime) -> bool:
    """Whether the rule has no occurrence at or after an instant, whatever days are kept."""
    if any(_instant(rule, to) >= now for _, to in rule.moved):
        return False
    if any(_instant(rule, wall) >= now for wall in rule.added):
        return False
    end = rule.first if isinstance(rule, Once) else last_day(rule)
    return end is not None and datetime.combine(end, rule.at, _zone(rule.zone)) < now


def _own(rule: Recurrence, original_at: datetime) -> datetime:
    """Return the wall time of one of the rule's own occurrences, or raise RuleError."""
    if original_at.tzinfo is None:
        raise ValueError("an occurrence is known by an aware instant")
    for wall in _walls(rule, original_at, original_at, None):
        if _instant(rule, wall) == original_at and wall not in rule.cancelled:
            return wall
    raise RuleError(f"no occurrence at {original_at.isoformat()}")


def _walls(rule: Recurrence, since: datetime, until: datetime, keeps: Keeps | None) -> Iterator[datetime]:
    """Yield the wall times of the rule around a stretch, before any is moved or cancelled."""
    zone = _zone(rule.zone)
    # no rule steps over weeks or months, so expansion may begin near the stretch, whatever its age
    begin = max(rule.first, (since.astimezone(zone) - _EARLIER).date())
    end = (until.astimezone(zone) + _EARLIER).date()
    for day in days_of(rule, begin, end):
        wall = datetime.combine(day, rule.at)
        if day not in rule.left_out and wall not in rule.added and (keeps is None or keeps(day)):
            yield wall
    yield from rule.added


def days_of(rule: Recurrence, begin: date, end: date) -> tuple[date, ...]:
    """Return the rule's days from begin to end, both included, before any is left out."""
    if isinstance(rule, Once):
        return (rule.first,) if begin <= rule.first <= end else ()
    last = last_day(rule)
    stop = end if last is None else min(end, last)
    if isinstance(rule, Daily | Weekly):  # nearly all rules, and nothing but counting
        days = (begin + timedelta(days=n) for n in range((stop - begin).days + 1))
        return tuple(day for day in days if isinstance(rule, Daily) or day.weekday() in rule.weekdays)
    return tuple(day.date() for day in _repeats(rule, begin, until=datetime.combine(stop, time())))


@lru_cache(maxsize=4096)
def last_day(rule: Recurrence) -> date | None:
    """Return the day on which the rule itself ends; None: never. By a count it is found by counting."""
    if rule.times is None or isinstance(rule, Once):
        return rule.last
    day = None
    for day in _repeats(rule, rule.first, count=rule.times):  # noqa: B007 - the last one is wanted
        pass
    return rule.first if day is None else day.date()


def _repeats(
    rule: Recurrence, begin: date, *, until: datetime | None = None, count: int | None = None
) -> rrule:
    dtstart = datetime.combine(begin, time())
    match rule:
        case Weekly():
            return rrule(WEEKLY, dtstart=dtstart, until=until, count=count, byweekday=sorted(rule.weekdays))
        case MonthlyByDay():
            days = sorted(rule.days)
            return rrule(MONTHLY, dtstart=dtstart, until=until, count=count, bymonthday=days)
        case MonthlyByWeekday():
            day = nth_weekday(int(rule.weekday), rule.nth)
            return rrule(MONTHLY, dtstart=dtstart, until=until, count=count, byweekday=day)
        case _:
            return rrule(DAILY, dtstart=dtstart, until=until, count=count)


def _instant(rule: Recurrence, wall: datetime) -> datetime:
    return wall.replace(tzinfo=_zone(rule.zone)).astimezone(UTC)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise RuleError(f"no zone is called {name!r}") from wrong
