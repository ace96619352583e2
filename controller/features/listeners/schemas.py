"""JSON shapes of what listeners report."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.http.schemas import Command, View
from controller.model.listener_report_states import ReportState, Trouble


class ListenerReportShown(View):
    """One report of a listener; nothing says who sent it."""

    id: str
    node: str
    area: str
    airing: str | None = Field(description="What sounded there, or last before it on that day.")
    trouble: Trouble
    words: str
    state: ReportState
    reported_at: datetime
    answer: str | None
    answered_at: datetime | None


class ListenerAnswer(Command):
    """What the listener reads by the code of the report."""

    answer: Annotated[str, Field(max_length=4000)]
