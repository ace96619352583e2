"""A node's last day as a page draws it: a strip of half hours, a line for each figure that it told; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from controller.fleet.samples import FIGURES, QUARTERS_OF_DAY, Presence, Thinned, start_of, strip
from controller.web.charts import WIDTH, lines
from controller.web.views import Tone
from controller.web.words import clock, number

_NAMES = {
    "clock_error_ms": ("Sai số đồng hồ", "ms"),
    "signal_dbm": ("Tín hiệu", "dBm"),
    "temperature_c": ("Nhiệt độ trong tủ", "°C"),
    "battery_percent": ("Ắc quy", "%"),
}
"""Figures that have a line, in this order; volume and storage hardly ever move."""
_PRESENCE = {
    Presence.THERE: (Tone.GOOD, "có liên lạc"),
    Presence.PARTLY: (Tone.WARN, "liên lạc chập chờn"),
    Presence.AWAY: (Tone.BAD, "không có liên lạc"),
}
_GAP = timedelta(minutes=30)
"""A line is drawn over a missing quarter, not over a longer silence."""
CELL = 2
"""Quarters in a cell of the strip: half an hour is wide enough to be touched on a telephone."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Half an hour of the strip."""

    x: float
    width: float
    tone: Tone
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One figure over the day: its name, SVG points of each unbroken part, and the range in words."""

    name: str
    parts: tuple[str, ...]
    lowest: str
    highest: str
    newest: str


@dataclass(frozen=True, slots=True)
class Day:
    """What the page draws."""

    cells: tuple[Cell, ...]
    lines: tuple[Line, ...]
    share: str
    """How much of the day the node was there, in words."""


def day_shown(quarters: Mapping[int, Thinned], until: int) -> Day:
    """Return the day before a quarter, drawn."""
    since = until - QUARTERS_OF_DAY
    words = strip({quarter: one.samples for quarter, one in quarters.items()}, since, until, CELL)
    there = sum(word != Presence.AWAY for word in words)
    return Day(
        tuple(_cells(words, since)),
        tuple(_lines(quarters, since, until)),
        f"có liên lạc {number(100 * there / len(words))}% thời gian",
    )


def _cells(words: Sequence[str], since: int) -> list[Cell]:
    step = WIDTH / len(words)
    found = []
    for place, word in enumerate(words):
        tone, said = _PRESENCE[word]
        begins = start_of(since + place * CELL)
        ends = begins + CELL * timedelta(minutes=15)
        words_here = f"{clock(begins)}–{clock(ends)}: {said}"
        found.append(Cell(round(place * step, 1), round(step - 1.5, 1), tone, words_here))
    return found


def _lines(quarters: Mapping[int, Thinned], since: int, until: int) -> list[Line]:
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
            Line(
                f"{name} ({unit})",
                tuple(lines(points, start_of(since), start_of(until), longest_gap=_GAP)),
                number(min(values[0] for _, values in told), 1),
                number(max(values[2] for _, values in told), 1),
                number(told[-1][1][1], 1),
            )
        )
    return found
