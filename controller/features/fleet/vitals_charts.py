"""Charts of a node's last day and month: strips of presence, and a line for each figure; pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from controller.features.fleet.vitals_samples import (
    FIGURES,
    QUARTERS_OF_DAY,
    Presence,
    Thinned,
    is_there,
    quarter_of,
    start_of,
    strip,
)
from controller.http.charts import WIDTH, lines
from controller.http.signs import StatusTone
from controller.http.words import clock, number, said_day
from controller.model.local_time import ZONE

_NAMES = {
    "clock_error_ms": ("Sai số đồng hồ", "ms"),
    "signal_dbm": ("Tín hiệu", "dBm"),
    "temperature_c": ("Nhiệt độ trong tủ", "°C"),
    "battery_percent": ("Ắc quy", "%"),
}
"""Figures that have a line, in this order; volume and storage hardly ever move."""
_PRESENCE = {
    Presence.THERE: (StatusTone.GOOD, "có liên lạc"),
    Presence.PARTLY: (StatusTone.WARN, "liên lạc chập chờn"),
    Presence.AWAY: (StatusTone.BAD, "không có liên lạc"),
}
_GAP = timedelta(minutes=30)
"""A line is drawn over a missing quarter, not over a longer silence."""
CELL = 2
"""Quarters in a cell of the strip: half an hour is wide enough to be touched on a telephone."""
DAYS = 30
_NEW = "mới thêm, chưa có số liệu"
_WELL = 0.98
"""A day with two quarters missing is a good one: a station that starts anew hears nothing for a moment."""


@dataclass(frozen=True, slots=True)
class StripCell:
    """Half an hour of the day's strip, or a day of the month's."""

    x: float
    width: float
    tone: StatusTone
    words: str


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure over the day: its name, SVG points of each part without gaps, and the range in words."""

    name: str
    parts: tuple[str, ...]
    lowest: str
    highest: str
    newest: str


@dataclass(frozen=True, slots=True)
class VitalsChart:
    """What the page draws."""

    cells: tuple[StripCell, ...]
    lines: tuple[FigureLine, ...]
    share: str
    """How much of the day the node was there, in words."""


@dataclass(frozen=True, slots=True)
class Month:
    """The strip of the last days, oldest first; no cells for days before the node was enrolled."""

    cells: tuple[StripCell, ...]
    share: str


def month_shown(samples: Mapping[int, int], until: int, enrolled_at: datetime) -> Month:
    """Return one cell for each of the last days up to a quarter, including today.

    `samples`: the number of them in each quarter.
    """
    if _is_too_new(samples, until, enrolled_at):
        return Month((), _NEW)
    today = start_of(until - 1).astimezone(ZONE).date()
    first = quarter_of(enrolled_at)
    step = WIDTH / DAYS
    cells, there, asked = [], 0, 0
    for place in range(DAYS):
        day = today - timedelta(days=DAYS - 1 - place)
        begins, ends = max(_midnight(day), first), min(_midnight(day + timedelta(days=1)), until)
        if begins >= ends:
            continue
        well = sum(is_there(samples.get(quarter, 0)) for quarter in range(begins, ends))
        # the quarter in which the node was enrolled is never full: the samples received count as all of them
        well += begins == first and samples.get(first, 0) > 0 and not is_there(samples[first])
        there, asked = there + well, asked + ends - begins
        share = well / (ends - begins)
        tone = StatusTone.GOOD if share >= _WELL else StatusTone.WARN if share else StatusTone.BAD
        cells.append(
            StripCell(round(place * step, 1), round(step - 2, 1), tone, f"{said_day(day)}: {_share(share)}")
        )
    return Month(tuple(cells), _share(there / asked if asked else 1))


def month_begins(until: int) -> int:
    """Return the first quarter that `month_shown` looks at."""
    today = start_of(until - 1).astimezone(ZONE).date()
    return _midnight(today - timedelta(days=DAYS - 1))


def _is_too_new(quarters: Mapping[int, object], until: int, enrolled_at: datetime) -> bool:
    """Return whether the first figures are still to come: they are kept by the quarter of an hour."""
    return not quarters and quarter_of(enrolled_at) >= until - CELL


def _midnight(day: date) -> int:
    return quarter_of(datetime.combine(day, time(), ZONE))


def _share(part: float) -> str:
    """Percentage, rounded down: 99.6 % must not show as 100 %."""
    return f"có liên lạc {number(math.floor(100 * part))}% thời gian"


def day_shown(quarters: Mapping[int, Thinned], until: int, enrolled_at: datetime) -> VitalsChart:
    """Return the chart of the day before a quarter; no cells for hours before the node was enrolled."""
    if _is_too_new(quarters, until, enrolled_at):
        return VitalsChart((), (), _NEW)
    since = until - QUARTERS_OF_DAY
    words = strip({quarter: one.samples for quarter, one in quarters.items()}, since, until, CELL)
    first = max(0, (min(quarter_of(enrolled_at), until - 1) - since) // CELL)
    known = words[first:]
    there = sum(word != Presence.AWAY for word in known)
    return VitalsChart(
        tuple(_cells(words, since, first)),
        tuple(_lines(quarters, since, until)),
        f"có liên lạc {number(100 * there / len(known))}% thời gian",
    )


def _cells(words: Sequence[str], since: int, first: int) -> list[StripCell]:
    step = WIDTH / len(words)
    found = []
    for place, word in enumerate(words):
        if place < first:
            continue
        is_new = place == first and first > 0 and word == Presence.PARTLY
        tone, said = _PRESENCE[Presence.THERE if is_new else word]
        begins = start_of(since + place * CELL)
        ends = begins + CELL * timedelta(minutes=15)
        words_here = f"{clock(begins)}–{clock(ends)}: {said}"
        found.append(StripCell(round(place * step, 1), round(step - 1.5, 1), tone, words_here))
    return found


def _lines(quarters: Mapping[int, Thinned], since: int, until: int) -> list[FigureLine]:
    found = []
    for figure, (name, unit) in _NAMES.items():
        place = FIGURES.index(figure)
        told = [
            (quarter, values) for quarter, one in sorted(quarters.items()) if (values := one.figures[place])
        ]
        if not told:
            continue
        points = [(start_of(quarter), values[1]) for quarter, values in told]
        found.append(
            FigureLine(
                f"{name} ({unit})",
                tuple(lines(points, start_of(since), start_of(until), longest_gap=_GAP)),
                number(min(values[0] for _, values in told), 1),
                number(max(values[2] for _, values in told), 1),
                number(told[-1][1][1], 1),
            )
        )
    return found
