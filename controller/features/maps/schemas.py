"""JSON shapes of map outlines."""

from datetime import datetime

from pydantic import Field

from controller.http.schemas import View


class OutlinesShown(View):
    """The outlines in use; if there are none, the map is a sketch from the communes' centres."""

    outlines: int
    imported_at: datetime | None
    missing: list[str] = Field(description="Names of the communes without an outline, drawn as circles.")


class OutlinesTaken(OutlinesShown):
    """Outlines that were just imported, and how they were simplified."""

    corners: int
    tolerance_degrees: float
    islands_left_out: int
