"""What a program asks of a new airing, as a wish."""

from datetime import datetime, timedelta

from controller.features.airings.planning import Wish
from controller.features.airings.schemas import When
from devices.ids import AreaCode


def wish_of(asked: When, now: datetime) -> Wish:
    """Return it as planning takes it; without an instant it starts now, or in so many seconds."""
    seconds = asked.starts_in_seconds
    starts_at = asked.starts_at or now + timedelta(seconds=seconds or 0)
    areas = [AreaCode(area) for area in asked.areas]
    return Wish(areas, starts_at, asked.latest_start_at, asked.grade, asked.volume, asked.meeting)
