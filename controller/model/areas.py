"""Rows of areas: names, former states, languages and outlines."""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime
from controller.model.languages import LanguageCode
from devices.ids import AreaCode

REGION = "Vùng"
"""Kind of an area of a hub's own station: what is approved for it names the areas right below.

Loudspeakers know their province, commune and village, and no area above."""


class Area(Base):
    """One administrative unit by its official code: a province (no parent), a commune or a village.

    An abolished unit keeps its row below its successor, so that its airings are counted there.
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
    """Former name, kind and parent of an area, until they were changed.

    `valid_from` None: since before this station's records. The present values are in the area's row.
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
    """A language of an area; `place` 0 is preferred."""

    __tablename__ = "area_languages"

    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    language: Mapped[LanguageCode] = mapped_column(String(3))


class AreaOutline(Base):
    """An area's imported outline, simplified; all of one import share edition and time.

    `polygons` is JSON: polygons of rings of alternating longitude and latitude in units of 0.00001 degree.
    `longitude`, `latitude` and `radius`: the largest circle inside its largest polygon, in degrees.
    """

    __tablename__ = "area_outlines"

    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), primary_key=True)
    edition: Mapped[str] = mapped_column(String(ID_LENGTH))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    polygons: Mapped[str] = mapped_column(Text)
    longitude: Mapped[float] = mapped_column(Float)
    latitude: Mapped[float] = mapped_column(Float)
    radius: Mapped[float] = mapped_column(Float)
