"""Rows of the province's units."""

from sqlalchemy import Float, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.store.base import ID_LENGTH, Base
from devices.messages import AreaCode


class Area(Base):
    """One unit by its official code: a province (no parent), a commune or a village."""

    __tablename__ = "areas"

    code: Mapped[AreaCode] = mapped_column(String(ID_LENGTH), primary_key=True)
    parent: Mapped[AreaCode | None] = mapped_column(ForeignKey("areas.code"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(50))
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
