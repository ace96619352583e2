"""JSON shapes of reports and of the as-aired log."""

from datetime import datetime

from pydantic import Field

from controller.features.reports.coverage import Group
from controller.http.schemas import Code, View
from controller.model.airing_states import AiringState
from devices.ids import Grade


class CoverageRow(View):
    """Planned and heard airings of a month, area, topic, act or bulletin; minutes are summed over nodes."""

    group: Group
    code: str
    name: str
    airings: int
    airings_heard: int = Field(description="Of which at least one node began.")
    nodes: int
    nodes_heard: int = Field(description="That began at least one airing.")
    percent_of_nodes: float | None
    minutes_planned: float
    minutes_heard: float
    percent_of_minutes: float | None


class CoverageShown(View):
    """A report; its first row is the total, and the same rows are in the CSV, Excel and PDF files."""

    title: str
    subtitle: str
    rows: list[CoverageRow]


class AiredShown(View):
    """The newest entry about one node and one airing."""

    airing: str
    node: str
    area: Code
    bulletin: str
    title: str
    legal_act: str | None
    topic: str | None = Field(description="Code of what the bulletin is about.")
    topic_name: str | None
    grade: Grade
    state: AiringState
    planned_at: datetime
    planned_ms: int
    fetched_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    heard_ms: int
    reason: str | None = Field(description="Why it did not sound the whole; null where it did.")
    noted_at: datetime = Field(description="When the log was told; after an outage, later.")
    is_corrected: bool = Field(description="Whether it stands in for an earlier entry.")
