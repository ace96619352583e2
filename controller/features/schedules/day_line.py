"""A day of one commune as a line of 24 hours: where everything stands on it, and what it says in words.

Nothing here asks the database; line_queries.py does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from controller.features.airings.queries import Reach
from controller.features.airings.views import turns_words
from controller.http.signs import Sign
from controller.model.local_time import ZONE
from devices.ids import Grade
from devices.plan import counted_spans
from devices.statements import Policy
from schedules.turns import whole_ms

MINUTES = 1440
TALL = 100.0
"""Height of the drawing in its own units; the page scales both directions on their own."""
_LANES = 3
"""What overlaps lies side by side, so many at most; more are drawn over the last."""
_LEAST_WIDE = 4.0
"""Minutes: a bulletin of one minute is still seen on a telephone."""
LEAST_GAP = timedelta(hours=1)
"""A shorter silence between two airings is not worth a line of words."""
_PARTS = ((11, "Sáng"), (13, "Trưa"), (18, "Chiều"), (24, "Tối"))
_MINUTE = timedelta(minutes=1)
_MILLISECOND = timedelta(milliseconds=1)


class LineFate(StrEnum):
    """What became of an airing, or will: each has a shape of its own on the line."""

    HEARD = "heard"
    SOUNDS = "sounds"
    COMES = "comes"
    EXPECTED = "expected"  # no airing is made yet
    WAITS = "waits"  # for an approval or a yes: silent as it stands
    LOST = "lost"
    STOPPED = "stopped"  # by a person, after it began


_BEGUN = frozenset({LineFate.HEARD, LineFate.SOUNDS, LineFate.STOPPED})


@dataclass(frozen=True, slots=True)
class LineEntry:
    """One airing of the commune, or an occurrence of a schedule without an airing yet.

    `length` None: not spoken yet. `moves_by`: the address of the form that moves it; empty if it stays.
    """

    key: str
    starts_at: datetime
    length: timedelta | None
    title: str
    sign: Sign
    fate: LineFate
    grade: Grade
    href: str
    reach: Reach | None = None
    reason: str | None = None
    moves_by: str = ""
    original_at: datetime | None = None
    turns: int = 1
    """In how many turns its loudspeakers speak; `length` is that of one."""

    @property
    def ends_at(self) -> datetime:
        """When its last turn ends; a minute later than it starts, where its length is not known."""
        if self.length is None:
            return self.starts_at + _MINUTE
        return self.starts_at + whole_ms(self.length // _MILLISECOND, self.turns) * _MILLISECOND

    @property
    def turns_words(self) -> str:
        """Return “4 lượt, 05:00 đến 05:14”."""
        return turns_words(self.turns, self.starts_at, None if self.length is None else self.ends_at)

    @property
    def minute(self) -> int:
        """Minutes after midnight at which it starts."""
        local = self.starts_at.astimezone(ZONE)
        return local.hour * 60 + local.minute

    @property
    def heard_words(self) -> str:
        """Return “2/2 loa đã đọc hết”, or what else is known; empty where nobody can know yet."""
        told = self.reach
        if told is None or not told.nodes or self.fate not in {*_BEGUN, LineFate.LOST}:
            return ""
        if self.fate is LineFate.SOUNDS:
            return f"{told.sounding}/{told.nodes} loa đang đọc"
        share = told.percent_heard
        part = "" if told.finished >= told.nodes or share is None else f", nghe được {share}% thời lượng"
        return f"{told.finished}/{told.nodes} loa đã đọc hết{part}"


@dataclass(frozen=True, slots=True)
class LineBox:
    """A rectangle of the drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class DrawnEntry:
    """An entry with its place: `heard` is the part of its box that stands for how much was heard."""

    entry: LineEntry
    box: LineBox
    heard: LineBox | None
    meets: bool


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much of the day's minutes is planned; the strictest policy counts."""

    minutes: int
    used: timedelta

    @property
    def left(self) -> int:
        """Whole minutes that are left, never negative."""
        return max(0, self.minutes - -(-self.used // _MINUTE))

    @property
    def is_over(self) -> bool:
        """Whether more is planned than may sound."""
        return self.used > timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day as it is drawn and told."""

    day: date
    is_today: bool
    drawn: tuple[DrawnEntry, ...]
    quiet: tuple[LineBox, ...]
    now: int | None
    """Minutes after midnight, on today's line."""
    allowance: Allowance | None

    @property
    def rows(self) -> list[tuple[DrawnEntry | None, timedelta]]:
        """Return the entries in order, and between them silences of an hour or more: None and the length."""
        found: list[tuple[DrawnEntry | None, timedelta]] = []
        end: datetime | None = None
        for one in self.drawn:
            gap = timedelta() if end is None else one.entry.starts_at - end
            if gap >= LEAST_GAP:
                found.append((None, gap))
            found.append((one, timedelta()))
            end = max(end or one.entry.ends_at, one.entry.ends_at)
        return found

    @property
    def summary(self) -> str:
        """Return in words what the drawing shows, for who does not see it."""
        if not self.drawn:
            return "Không có lượt phát nào."
        times = ", ".join(f"{one.entry.starts_at.astimezone(ZONE):%H:%M}" for one in self.drawn)
        return f"{len(self.drawn)} lượt phát: {times}."


def draw_day(
    day: date,
    entries: Iterable[LineEntry],
    policies: Sequence[Policy],
    now: datetime,
) -> DayLine:
    """Return the line of a day; its entries are those that start on it."""
    ordered = sorted(entries, key=lambda one: (one.starts_at, one.key))
    lanes = _lanes(ordered)
    local = now.astimezone(ZONE)
    is_today = local.date() == day
    return DayLine(
        day,
        is_today,
        tuple(_drawn(one, lane, count) for one, (lane, count) in zip(ordered, lanes, strict=True)),
        tuple(_quiet(policies)),
        local.hour * 60 + local.minute if is_today else None,
        allowance_of(ordered, policies),
    )


def allowance_of(entries: Iterable[LineEntry], policies: Sequence[Policy]) -> Allowance | None:
    """Return what the strictest policy leaves of the day, counted as loudspeakers do; None: no limit."""
    minutes = min((policy.minutes_a_day for policy in policies), default=MINUTES)
    if minutes >= MINUTES:
        return None
    spans = [
        (one.starts_at, one.starts_at + one.length, one.grade is Grade.EMERGENCY)
        for one in entries
        if one.fate not in {LineFate.LOST, LineFate.STOPPED} and one.length is not None
    ]
    used = sum((ends - begins for begins, ends in counted_spans(spans)), timedelta())
    return Allowance(minutes, used)


def heard_sentence(days: Sequence[DayLine], now: datetime) -> str:
    """Return “Sáng nay 2/2 loa đã đọc hết.”: what was heard today, by parts of the day."""
    today = next((line for line in days if line.is_today), None)
    over = [one.entry for one in today.drawn if one.entry.ends_at <= now] if today is not None else []
    told = {part: [one for one in over if _part(one.starts_at) == part] for _, part in _PARTS}
    said = [_of_part(part, entries) for part, entries in told.items() if entries]
    return " ".join(one for one in said if one)


def _of_part(part: str, entries: Sequence[LineEntry]) -> str:
    reaches = [one.reach for one in entries if one.fate is LineFate.HEARD and one.reach and one.reach.nodes]
    lost = [one for one in entries if one.fate is LineFate.LOST]
    missed = f" «{lost[0].title}» không phát được." if lost else ""
    if not reaches:
        return f"{part} nay chưa đọc được gì:{missed}" if missed else ""
    weakest = min(reaches, key=lambda one: one.finished / one.nodes)
    what = "" if len(reaches) == 1 else f" cả {len(reaches)} lượt"
    if weakest.finished >= weakest.nodes:
        return f"{part} nay {weakest.nodes}/{weakest.nodes} loa đã đọc hết{what}.{missed}"
    which = next(one for one in entries if one.reach is weakest)
    of = "" if len(reaches) == 1 else f" «{which.title}»"
    return f"{part} nay chỉ {weakest.finished}/{weakest.nodes} loa đã đọc hết{of}.{missed}"


def _part(at: datetime) -> str:
    hour = at.astimezone(ZONE).hour
    return next(word for until, word in _PARTS if hour < until)


def _drawn(one: LineEntry, lane: int, lanes: int) -> DrawnEntry:
    wide = max(_LEAST_WIDE, (one.ends_at - one.starts_at) / _MINUTE)
    x = min(float(one.minute), MINUTES - _LEAST_WIDE)
    tall = TALL / lanes
    box = LineBox(x, round(lane * tall, 1), round(min(wide, MINUTES - x), 1), round(tall, 1))
    heard = None
    if one.fate in _BEGUN and one.reach is not None and one.reach.nodes:
        told = one.reach.sounding if one.fate is LineFate.SOUNDS else one.reach.finished
        high = round(tall * min(1.0, told / one.reach.nodes), 1)
        heard = LineBox(x, round(box.y + tall - high, 1), box.width, high) if high else None
    return DrawnEntry(one, box, heard, meets=lanes > 1)


def _lanes(ordered: Sequence[LineEntry]) -> list[tuple[int, int]]:
    """Return for each entry its lane, and how many lanes the entries have that overlap in a row with it."""
    found: list[tuple[int, int]] = []
    group: list[int] = []
    ends: list[datetime] = []
    for one in ordered:
        if ends and one.starts_at >= max(ends):
            found += [(lane, len(ends)) for lane in group]
            group, ends = [], []
        free = next((lane for lane, end in enumerate(ends) if end <= one.starts_at), len(ends))
        lane = min(free, _LANES - 1)
        ends[lane : lane + 1] = [max(one.ends_at, ends[lane]) if lane < len(ends) else one.ends_at]
        group.append(lane)
    return found + [(lane, len(ends)) for lane in group]


def _quiet(policies: Iterable[Policy]) -> list[LineBox]:
    """Return the quiet hours of all policies, those over midnight in two parts, joined where they overlap."""
    spans: list[tuple[int, int]] = []
    for policy in policies:
        for hours in policy.quiet_hours:
            begins, ends = _minute(hours.begins), _minute(hours.ends)
            spans += [(begins, ends)] if begins < ends else [(begins, MINUTES), (0, ends)]
    points = sorted({0, MINUTES, *(point for span in spans for point in span)})
    boxes: list[LineBox] = []
    for begins, ends in pairwise(points):
        if not any(since <= begins and ends <= until for since, until in spans):
            continue
        if boxes and boxes[-1].x + boxes[-1].width == begins:
            last = boxes.pop()
            begins = int(last.x)  # noqa: PLW2901 - the two are one
        boxes.append(LineBox(float(begins), 0.0, float(ends - begins), TALL))
    return boxes


def _minute(wall: str) -> int:
    at = time.fromisoformat(wall)
    return at.hour * 60 + at.minute
