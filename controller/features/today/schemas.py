"""JSON shapes of the page Hôm nay."""

from datetime import datetime

from pydantic import Field

from controller.features.airings.schemas import AiringShown
from controller.features.emergencies.schemas import EmergencyShown
from controller.http.schemas import Code, View


class TileShown(View):
    """One commune's nodes, counted."""

    area: Code
    name: str
    nodes: int
    online: int
    faulty: int


class TroubleShown(View):
    """Something that is not well, as the page names it."""

    name: str
    cause: str
    serious: bool


class TodayWithEmergencies(View):
    """What the page Hôm nay shows, with what is called or sounds as an emergency now."""

    now: datetime
    broker_up: bool
    sounding: list[AiringShown]
    upcoming: list[AiringShown]
    last: AiringShown | None
    to_approve: int
    keys_to_sign_for: int = Field(description="For an administrator: keys that wait for a signed key set.")
    tiles: list[TileShown]
    troubles: list[TroubleShown] = Field(description="What is not well; of communes the worst twelve.")
    normal: str = Field(description="What is well, in one sentence.")
    emergencies: list[EmergencyShown]
