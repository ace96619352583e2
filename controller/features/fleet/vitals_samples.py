"""Stored form of vitals: each sample for two days, then minimum, mean and maximum of each quarter; pure.

A quarter is a span of 15 minutes, counted since 1970. A day is a UTC day of 96 quarters.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter

from devices.messages import Vitals

QUARTER = timedelta(minutes=15)
QUARTERS_OF_DAY = 96
FIGURES = ("clock_error_ms", "volume", "storage_free", "signal_dbm", "temperature_c", "battery_percent")
"""What is kept of vitals, in this order; a figure that a node does not tell is left empty."""
EXPECTED = 30
"""Samples in a quarter of a node that is well: one about each 30 s."""
_QUARTER_S = int(QUARTER.total_seconds())
_figures_of = attrgetter(*FIGURES)
_DECIMALS = 2
Figure = tuple[float, float, float]
"""Minimum, mean and maximum."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One set of vitals: the second within its quarter, whether audio was playing, and the figures."""

    second: int
    sounding: bool
    figures: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Thinned:
    """Summary of a quarter: number of samples, number of them while audio was playing, and the figures."""

    samples: int
    sounding: int
    figures: tuple[Figure | None, ...]


def quarter_of(at: datetime) -> int:
    """Return the number of the quarter in which an instant lies."""
    return _seconds(at) // _QUARTER_S


def start_of(quarter: int) -> datetime:
    """Return the instant at which a quarter begins."""
    return datetime.fromtimestamp(quarter * QUARTER.total_seconds(), UTC)


def first_quarter(day: date) -> int:
    """Return the first quarter of a UTC day."""
    return quarter_of(datetime(day.year, day.month, day.day, tzinfo=UTC))


def written(vitals: Vitals, at: datetime) -> str:
    """Return one sample in the text form that is appended to its quarter: second, sounding, figures."""
    second = _seconds(at) % _QUARTER_S
    sounding = "1" if vitals.sounding else ""
    return f"{second},{sounding},{','.join([_short(value) for value in _figures_of(vitals)])};"


def read(text: str) -> list[Sample]:
    """Return the samples of a quarter in order of arrival."""
    found = []
    for line in text.split(";"):
        if line:
            second, sounding, *figures = line.split(",")
            kept = tuple(float(figure) if figure else None for figure in figures)
            found.append(Sample(int(second), sounding == "1", kept))
    return found


def thin(text: str) -> Thinned:
    """Return the summary of a quarter's samples."""
    lines = [line.split(",") for line in text.split(";") if line]
    _, sounding, *columns = zip(*lines, strict=True)
    return Thinned(len(lines), sounding.count("1"), tuple(map(_figure, columns)))


def count_written(text: str) -> int:
    """Return the number of a quarter's samples."""
    return text.count(";")


def pack(quarters: Mapping[int, Thinned]) -> bytes:
    """Return a day's thinned quarters (numbers 0 to 95) packed into a few hundred bytes."""
    content = [
        [number, one.samples, one.sounding, *(one.figures)] for number, one in sorted(quarters.items())
    ]
    return zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 9)


def unpack(packed: bytes) -> dict[int, Thinned]:
    """Return the quarters that were given to `pack`."""
    return {
        number: Thinned(samples, sounding, tuple(figure and tuple(figure) for figure in figures))
        for number, samples, sounding, *figures in json.loads(zlib.decompress(packed))
    }


def count_packed(packed: bytes) -> dict[int, int]:
    """Return the number of samples of each quarter that was given to `pack`."""
    return {number: samples for number, samples, *_ in json.loads(zlib.decompress(packed))}


class Presence:
    """Share of the expected samples that arrived, for a strip of a node's days."""

    THERE, PARTLY, AWAY = "there", "partly", "away"


def is_there(samples: int, quarters: int = 1) -> bool:
    """Whether at least half of the samples arrived that so many quarters should have."""
    return samples >= quarters * EXPECTED / 2


def strip(quarters: Mapping[int, int], since: int, until: int, cell: int) -> list[str]:
    """Return `there`, `partly` or `away` for each cell of so many quarters, by the samples that arrived."""
    words = []
    for begins in range(since, until, cell):
        span = range(begins, min(begins + cell, until))
        came = sum(min(quarters.get(quarter, 0), EXPECTED) for quarter in span)
        if came == 0:
            words.append(Presence.AWAY)
        else:
            words.append(Presence.THERE if is_there(came, len(span)) else Presence.PARTLY)
    return words


def _figure(texts: Iterable[str]) -> Figure | None:
    kept = [float(text) for text in texts if text]
    if not kept:
        return None
    return min(kept), round(sum(kept) / len(kept), _DECIMALS), max(kept)


@lru_cache(maxsize=64)
def _seconds(at: datetime) -> int:
    """Return the seconds since 1970; remembered, because the vitals of one turn came at one instant."""
    return int(at.timestamp())


@lru_cache(maxsize=8_192)
def _short(value: float | None) -> str:
    """Return a figure as it is kept; remembered, because most figures of nodes are among few values."""
    if isinstance(value, int):
        return str(value)
    return "" if value is None else f"{round(value, _DECIMALS):g}" if abs(value) < 1e5 else f"{value:.0f}"  # noqa: PLR2004 - %g keeps six digits
