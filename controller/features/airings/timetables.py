"""An area's timetable as data: exactly what its loudspeakers will do with what is approved now."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from controller.features.airings.conflict_check import HeardSlot, heard_in, waiting_in
from controller.features.airings.conflict_messages import when_words
from controller.features.areas.queries import get_area
from controller.store import one_read
from devices.ids import AreaCode

MOST_DAYS = 31


@one_read
def timetable_of(
    session: Session, area: AreaCode, since: datetime, until: datetime, now: datetime
) -> dict[str, Any]:
    """Return the area's slots in order, what waits for approval, and the first sound in words."""
    get_area(session, area)
    heard = heard_in(session, area, since, until)
    first = next((one.slot.starts_at for one in heard if one.slot.starts_at >= now), None)
    return {
        "area": area,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "first_sound": None if first is None else when_words(first, now),
        "slots": [_slot(one) for one in heard],
        "waiting": [
            {
                "airing": airing.id,
                "bulletin": airing.bulletin,
                "starts_at": airing.starts_at.isoformat(),
                "grade": str(airing.grade),
            }
            for airing in waiting_in(session, area, since, until)
        ],
    }


def _slot(one: HeardSlot) -> dict[str, Any]:
    slot = one.slot
    return {
        "airing": slot.airing.airing,
        "bulletin": one.bulletin,
        "title": one.title,
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "seconds": round((slot.ends_at - slot.starts_at).total_seconds(), 3),
        "cut": slot.cut,
        "grade": str(slot.airing.grade),
        "volume": slot.airing.volume,
    }
