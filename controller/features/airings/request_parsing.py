"""Converts a program's request for a new airing into a broadcast."""

from dataclasses import replace
from datetime import datetime, timedelta

from controller.features.airings.planning import BroadcastRequest
from controller.features.airings.schemas import StartAsked, When
from devices.ids import AreaCode


def start_of(asked: StartAsked, now: datetime) -> BroadcastRequest:
    """Return when and how, for no area yet; without an instant it starts now, or in so many seconds."""
    starts_at = asked.starts_at or now + timedelta(seconds=asked.starts_in_seconds or 0)
    return BroadcastRequest((), starts_at, asked.latest_start_at, asked.grade, asked.volume, asked.meeting)


def request_of(asked: When, now: datetime) -> BroadcastRequest:
    """Return it as planning takes it."""
    return replace(start_of(asked, now), areas=[AreaCode(area) for area in asked.areas])
