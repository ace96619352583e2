"""Counts what was heard, by month, area, topic, act and bulletin; pure. All formats use the same table."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from controller.features.reports.entries import AiredInArea
from devices.ids import AiringId, NodeId

_MINUTE_MS = 60_000
_DIGITS = 2
"""Of minutes and percents: seconds of a month's minutes say nothing."""

Cell = str | int | float | None


class Group(StrEnum):
    """The group that a row of figures belongs to."""

    TOTAL = "total"
    MONTH = "month"
    AREA = "area"
    TOPIC = "topic"
    LEGAL_ACT = "legal-act"
    BULLETIN = "bulletin"


@dataclass(slots=True)
class Figures:
    """Figures of what was planned and heard; each node and each airing counts once."""

    airings: set[AiringId] = field(default_factory=set)
    airings_heard: set[AiringId] = field(default_factory=set)
    nodes: set[NodeId] = field(default_factory=set)
    nodes_heard: set[NodeId] = field(default_factory=set)
    planned_ms: int = 0
    heard_ms: int = 0

    def add(self, one: AiredInArea) -> None:
        """Add an area's part."""
        self.airings |= one.airings
        self.airings_heard |= one.airings_heard
        self.nodes |= one.nodes
        self.nodes_heard |= one.nodes_heard
        self.planned_ms += one.planned_ms
        self.heard_ms += one.heard_ms

    def cells(self) -> tuple[Cell, ...]:
        """Return the figures in column order; a share is None if nothing was planned."""
        return (
            len(self.airings),
            len(self.airings_heard),
            len(self.nodes),
            len(self.nodes_heard),
            _share(len(self.nodes_heard), len(self.nodes)),
            round(self.planned_ms / _MINUTE_MS, _DIGITS),
            round(self.heard_ms / _MINUTE_MS, _DIGITS),
            _share(self.heard_ms, self.planned_ms),
        )


COLUMNS: Mapping[str, str] = {
    "group": "Nhóm",
    "code": "Mã",
    "name": "Tên",
    "airings": "Lượt phát",
    "airings_heard": "Lượt có loa phát",
    "nodes": "Cụm loa",
    "nodes_heard": "Cụm loa đã phát",
    "percent_of_nodes": "% cụm loa",
    "minutes_planned": "Phút dự kiến",
    "minutes_heard": "Phút đã phát",
    "percent_of_minutes": "% số phút",
}
"""A table's columns, for programs and for people; minutes are summed over loudspeaker clusters."""

GROUPS: Mapping[Group, str] = {
    Group.TOTAL: "Tổng cộng",
    Group.MONTH: "Tháng",
    Group.AREA: "Địa bàn",
    Group.TOPIC: "Chủ đề",
    Group.LEGAL_ACT: "Văn bản pháp luật",
    Group.BULLETIN: "Bản tin",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A report: rows as `COLUMNS` names them, the first of which is the total."""

    title: str
    subtitle: str
    rows: tuple[tuple[Cell, ...], ...]

    def records(self) -> Iterator[dict[str, Cell]]:
        """Yield each row as a JSON record."""
        names = tuple(COLUMNS)
        return (dict(zip(names, row, strict=True)) for row in self.rows)


Named = tuple[str, str]
"""Code and name of what a row is of."""
NO_TOPIC: Named = ("", "Chưa chọn chủ đề")
Place = Callable[[AiredInArea], Iterable[Named]]
"""Where an entry counts: nowhere, in one row, or (a bulletin on two acts) in several."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way to group: the kind of group, and the function that gives an entry's group."""

    group: Group
    place: Place


def by_month(one: AiredInArea) -> Iterable[Named]:
    """Return the month of the planned start."""
    return [(one.month, f"Tháng {int(one.month[5:])}/{one.month[:4]}")]


def by_topic(one: AiredInArea) -> Iterable[Named]:
    """Return the topic; entries without one form a group too, so that the rows add up to the total."""
    return [NO_TOPIC if one.topic is None else (one.topic, one.topic_name or one.topic)]


def by_legal_act(one: AiredInArea) -> Iterable[Named]:
    """Return the legal act that the bulletin refers to, if any."""
    return [] if one.legal_act is None else [("", one.legal_act)]


def by_bulletin(one: AiredInArea) -> Iterable[Named]:
    """Return the bulletin."""
    return [(one.bulletin, one.title)]


def table(
    aired: Iterable[AiredInArea], groupings: Sequence[Grouping], *, title: str, subtitle: str, place: Named
) -> Table:
    """Count all entries in one pass; the rows of a group are sorted by code."""
    total = Figures()
    counted: list[dict[Named, Figures]] = [{} for _ in groupings]
    for one in aired:
        total.add(one)
        for rows, grouping in zip(counted, groupings, strict=True):
            for named in grouping.place(one):
                rows.setdefault(named, Figures()).add(one)
    told = [_row(Group.TOTAL, place, total)]
    for found, grouping in zip(counted, groupings, strict=True):
        told += [_row(grouping.group, named, found[named]) for named in sorted(found)]
    return Table(title, subtitle, tuple(told))


def _row(group: Group, named: Named, figures: Figures) -> tuple[Cell, ...]:
    return (group, *named, *figures.cells())


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, _DIGITS) if whole else None
