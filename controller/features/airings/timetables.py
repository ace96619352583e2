"""An area's timetable: exactly what its loudspeakers will do with what is approved now."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.airings.conflict_check import HeardSlot, heard_in, waiting_in
from controller.features.airings.conflict_messages import when_words
from controller.features.airings.schemas import SlotShown, TimetableShown, WaitingShown
from controller.features.areas.queries import get_area
from controller.store import one_read
from devices.ids import AreaCode

MOST_DAYS = 31


@one_read
def timetable_of(
    session: Session, area: AreaCode, since: datetime, until: datetime, now: datetime
) -> TimetableShown:
    """Return the area's slots in order, what waits for approval, and the first sound in words."""
    get_area(session, area)
    heard = heard_in(session, area, since, until)
    first = next((one.slot.starts_at for one in heard if one.slot.starts_at >= now), None)
    return TimetableShown(
        area=area,
        since=since,
        until=until,
        first_sound=None if first is None else when_words(first, now),
        slots=[_slot(one) for one in heard],
        waiting=[WaitingShown.of(one, airing=one.id) for one in waiting_in(session, area, since, until)],
    )


def _slot(heard: HeardSlot) -> SlotShown:
    slot = heard.slot
    seconds = round((slot.ends_at - slot.starts_at).total_seconds(), 3)
    own = {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "seconds": seconds, "cut": slot.cut}
    told = {"bulletin": heard.bulletin, "title": heard.title, "turns": heard.turns, "over_at": heard.over_at}
    return SlotShown.of(slot.airing, **own, **told)
