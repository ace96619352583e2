"""Rows of areas in which neighbouring loudspeakers speak in turns; docs/decisions/137."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import Base, UtcDateTime
from controller.model.permissions import OperatorId
from devices.ids import AreaCode


class AreaTurns(Base):
    """How many turns routine airings may take in an area and below; 1: all at once, whatever above says."""

    __tablename__ = "area_turns"

    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), primary_key=True)
    most: Mapped[int] = mapped_column(Integer)
    set_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
