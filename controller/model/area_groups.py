"""Rows of named groups of areas."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime
from controller.model.permissions import OperatorId
from devices.ids import AreaCode

LONGEST_GROUP_NAME = 60


class AreaGroup(Base):
    """Areas under one name; choosing it means the areas that it has at that moment."""

    __tablename__ = "area_groups"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_GROUP_NAME), unique=True)
    areas: Mapped[list[AreaCode]] = mapped_column(JSON)
    set_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
