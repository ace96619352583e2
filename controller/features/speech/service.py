"""Writes of how the bulletins of an area are spoken; what is recorded stays as it is."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import BadInput, NotFound
from controller.features.accounts.queries import require
from controller.features.areas.queries import get_area
from controller.features.journal.service import record
from controller.features.speech.queries import check_offered, voice_key
from controller.features.speech.schemas import AreaSpeechAsked
from controller.model.area_speech import AreaSpeech
from controller.model.permissions import Act, Operator
from controller.settings import Settings
from controller.store import one_write
from devices.ids import AreaCode

MAY_SET = Act.TEACH
"""Who keeps an area's words and chimes keeps its voice: all of them change how its recordings sound."""


@one_write
def set_area_speech(
    session: Session, asked: AreaSpeechAsked, settings: Settings, *, by: Operator, now: datetime
) -> AreaSpeech:
    """Say how the bulletins of an area and below it are spoken from now on; it replaces what was said before.

    Raises NotFound, NotAllowed, or BadInput for a voice that is not offered here, and for nothing at all.
    """
    area = get_area(session, AreaCode(asked.area)).code
    require(session, by, MAY_SET, area)
    check_offered(settings, asked.engine, asked.voice)
    if not (asked.engine or asked.pace or asked.reading_register or asked.rests):
        raise BadInput("Hãy chọn giọng, tốc độ, lối đọc hoặc quãng nghỉ.", code="speech.nothing-chosen")
    row = session.get(AreaSpeech, area, with_for_update=True)
    if row is None:
        row = AreaSpeech(area=area)
        session.add(row)
    row.engine, row.voice, row.pace, row.register = (
        asked.engine,
        asked.voice,
        asked.pace,
        asked.reading_register,
    )
    row.rests = asked.rests
    row.set_by, row.set_at = by.id, now
    session.flush()
    detail = {
        "area": area,
        "voice": voice_key(row.engine, row.voice),
        "pace": row.pace,
        "register": row.register,
        "rests": row.rests,
    }
    record(session, by, "speech.set", area, now, detail=detail)
    return row


@one_write
def remove_area_speech(session: Session, area: str, *, by: Operator, now: datetime) -> None:
    """Have the bulletins of an area spoken as those above it again; raises NotFound where it has nothing."""
    require(session, by, MAY_SET, get_area(session, AreaCode(area)).code)
    row = session.get(AreaSpeech, AreaCode(area), with_for_update=True)
    if row is None:
        raise NotFound("Địa bàn này không đặt giọng đọc riêng.", code="speech.none-set")
    session.delete(row)
    record(session, by, "speech.removed", area, now, detail={"area": area})
