"""JSON shapes of chimes."""

from datetime import datetime

from pydantic import Field

from controller.http.schemas import Code, View
from controller.model.chimes import ChimePlace


class ChimeShown(View):
    """A sound that opens or closes what is recorded from now on in an area and below it."""

    id: str
    area: Code
    place: ChimePlace
    seconds: float
    sha256: str = Field(description="Of the file as it was brought.")
    added_by: str = Field(description="Name of the operator.")
    added_at: datetime
