"""On which days two repeating rules sound at the same time, found rule against rule; pure.

A rule becomes times of day, each with its days as the bits of one integer. So a year of one rule is compared
with a year of another by a few operations, not by hundreds of instants each.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schedules.recurrence import (
    ZONE,
    Daily,
    Once,
    Recurrence,
    Weekday,
    Weekly,
    dated,
    days_of,
    last_day,
)

DAY_MS = 86_400_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DailyStart:
    """A time of day, in milliseconds after midnight, and the days on which a rule starts then.

    Bit n of `days` is the nth day of the period that is looked at.
    """

    at: int
    days: int


@dataclass(frozen=True, slots=True)
class Period:
    """Some days in a row from the first on."""

    first: date
    days: int

    @property
    def all_days(self) -> int:
        """The mask of all its days."""
        return (1 << self.days) - 1

    def mask(self, wanted: Iterable[date]) -> int:
        """Return the days as bits; those outside are left out."""
        found = 0
        for day in wanted:
            place = (day - self.first).days
            if 0 <= place < self.days:
                found |= 1 << place
        return found


@dataclass(frozen=True, slots=True)
class Overlap:
    """How often two rules sound at once in a period: the number of days, and the first of them.

    `at` and `other_at`: when the one and the other start then, in milliseconds after that day's midnight.
    """

    times: int
    day: int
    at: int
    other_at: int


def daily_starts(rule: Recurrence, period: Period, kept: int) -> tuple[DailyStart, ...]:
    """Return the rule's starts in a period, in the zone of all schedules.

    `kept`: days on which what the rule makes stays, as `dated` asks `keeps`.
    """
    found: dict[int, int] = defaultdict(int)
    if rule.zone != ZONE:
        return _expanded(rule, period, kept)
    changed = rule.cancelled | {wall for wall, _ in rule.moved}
    single = [wall.date() for wall in rule.added | changed if wall.time() == rule.at]
    found[ms_of_day(rule.at)] = _named(rule, period) & kept & ~period.mask([*rule.left_out, *single])
    for wall in (*(rule.added - changed), *(to for _, to in rule.moved)):
        found[ms_of_day(wall.time())] |= period.mask([wall.date()])
    return tuple(DailyStart(at, days) for at, days in found.items() if days)


def start_at(wall: datetime, period: Period) -> DailyStart:
    """Return one start, of a local wall time."""
    return DailyStart(ms_of_day(wall.time()), period.mask([wall.date()]))


def overlap(
    one: Sequence[DailyStart], length_ms: int, other: Sequence[DailyStart], other_length_ms: int
) -> Overlap | None:
    """Return on how many days a start of the one sounds together with a start of the other; None: on none.

    A sound that goes on over midnight meets what starts on the next day, too.
    """
    every = 0
    first: tuple[int, int, int] | None = None
    for mine in one:
        for theirs in other:
            for shift in (-1, 0, 1):
                other_at = theirs.at + shift * DAY_MS
                if mine.at >= other_at + other_length_ms or other_at >= mine.at + length_ms:
                    continue
                days = mine.days & (theirs.days >> shift if shift >= 0 else theirs.days << -shift)
                if not days:
                    continue
                every |= days
                day = (days & -days).bit_length() - 1  # the lowest bit
                first = min(first or (day, mine.at, other_at), (day, mine.at, other_at))
    return None if first is None else Overlap(every.bit_count(), *first)


def _named(rule: Recurrence, period: Period) -> int:
    """Return the days that the rule names, before any is left out."""
    if isinstance(rule, Once):
        return period.mask([rule.first])
    last = last_day(rule) if rule.times is not None else rule.last
    begin = max(0, (rule.first - period.first).days)
    end = period.days if last is None else min(period.days, (last - period.first).days + 1)
    if end <= begin:
        return 0
    span = (1 << end) - (1 << begin)
    if isinstance(rule, Daily):
        return span
    if isinstance(rule, Weekly):
        return span & _of_weekdays(rule.weekdays, period)
    return period.mask(days_of(rule, period.first + begin * _DAY, period.first + (end - 1) * _DAY))


@lru_cache(maxsize=256)
def _of_weekdays(weekdays: frozenset[Weekday], period: Period) -> int:
    begins = period.first.weekday()
    return sum(1 << place for place in range(period.days) if (begins + place) % 7 in weekdays)


def _expanded(rule: Recurrence, period: Period, kept: int) -> tuple[DailyStart, ...]:
    """Return the starts of a rule that was meant in another zone, instant by instant."""
    zone = ZoneInfo(ZONE)
    since = datetime.combine(period.first, time(), zone)

    def keeps(day: date) -> bool:
        return bool(period.mask([day]) & kept)

    found: dict[int, int] = defaultdict(int)
    for one in dated(rule, since, since + period.days * _DAY, keeps):
        wall = one.starts_at.astimezone(zone)
        found[ms_of_day(wall.time())] |= period.mask([wall.date()])
    return tuple(DailyStart(at, days) for at, days in found.items() if days)


def ms_of_day(at: time) -> int:
    """Return a time of day in milliseconds after midnight."""
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1000
