"""Text form of a rule: the date properties of iCalendar (RFC 5545), as in a VEVENT.

DTSTART with TZID, RRULE, RDATE and EXDATE; then, for each occurrence that a person changed, a RECURRENCE-ID
with the wall time that the rule gave it, followed by its new DTSTART or by STATUS:CANCELLED.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from schedules.recurrence import (
    ZONE,
    Daily,
    MonthlyByDay,
    MonthlyByWeekday,
    Once,
    Recurrence,
    RuleError,
    Weekday,
    Weekly,
)

_WALL = "%Y%m%dT%H%M%S"
_INSTANT = "%Y%m%dT%H%M%SZ"
_CANCELLED = "STATUS:CANCELLED"
_OURS = f"DTSTART;TZID={ZONE}:"
_DATE_LINE = re.compile(r"(DTSTART|RDATE|EXDATE|RECURRENCE-ID);TZID=([\w/+-]+):([\dT,]+)")
_NTH = re.compile(r"(-?\d)([A-Z]{2})")
_CODES = {day.code: day for day in Weekday}
_LONGEST = 200_000
"""Characters of a text; the most dates that a rule may have are some 100,000."""


def to_text(rule: Recurrence) -> str:
    """Return the rule as iCalendar lines joined by newlines; `from_text` reads it back."""
    zone = rule.zone
    lines = [_dates("DTSTART", zone, [datetime.combine(rule.first, rule.at)])]
    repeats = _repeats(rule)
    if repeats:
        lines.append("RRULE:" + ";".join([*repeats, *_end(rule)]))
    if rule.added:
        lines.append(_dates("RDATE", zone, rule.added))
    if rule.left_out:
        lines.append(_dates("EXDATE", zone, (datetime.combine(day, rule.at) for day in rule.left_out)))
    for wall, to in sorted(rule.moved):
        lines += [_dates("RECURRENCE-ID", zone, [wall]), _dates("DTSTART", zone, [to])]
    for wall in sorted(rule.cancelled):
        lines += [_dates("RECURRENCE-ID", zone, [wall]), _CANCELLED]
    return "\n".join(lines)


@lru_cache(maxsize=4096)
def from_text(text: str) -> Recurrence:
    """Read what `to_text` wrote (folded lines and CRLF, too); anything else raises RuleError."""
    if len(text) > _LONGEST:
        raise RuleError(f"a rule of {len(text)} characters is too long")
    try:
        return _read(re.sub(r"\r?\n[ \t]", "", text).strip().splitlines())
    except (KeyError, ValueError) as wrong:
        raise RuleError(f"not a rule known here: {text[:200]!r}") from wrong


def only_time_of(text: str) -> time | None:
    """Return the time of day of all that a rule names, without reading the rule.

    None: single occurrences have other times, or its zone is not that of all schedules.
    """
    if not text.startswith(_OURS) or "RDATE" in text or "RECURRENCE-ID" in text:
        return None
    at = text[len(_OURS) + 9 : len(_OURS) + 15]
    return time(int(at[:2]), int(at[2:4]), int(at[4:]))


def _repeats(rule: Recurrence) -> list[str]:
    match rule:
        case Daily():
            return ["FREQ=DAILY"]
        case Weekly():
            return ["FREQ=WEEKLY", "BYDAY=" + ",".join(day.code for day in sorted(rule.weekdays))]
        case MonthlyByDay():
            return ["FREQ=MONTHLY", "BYMONTHDAY=" + ",".join(str(day) for day in sorted(rule.days))]
        case MonthlyByWeekday():
            return ["FREQ=MONTHLY", f"BYDAY={rule.nth}{rule.weekday.code}"]
        case _:
            return []


def _end(rule: Recurrence) -> list[str]:
    if rule.times is not None:
        return [f"COUNT={rule.times}"]
    if rule.last is not None:
        # RFC 5545: where DTSTART has a zone, UNTIL is written in UTC
        last = datetime.combine(rule.last, rule.at, ZoneInfo(rule.zone)).astimezone(UTC)
        return ["UNTIL=" + last.strftime(_INSTANT)]
    return []


def _dates(name: str, zone: str, walls: Iterable[datetime]) -> str:
    return f"{name};TZID={zone}:" + ",".join(wall.strftime(_WALL) for wall in sorted(walls))


def _read(lines: list[str]) -> Recurrence:
    """Return the rule of unfolded lines; ValueError or KeyError for what is not known."""
    firsts = [place for place, line in enumerate(lines) if line.startswith("RECURRENCE-ID")]
    own = lines[: firsts[0]] if firsts else lines
    zone, (start,) = _walls(own[0] if own else "", "DTSTART")
    shared: dict[str, Any] = {"at": start.time(), "first": start.date(), "zone": zone}
    repeats: dict[str, str] = {}
    for line in own[1:]:
        name = re.split(r"[;:]", line, maxsplit=1)[0]
        if name == "RRULE" and not repeats:
            repeats = _parts(line.removeprefix("RRULE:"))
        elif name == "RDATE" and "added" not in shared:
            shared["added"] = frozenset(_in_zone(line, name, zone))
        elif name == "EXDATE" and "left_out" not in shared:
            shared["left_out"] = _days_of(_in_zone(line, name, zone), start.time())
        else:
            raise ValueError(f"a line that is not known, or comes twice: {line}")
    shared |= _changed(lines[len(own) :], zone)
    return _rule(shared, repeats)


def _changed(lines: list[str], zone: str) -> dict[str, Any]:
    """Return the occurrences that a person changed, from pairs of lines."""
    moved, cancelled = set(), set()
    for named, change in zip(lines[::2], lines[1::2], strict=True):
        (wall,) = _in_zone(named, "RECURRENCE-ID", zone)
        if change == _CANCELLED:
            cancelled.add(wall)
        else:
            (to,) = _in_zone(change, "DTSTART", zone)
            moved.add((wall, to))
    return {"moved": frozenset(moved), "cancelled": frozenset(cancelled)}


def _parts(text: str) -> dict[str, str]:
    pairs = [part.split("=", 1) for part in text.split(";")]
    parts = {name: value for name, value in pairs}  # noqa: C416 - a pair that is none is refused here
    if len(parts) != len(pairs):
        raise ValueError("a part comes twice")
    return parts


def _rule(shared: dict[str, Any], repeats: dict[str, str]) -> Recurrence:
    if not repeats:
        return Once(**shared)
    if "UNTIL" in repeats:
        last = datetime.strptime(repeats.pop("UNTIL"), _INSTANT).replace(tzinfo=UTC)
        shared["last"] = last.astimezone(ZoneInfo(shared["zone"])).date()
    if "COUNT" in repeats:
        shared["times"] = int(repeats.pop("COUNT"))
    match repeats:
        case {"FREQ": "DAILY", **rest} if not rest:
            return Daily(**shared)
        case {"FREQ": "WEEKLY", "BYDAY": days, **rest} if not rest:
            return Weekly(**shared, weekdays=frozenset(_CODES[code] for code in days.split(",")))
        case {"FREQ": "MONTHLY", "BYMONTHDAY": days, **rest} if not rest:
            return MonthlyByDay(**shared, days=frozenset(int(day) for day in days.split(",")))
        case {"FREQ": "MONTHLY", "BYDAY": day, **rest} if not rest:
            found = _NTH.fullmatch(day)
            if found is None:
                raise ValueError(f"not a weekday of a month: {day}")
            return MonthlyByWeekday(**shared, nth=int(found[1]), weekday=_CODES[found[2]])
    raise ValueError(f"not a repetition known here: {repeats}")


def _walls(line: str, name: str) -> tuple[str, tuple[datetime, ...]]:
    found = _DATE_LINE.fullmatch(line)
    if found is None or found[1] != name:
        raise ValueError(f"not a {name}: {line}")
    # a wall time is naive; its zone stands beside it
    return found[2], tuple(datetime.strptime(wall, _WALL) for wall in found[3].split(","))  # noqa: DTZ007


def _in_zone(line: str, name: str, zone: str) -> Iterator[datetime]:
    there, walls = _walls(line, name)
    if there != zone:
        raise ValueError(f"{name} is in another zone")
    yield from walls


def _days_of(walls: Iterable[datetime], at: time) -> frozenset[date]:
    found = set()
    for wall in walls:
        if wall.time() != at:
            raise ValueError("EXDATE names another time than the rule's")
        found.add(wall.date())
    return frozenset(found)
