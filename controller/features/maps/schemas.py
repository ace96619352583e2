"""JSON shapes of map outlines, and of where loudspeakers stand."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from controller.features.maps.place_lists import PlaceState
from controller.http.schemas import Command, View
from controller.model.fleet import PositionSource
from devices.wire_types import NAME_PATTERN


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


class NodePlace(Command):
    """Where one loudspeaker stands, in degrees (WGS 84)."""

    node: Annotated[str, Field(pattern=NAME_PATTERN)]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    accuracy_m: Annotated[float, Field(ge=0)] | None = Field(
        None, description="As the phone said it; above 150 m it is refused."
    )


class NodePlaces(Command):
    """Positions of loudspeakers: all are set, or none."""

    positions: Annotated[list[NodePlace], Field(min_length=1, max_length=20_000)]


class PlaceChecked(View):
    """What one position would do."""

    node: str
    state: PlaceState = Field(description="new (no place known), moved, same or wrong.")
    was: str = Field(description="Where it stands by now: latitude, longitude; empty: not known.")
    fault: str


class PositionShown(View):
    """Where one loudspeaker stands, and how that became known."""

    node: str
    latitude: float
    longitude: float
    accuracy_m: float | None
    source: PositionSource
    set_at: datetime


class PositionsSet(View):
    """How many positions were set."""

    positions: int
