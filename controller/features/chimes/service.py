"""Operations on chimes: choose, remove."""

from datetime import datetime
from typing import BinaryIO

from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.accounts.queries import require
from controller.features.areas.queries import get_area
from controller.features.bulletins.sound_uploads import keep_upload
from controller.features.chimes.queries import live_chime, unknown_chime, visible_chime
from controller.features.journal.service import record
from controller.model.chimes import Chime, ChimeId, ChimePlace
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.store import Store, one_write
from devices.ids import AreaCode
from tts.found import found_in
from tts.uploads import UploadStore

MAY_CHOOSE = Act.TEACH
"""Who keeps an area's words keeps its chimes: both change how its recordings sound."""


def place_named(name: str) -> ChimePlace:
    """Return the place of that name, or raise BadInput."""
    if name not in set(ChimePlace):
        raise BadInput("Hãy chọn nhạc hiệu mở đầu hay kết thúc.", code="chime.no-place")
    return ChimePlace(name)


def bring_chime(
    store: Store,
    uploads: UploadStore,
    source: BinaryIO | None,
    place: ChimePlace,
    *,
    area: AreaCode,
    by: Operator,
    now: datetime,
) -> Chime:
    """Store a sound and use it as a chime; the permission is checked before the sound is examined.

    Raises BadInput if there is no file, it is not sound, or it is not fit to be a chime.
    """
    with store.read() as session:
        require(session, by, MAY_CHOOSE, get_area(session, area).code)
    if source is None:
        raise BadInput("Hãy chọn tệp nhạc hiệu (MP3, WAV, OGG, Opus hoặc M4A).", code="upload.none")
    upload = keep_upload(uploads, source, as_chime=True)
    found = found_in(uploads, upload)
    if found is None:
        raise BadInput("Tệp nhạc hiệu vừa bị xóa. Hãy gửi lại.", code="upload.gone")
    return choose_chime(store, place, upload=upload, seconds=found.seconds, area=area, by=by, now=now)


@one_write
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


@one_write
def remove_chime(session: Session, chime_id: str, *, by: Operator, now: datetime) -> Chime:
    """Remove a chime that the person sees: the chime from above, or the built-in one, is used again."""
    row = visible_chime(session, chime_id, by, lock=True)
    require(session, by, MAY_CHOOSE, row.area)
    row.removed_by, row.removed_at = by.id, now
    session.flush()
    record(session, by, "chime.removed", row.id, now, detail=_detail(row))
    return row


@one_write
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
