"""Ids of the domain, with grades of broadcasts and roles of keys; imports nothing of Loa."""

from enum import StrEnum
from typing import NewType

NodeId = NewType("NodeId", str)
"""One loudspeaker cluster's controller; also its MQTT client id."""
AreaCode = NewType("AreaCode", str)
"""Official code of a province, commune or village. Never equal to a node's id."""
AiringId = NewType("AiringId", str)
"""One airing: an occurrence with its targets."""
RecordingId = NewType("RecordingId", str)
"""SHA-256 of the finished audio, 64 lower-case hexadecimal digits."""
KeyId = NewType("KeyId", str)
"""Name of a key in the key set."""


class Grade(StrEnum):
    """Grades of Circular 39/2020/TT-BTTTT, lowest first; compare by `rank`."""

    ROUTINE = "routine"
    PRIORITY = "priority"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """Return 0 for routine, 1 for priority, 2 for emergency."""
        return _RANKS[self]


_RANKS = {grade: rank for rank, grade in enumerate(Grade)}


class Role(StrEnum):
    """What a key may sign. The root key is in no key set: nodes pin it."""

    STATION = "station"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"
    CALLER = "caller"
    """Signs calls of emergencies, always beside an approver."""


class ContentSource(StrEnum):
    """What an airing sounds; see docs/protocol.md, Sources of content. Others may come."""

    RECORDING = "recording"
    RELAY = "relay"
    """Reserved: a programme of another station, taken from an address."""
    LIVE = "live"
    """Reserved: a person who speaks now."""


class ClockSource(StrEnum):
    """Where a node's time comes from; see docs/protocol.md, Sources."""

    STATION = "station"
    NTP = "ntp"
    GPS = "gps"
    RTC = "rtc"
    HOLD_OVER = "hold-over"
    """The drift measured before: the last word is more than an hour old."""
    NONE = "none"


class ClockTrust(StrEnum):
    """What a node's time is good enough for; see docs/protocol.md, Two trusts."""

    TOGETHER = "together"
    """It joins its street in one voice."""
    ON_THE_MINUTE = "on-the-minute"
    """It speaks its plan by itself, some seconds early or late."""
    NONE = "none"
