"""When an officer wants it to sound: the choices of the form, turned into instants; pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from controller.errors import BadInput
from controller.http.time_fields import read_clock, read_day
from controller.http.words import day
from controller.model.local_time import ZONE

SOON_PATIENCE = timedelta(hours=2)
"""“Ngay sau khi duyệt” waits so long for the approval; later, the text deserves a new time."""
_SLOTS = (time(5, 0), time(11, 0), time(17, 0))
"""Usual hours of the commune's loudspeakers."""
_SLOTS_SHOWN = 3
_USUAL_SPAN = timedelta(days=90)
_LEAST_AHEAD = timedelta(minutes=10)
"""A slot nearer than this cannot be approved in time."""


@dataclass(frozen=True, slots=True)
class Start:
    """From when, and (None: as the grade says) until when it may start."""

    at: datetime
    latest: datetime | None = None


def slots(now: datetime) -> list[tuple[str, str]]:
    """Return the next usual hours as (value, words): the chips of the form."""
    today = now.astimezone(ZONE).date()
    found = [datetime.combine(today + timedelta(days=days), slot, ZONE) for days in (0, 1) for slot in _SLOTS]
    near = [at for at in found if at > now + _LEAST_AHEAD][:_SLOTS_SHOWN]
    return [(at.isoformat(timespec="minutes"), _words(at, today)) for at in near]


def usual_end(now: datetime) -> date:
    """Return the last day that a repeated broadcast has unless somebody says otherwise: three months on."""
    return now.astimezone(ZONE).date() + _USUAL_SPAN


def _words(at: datetime, today: date) -> str:
    return f"{at:%H:%M} {'hôm nay' if at.date() == today else 'ngày mai'}"


def read_start(choice: str, on: str, at: str, now: datetime) -> Start:
    """Return what was chosen: `ngay`, one of the slots, or `gio-khac` with a date and a wall time."""
    if choice == "ngay":
        return Start(now, now + SOON_PATIENCE)
    if choice == "gio-khac":
        return Start(_at(on, at, now))
    try:
        chosen = datetime.fromisoformat(choice)
    except ValueError:
        raise BadInput("Hãy chọn giờ phát.", code="airing.no-start") from None
    if chosen.tzinfo is None:
        raise BadInput("Giờ phát phải kèm múi giờ.", code="airing.naive-time")
    return Start(chosen)


def _at(on: str, at: str, now: datetime) -> datetime:
    try:
        chosen = datetime.combine(read_day(on), read_clock(at), ZONE)
    except ValueError:
        raise BadInput("Hãy chọn đủ ngày và giờ phát.", code="airing.no-start") from None
    if chosen < now:
        raise BadInput(
            f"Giờ phát {chosen:%H:%M}, {day(chosen)} đã qua. Hãy chọn giờ khác.", code="airing.start-in-past"
        )
    return chosen
