"""Repeating rules in wall time and the instants they name (docs/architecture.md, "When").

A rule keeps the wall time that a person chose and the zone it was meant in; instants are aware UTC.
Its text form is iCalendar (RFC 5545): DTSTART with TZID, RRULE and EXDATE.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import DAILY, WEEKLY, rrule

ZONE = "Asia/Ho_Chi_Minh"
"""The zone of every schedule unless it says otherwise."""

LONGEST_SPAN = timedelta(days=3660)
"""The longest stretch that is expanded at once; a longer one is a slip of the caller."""

_EARLIER = timedelta(days=2)
"""How far before a stretch expansion begins: more than any zone is away from UTC."""

_WALL = "%Y%m%dT%H%M%S"
_INSTANT = "%Y%m%dT%H%M%SZ"


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


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What all rules share: the wall time of a day, the zone, and the days that are left out."""

    at: time
    first: date
    last: date | None = None
    left_out: frozenset[date] = frozenset()
    zone: str = ZONE

    def __post_init__(self) -> None:
        if self.at.tzinfo is not None or self.at.microsecond:
            raise RuleError(f"{self.at!r} is not a wall time in whole seconds")
        if self.last is not None and self.last < self.first:
            raise RuleError(f"the last day {self.last} is before the first day {self.first}")
        _zone(self.zone)


@dataclass(frozen=True, kw_only=True)
class Once(Rule):
    """One day, `first`; `last` is not given."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.last is not None:
            raise RuleError("what happens once has no last day")


@dataclass(frozen=True, kw_only=True)
class Daily(Rule):
    """Every day from `first` to `last`, both included; without `last`, for ever."""


@dataclass(frozen=True, kw_only=True)
class Weekly(Rule):
    """On some weekdays from `first` to `last`, both included; without `last`, for ever."""

    weekdays: frozenset[Weekday]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.weekdays:
            raise RuleError("a weekly rule names at least one weekday")


Recurrence = Once | Daily | Weekly


def once(at: datetime, zone: str = ZONE) -> Once:
    """Return the rule for one instant (aware), or for one wall time of the zone (naive)."""
    wall = at if at.tzinfo is None else at.astimezone(_zone(zone)).replace(tzinfo=None)
    return Once(at=wall.time(), first=wall.date(), zone=zone)


def leave_out(rule: Recurrence, day: date) -> Recurrence:
    """Return the rule without the day (of its own zone)."""
    return replace(rule, left_out=rule.left_out | {day})


def occurrences(rule: Recurrence, since: datetime, until: datetime) -> tuple[datetime, ...]:
    """Return the rule's instants t with since <= t < until, in order, aware UTC.

    A wall time that a clock change skips is taken with the offset before the change; one that comes
    twice is taken the first time (RFC 5545, 3.3.5).
    """
    if since.tzinfo is None or until.tzinfo is None:
        raise ValueError("occurrences are asked for between two aware instants")
    if until - since > LONGEST_SPAN:
        raise ValueError(f"more than {LONGEST_SPAN.days} days asked for at once")
    zone = _zone(rule.zone)
    # no rule counts or steps over weeks, so expansion may begin near the stretch, whatever its age
    begin = max(rule.first, (since.astimezone(zone) - _EARLIER).date())
    end = (until.astimezone(zone) + _EARLIER).date()
    instants = (
        datetime.combine(day, rule.at, zone).astimezone(UTC)
        for day in _days(rule, begin, end)
        if day not in rule.left_out
    )
    return tuple(instant for instant in instants if since <= instant < until)


def to_text(rule: Recurrence) -> str:
    """Return the rule as iCalendar lines joined by newlines; `from_text` reads it back."""
    lines = [f"DTSTART;TZID={rule.zone}:{_wall(rule, rule.first)}"]
    repeats = {Daily: "FREQ=DAILY", Weekly: "FREQ=WEEKLY"}.get(type(rule))
    if repeats is not None:
        parts = [repeats]
        if isinstance(rule, Weekly):
            parts.append("BYDAY=" + ",".join(day.code for day in sorted(rule.weekdays)))
        if rule.last is not None:
            # RFC 5545: where DTSTART has a zone, UNTIL is written in UTC
            last = datetime.combine(rule.last, rule.at, _zone(rule.zone)).astimezone(UTC)
            parts.append("UNTIL=" + last.strftime(_INSTANT))
        lines.append("RRULE:" + ";".join(parts))
    if rule.left_out:
        days = ",".join(_wall(rule, day) for day in sorted(rule.left_out))
        lines.append(f"EXDATE;TZID={rule.zone}:{days}")
    return "\n".join(lines)


def from_text(text: str) -> Recurrence:
    """Read what `to_text` wrote; anything else raises RuleError."""
    match = re.fullmatch(
        r"DTSTART;TZID=(?P<zone>[\w/+-]+):(?P<start>\w+)(?:\nRRULE:(?P<rule>[^\n]+))?"
        r"(?:\nEXDATE;TZID=(?P=zone):(?P<left_out>[\w,]+))?",
        text.replace("\r\n", "\n").strip(),
    )
    if match is None:
        raise RuleError(f"not a rule known here: {text[:200]!r}")
    try:
        return _rule(match["zone"], match["start"], match["rule"], match["left_out"])
    except (KeyError, ValueError) as wrong:
        raise RuleError(f"not a rule known here: {text[:200]!r}") from wrong


def _rule(zone: str, start: str, repeats: str | None, left_out: str | None) -> Recurrence:
    begins = datetime.strptime(start, _WALL)  # noqa: DTZ007 - a wall time; its zone stands beside it
    days = (datetime.strptime(day, _WALL) for day in left_out.split(",")) if left_out else ()  # noqa: DTZ007
    out = frozenset(day.date() for day in days)
    if repeats is None:
        return Once(at=begins.time(), first=begins.date(), left_out=out, zone=zone)
    parts = dict(part.split("=", 1) for part in repeats.split(";"))
    frequency, by_day, until = parts.pop("FREQ"), parts.pop("BYDAY", None), parts.pop("UNTIL", None)
    if parts:
        raise RuleError(f"parts not known here: {sorted(parts)}")
    last = None
    if until is not None:
        last = datetime.strptime(until, _INSTANT).replace(tzinfo=UTC).astimezone(_zone(zone)).date()
    if frequency == "DAILY" and by_day is None:
        return Daily(at=begins.time(), first=begins.date(), last=last, left_out=out, zone=zone)
    if frequency == "WEEKLY" and by_day is not None:
        codes = {day.code: day for day in Weekday}
        named = frozenset(codes[code] for code in by_day.split(","))
        return Weekly(
            at=begins.time(), first=begins.date(), last=last, left_out=out, zone=zone, weekdays=named
        )
    raise RuleError(f"not a frequency known here: {frequency}")


def _days(rule: Recurrence, begin: date, end: date) -> tuple[date, ...]:
    """Return the rule's days from begin to end, both included, before any is left out."""
    if isinstance(rule, Once):
        return (rule.first,) if begin <= rule.first <= end else ()
    stop = end if rule.last is None else min(end, rule.last)
    days = rrule(
        WEEKLY if isinstance(rule, Weekly) else DAILY,
        dtstart=datetime.combine(begin, time()),
        until=datetime.combine(stop, time()),
        byweekday=sorted(rule.weekdays) if isinstance(rule, Weekly) else None,
    )
    return tuple(day.date() for day in days)


def _wall(rule: Recurrence, day: date) -> str:
    return datetime.combine(day, rule.at).strftime(_WALL)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise RuleError(f"no zone is called {name!r}") from wrong
