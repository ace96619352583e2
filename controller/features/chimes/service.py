"""Writes of chimes; one function, one transaction."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.accounts.queries import require
from controller.features.areas.queries import get_area
from controller.features.chimes.queries import get_chime, live_chime, unknown_chime
from controller.features.journal.service import record
from controller.model.chimes import Chime, ChimeId, ChimePlace
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from devices.ids import AreaCode

MAY_CHOOSE = Act.TEACH
"""Who keeps an area's words keeps its chimes: both change how its recordings sound."""


def place_named(name: str) -> ChimePlace:
    """Return the place of that name, or raise BadInput."""
    if name not in set(ChimePlace):
        raise BadInput("Hãy chọn nhạc hiệu mở đầu hay kết thúc.", code="chime.no-place")
    return ChimePlace(name)


def choose_chime(
    session: Session,
    place: ChimePlace,
    *,
    upload: str,
    seconds: float,
    area: AreaCode,
    by: Operator,
    now: datetime,
) -> Chime:
    """Use a sound as the opening or closing chime of new recordings in an area and below it.

    It replaces the one before. Existing recordings keep their chimes.
    """
    code = get_area(session, area).code
    require(session, by, MAY_CHOOSE, code)
    before = live_chime(session, code, place)
    if before is not None:
        before.removed_by, before.removed_at = by.id, now
        session.flush()
    row = Chime(
        id=ChimeId(new_id(now)),
        area=code,
        place=place,
        upload=upload,
        seconds=seconds,
        added_by=by.id,
        added_at=now,
    )
    session.add(row)
    session.flush()
    record(session, by, "chime.chosen", row.id, now, detail=_detail(row))
    return row


def remove_chime(session: Session, chime_id: ChimeId, *, by: Operator, now: datetime) -> Chime:
    """Remove the chime: the chime from above, or the built-in one, is used again."""
    row = get_chime(session, chime_id, lock=True)
    require(session, by, MAY_CHOOSE, row.area)
    row.removed_by, row.removed_at = by.id, now
    session.flush()
    record(session, by, "chime.removed", row.id, now, detail=_detail(row))
    return row


def remove_chime_at(
    session: Session, place: ChimePlace, area: AreaCode, *, by: Operator, now: datetime
) -> Chime:
    """Remove what was chosen for exactly this area; raises NotFound where nothing was."""
    row = live_chime(session, area, place)
    if row is None:
        raise unknown_chime()
    return remove_chime(session, row.id, by=by, now=now)


def _detail(row: Chime) -> dict[str, str]:
    return {"area": row.area, "place": row.place, "upload": row.upload}
