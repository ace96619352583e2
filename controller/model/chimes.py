"""Rows of chimes; one is never changed, only taken back, and stays as history."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import Float, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.permissions import OperatorId
from devices.ids import AreaCode

ChimeId = NewType("ChimeId", str)
"""One sound, chosen once."""

_LIVE = text("removed_at IS NULL")


class ChimePlace(StrEnum):
    """Where a chime is heard in a recording."""

    OPENING = "opening"
    CLOSING = "closing"


class Chime(Base):
    """A sound that opens or closes the recordings of an area and all below it, until it is taken back.

    `upload`: the SHA-256 of the file as it came. Recordings hold it; taking it back changes none of them.
    """

    __tablename__ = "chimes"

    id: Mapped[ChimeId] = mapped_column(String(ID_LENGTH), primary_key=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    place: Mapped[ChimePlace] = mapped_column(Word(ChimePlace))
    upload: Mapped[str] = mapped_column(String(ID_LENGTH))
    seconds: Mapped[float] = mapped_column(Float)
    added_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_chimes_live", "area", "place", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    )
