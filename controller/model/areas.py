"""Rows of the province's units."""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime
from controller.model.languages import LanguageCode
from devices.ids import AreaCode


class Area(Base):
    """One unit by its official code: a province (no parent), a commune or a village.

    One that is no more keeps its row, below the unit that took its place: what was aired in it adds up there.
    """

    __tablename__ = "areas"

    code: Mapped[AreaCode] = mapped_column(String(ID_LENGTH), primary_key=True)
    parent: Mapped[AreaCode | None] = mapped_column(ForeignKey("areas.code"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(50))
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AreaSpan(Base):
    """How an area was called, what it was and what it belonged to, until it was changed.

    `valid_from` None: as far back as this station knows. How it is now stands in the area itself.
    """

    __tablename__ = "area_history"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    code: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(50))
    parent: Mapped[AreaCode | None] = mapped_column(String(ID_LENGTH))
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime] = mapped_column(UtcDateTime)


class AreaLanguage(Base):
    """One language in which an area is spoken to; `place` 0 is the one that is asked for first."""

    __tablename__ = "area_languages"

    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    language: Mapped[LanguageCode] = mapped_column(String(3))


class AreaOutline(Base):
    """An area's outline as the province brought it, simplified; those of one import share edition and time.

    `polygons` is JSON: polygons of rings of longitude and latitude, alternating, in hundred-thousandths of a
    degree. `longitude`, `latitude` and `radius`: the roomiest spot inside its largest part, in degrees.
    """

    __tablename__ = "area_outlines"

    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), primary_key=True)
    edition: Mapped[str] = mapped_column(String(ID_LENGTH))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    polygons: Mapped[str] = mapped_column(Text)
    longitude: Mapped[float] = mapped_column(Float)
    latitude: Mapped[float] = mapped_column(Float)
    radius: Mapped[float] = mapped_column(Float)
