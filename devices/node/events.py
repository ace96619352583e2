"""Events: all inputs of a node's brain."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from devices.ids import AiringId, ClockSource, RecordingId


class Ended(StrEnum):
    """The reason why sound ended, as the loudspeaker knows it."""

    RAN_OUT = "ran out"
    """The recording ended."""
    STOPPED = "stopped"
    """The brain asked for it, or another airing began."""
    BROKE = "broke"
    """The loudspeaker failed: no amplifier, not decodable."""


@dataclass(frozen=True, slots=True)
class Booted:
    """Power came on; the first event of every brain."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker accepted the connection; there are no subscriptions yet."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection was lost; only after Connected."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message arrived; it may be a duplicate.

    `at`: the raw instant of arrival, where it had to wait; for clock replies, which age in a queue. `retain`:
    the broker had stored it: it was not sent just now. `sha256`: the payload's digest, where the runner has
    computed it; for chunks.
    """

    topic: str
    payload: bytes
    at: datetime | None = None
    retain: bool = False
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """The instant of `wake_at` has come; an additional, early or late Tick does no harm."""


@dataclass(frozen=True, slots=True)
class PlayingBegan:
    """Sound began, at this instant of the raw clock, at this position of the recording."""

    airing: AiringId
    at: datetime
    offset_ms: int
    volume: int
    """Percent, as the loudspeaker set it."""


@dataclass(frozen=True, slots=True)
class PlayingEnded:
    """Sound ended, at this instant of the raw clock, after this much of the recording since it began."""

    airing: AiringId
    at: datetime
    heard_ms: int
    why: Ended
    level_dbfs: float | None = None
    """The loudest second behind the amplifier in this sound, where the board measures it."""


@dataclass(frozen=True, slots=True)
class Digested:
    """The answer to `DigestRecording`: the SHA-256 of all its chunks in order, hexadecimal."""

    recording: RecordingId
    sha256: str


@dataclass(frozen=True, slots=True)
class TimeTold:
    """A source of the board knows the time: at the raw instant `at` it was `utc`, wrong by at most `error`.

    `source`: NTP or GPS, as often as they know it better; RTC once, after boot. The raw clock itself should
    be one that nothing sets.
    """

    source: ClockSource
    utc: datetime
    error: timedelta
    at: datetime


Event = (
    Booted | Connected | Disconnected | Received | Tick | PlayingBegan | PlayingEnded | Digested | TimeTold
)
