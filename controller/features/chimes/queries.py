"""Reads of chimes."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.queries import names_of_operators, sees
from controller.features.areas.queries import area_tree
from controller.features.chimes.schemas import ChimeShown
from controller.model.chimes import Chime, ChimeId, ChimePlace
from controller.model.permissions import Operator
from controller.store import one_read
from devices.ids import AreaCode


@one_read
def visible_chime(session: Session, chime_id: str, by: Operator, *, lock: bool = False) -> Chime:
    """Return a chime that is heard in the person's areas, or raise NotFound; `lock`: till the end."""
    row = session.get(Chime, ChimeId(chime_id), with_for_update=lock or None)
    if row is None or row.removed_at is not None or not sees(session, by, row.area):
        raise unknown_chime()
    return row


def live_chime(session: Session, area: AreaCode, place: ChimePlace) -> Chime | None:
    """Return what was chosen for exactly this area, or None."""
    query = select(Chime).where(Chime.area == area, Chime.place == place, Chime.removed_at.is_(None))
    return session.scalars(query).one_or_none()


@one_read
def chimes_of(session: Session, areas: Collection[AreaCode]) -> Sequence[Chime]:
    """Return what was chosen for these areas."""
    query = select(Chime).where(Chime.area.in_(areas), Chime.removed_at.is_(None))
    return session.scalars(query.order_by(Chime.area, Chime.place.desc())).all()


@one_read
def chimes_shown(session: Session, rows: Iterable[Chime]) -> list[ChimeShown]:
    """Return chimes with the names of those who chose them."""
    names = names_of_operators(session)
    return [ChimeShown.of(row, sha256=row.upload, added_by=names[row.added_by]) for row in rows]


def chimes_for(session: Session, area: AreaCode) -> dict[ChimePlace, Chime]:
    """Return the chimes that an area's recordings are made with: its own win over those from above."""
    lineage = area_tree(session).lineage(area)
    found = sorted(chimes_of(session, lineage), key=lambda one: lineage.index(one.area), reverse=True)
    return {one.place: one for one in found}


def chimes_in_use(session: Session) -> set[str]:
    """Return the files that are heard as chimes somewhere."""
    return set(session.scalars(select(Chime.upload).where(Chime.removed_at.is_(None))))


def unknown_chime() -> NotFound:
    """Return the error for a chime that does not exist or is outside the person's view."""
    return NotFound("Không có nhạc hiệu này, hoặc đã thôi dùng.", code="chime.unknown")
