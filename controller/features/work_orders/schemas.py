"""JSON shapes of work orders."""

from datetime import datetime

from pydantic import Field

from controller.http.schemas import Code, View


class WorkOrderShown(View):
    """One visit, in the order of the day's route."""

    area: Code
    nodes: list[str]
    name: str
    reasons: list[str] = Field(description="Vietnamese sentences.")
    since: datetime
    latitude: float | None
    longitude: float | None
    is_rough: bool = Field(description="The place is only the commune's centre.")
    is_outage: bool = Field(description="A whole commune, or most of it, at once.")
    assignee: str | None = Field(description="Who takes care of it.")
    note: str
    distance_km: float | None = Field(description="In a straight line, from the stop before.")
