"""Rows of chimes; a chime is never changed, only withdrawn, and is kept as history."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import Float, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.permissions import OperatorId
from devices.ids import AreaCode

ChimeId = NewType("ChimeId", str)
"""One chime of an area."""

_LIVE = text("removed_at IS NULL")


class ChimePlace(StrEnum):
    """Position of a chime in a recording."""

    OPENING = "opening"
    CLOSING = "closing"


class Chime(Base):
    """A sound that opens or closes the recordings of an area and its descendants until it is withdrawn.

    `upload`: SHA-256 of the file as received. Recordings contain the sound; withdrawing changes none of them.
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
