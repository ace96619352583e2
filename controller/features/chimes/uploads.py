"""A sound that is brought to be a chime: by the page, by a program, by a command."""

from datetime import datetime
from typing import BinaryIO

from controller.errors import BadInput
from controller.features.accounts.queries import require
from controller.features.areas.queries import get_area
from controller.features.bulletins.sound_uploads import keep_upload
from controller.features.chimes.service import MAY_CHOOSE, choose_chime
from controller.model.chimes import Chime, ChimePlace
from controller.model.permissions import Operator
from controller.store import Store
from devices.ids import AreaCode
from tts.found import found_in
from tts.uploads import UploadStore


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
    with store.write() as session:
        return choose_chime(session, place, upload=upload, seconds=found.seconds, area=area, by=by, now=now)
