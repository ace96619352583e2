"""Reads of areas."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.model.area_tree import AreaTree
from controller.model.areas import Area, AreaLanguage, AreaSpan
from controller.model.languages import LanguageCode
from controller.store import once_a_snapshot, once_until_written, one_read
from devices.ids import AreaCode


class KnownArea(NamedTuple):
    """The values of an area's row. Each page reads all areas; rows of the mapper would cost twice as much."""

    code: AreaCode
    parent: AreaCode | None
    name: str
    kind: str
    latitude: float | None
    longitude: float | None
    ended_at: datetime | None


_PARENTS = select(Area.code, Area.parent)
_COLUMNS = select(*(Area.__table__.c[name] for name in KnownArea._fields)).order_by(Area.code)


def known_areas(session: Session) -> dict[AreaCode, KnownArea]:
    """Return all areas by their codes, in the order of these."""
    return {row.code: row for row in map(KnownArea._make, session.execute(_COLUMNS))}


@one_read
@once_until_written(Area)
def area_tree(session: Session) -> AreaTree:
    """Return the tree of all areas: some hundred rows, read in one go."""
    rows = session.execute(_PARENTS)
    return AreaTree({code: parent for code, parent in rows})  # noqa: C416 - a typed dict from typed rows


@one_read
def get_area(session: Session, code: AreaCode) -> Area:
    """Return the area, or raise NotFound."""
    area = session.get(Area, code)
    if area is None:
        raise NotFound(f"Không có địa bàn nào mang mã {code}.", code="area.unknown")
    return area


@once_a_snapshot
def ended_areas(session: Session) -> frozenset[AreaCode]:
    """Return the closed areas: they keep their history and get nothing new."""
    return frozenset(session.scalars(select(Area.code).where(Area.ended_at.is_not(None))))


@one_read
def history_of(session: Session, code: AreaCode) -> Sequence[AreaSpan]:
    """Return how an area was before each of its changes, the newest first."""
    query = select(AreaSpan).where(AreaSpan.code == code).order_by(AreaSpan.id.desc())
    return session.scalars(query).all()


@one_read
def areas(session: Session, parent: AreaCode | None = None) -> Sequence[Area]:
    """Return the areas directly below a parent, by code; without one, all."""
    query = select(Area).order_by(Area.code)
    return session.scalars(query if parent is None else query.where(Area.parent == parent)).all()


def top_area(session: Session) -> Area:
    """Return the area that has none above it: the province."""
    area = session.scalars(select(Area).where(Area.parent.is_(None)).order_by(Area.code).limit(1)).first()
    if area is None:
        raise NotFound("Chưa có địa bàn nào. Hãy nạp danh mục địa bàn trước.", code="area.none")
    return area


@one_read
def area_or_top(session: Session, code: str | None) -> AreaCode:
    """Return an area's code as somebody typed it, unchecked, or that of the province where none was named."""
    return top_area(session).code if code is None else AreaCode(code)


@one_read
def area_languages(session: Session) -> dict[AreaCode, tuple[LanguageCode, ...]]:
    """Return the languages of the areas that have a list of their own, the best first."""
    found: dict[AreaCode, tuple[LanguageCode, ...]] = {}
    for row in session.scalars(select(AreaLanguage).order_by(AreaLanguage.area, AreaLanguage.place)):
        found[row.area] = (*found.get(row.area, ()), row.language)
    return found
