"""JSON shapes for monitoring nodes: faults, care, events and the history of vitals."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.features.fleet.events import EventKind
from controller.features.fleet.faults import FaultKind
from controller.features.fleet.status import NodeStatus
from controller.http.schemas import Code, Command, View


class FaultShown(View):
    """One fault."""

    kind: FaultKind
    sentence: str
    figure: str = Field(description="What was measured, with its unit; empty where nothing was.")
    since: datetime | None


class CareShown(View):
    """The assignee of a node, and which kinds of faults were seen."""

    assignee: str | None = Field(description="Sign-in name.")
    note: str
    seen: list[FaultKind]
    seen_at: datetime | None


class WatchedShown(View):
    """One node with its faults."""

    id: str
    area: Code
    name: str
    status: NodeStatus
    last_heard_at: datetime | None
    faults: list[FaultShown]
    unseen: list[FaultKind] = Field(description="Kinds of faults that nobody has acknowledged yet.")
    care: CareShown | None


class TakeCare(Command):
    """Fields that are left out stay unchanged."""

    assignee: Annotated[str, Field(max_length=40)] | None = Field(None, description="Empty: nobody.")
    note: Annotated[str, Field(max_length=2000)] | None = None
    seen: list[FaultKind] | None = None


class EventShown(View):
    """One event that needs attention: a commune's outage is one event for any number of nodes."""

    kind: EventKind
    area: Code
    since: datetime
    nodes: list[str]


class PointShown(View):
    """One sample, with the figures in the order of `figures`."""

    at: datetime
    sounding: bool
    figures: list[float | None]


class QuarterShown(View):
    """A quarter of an hour: each figure as minimum, mean and maximum."""

    at: datetime
    samples: int
    sounding: int = Field(description="Samples while something sounded.")
    figures: list[tuple[float, float, float] | None]


class VitalsShown(View):
    """The history of a node's vitals; `points` of the last 48 hours at most, `quarters` of 400 days."""

    node: str
    since: datetime
    until: datetime
    figures: list[str]
    points: list[PointShown]
    quarters: list[QuarterShown]
    cell_seconds: int
    strip: list[str] = Field(description="`there`, `partly` or `away` for each cell of time.")


class NodeShown(View):
    """One node with its derived status."""

    id: str
    area: Code
    name: str
    status: NodeStatus
    session: int
    last_heard_at: datetime | None
    software: str
    equipment: str = Field(description="Maker, model and number, as a list of loudspeakers had them.")
    telephone: str = Field(description="Whom to call about it, or the number of its SIM, from that list.")
    faults: list[str] = Field(description="What is wrong, a Vietnamese sentence each.")
    sounding: str | None = Field(description="The airing that sounds there now.")
    clock_offset_ms: float | None
    clock_error_ms: float | None
    volume: int | None
    storage_free: int | None = Field(description="Bytes.")
