"""JSON shapes of notices."""

from datetime import datetime

from pydantic import Field

from controller.http.schemas import View
from controller.model.notices import NoticeKind


class NoticeShown(View):
    """Something that the station tells a person by itself."""

    id: str
    kind: NoticeKind
    subject: str = Field(description="The bulletin (or airing) that it is about.")
    sentence: str = Field(description="For people, in Vietnamese.")
    at: datetime
    read_at: datetime | None


class NoticesRead(View):
    """How many notices were new."""

    read: int
