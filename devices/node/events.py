"""What can happen to a node: everything its brain is ever told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from devices.ids import AiringId, RecordingId


class Ended(StrEnum):
    """Why sound ended, as the loudspeaker knows it."""

    RAN_OUT = "ran out"
    """The recording came to its end."""
    STOPPED = "stopped"
    """The brain asked for it, or another airing began."""
    BROKE = "broke"
    """The loudspeaker could not go on: no amplifier, not decodable."""


@dataclass(frozen=True, slots=True)
class Booted:
    """Power came; the first event of every brain."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker accepted the connection; nothing is subscribed yet."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection is gone; only after Connected."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message came; perhaps not for the first time.

    `at`: the raw instant at which it arrived, where it had to wait; for clock replies, which age in a queue.
    `retain`: the broker had kept it: it was not said just now.
    `sha256`: the payload's digest, where whoever runs the node has computed it; for chunks.
    """

    topic: str
    payload: bytes
    at: datetime | None = None
    retain: bool = False
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """The instant of `wake_at` has come; one too many, too early or too late does no harm."""


@dataclass(frozen=True, slots=True)
class PlayingBegan:
    """Sound began, at this instant of the raw clock, at this place of the recording."""

    airing: AiringId
    at: datetime
    offset_ms: int


@dataclass(frozen=True, slots=True)
class PlayingEnded:
    """Sound ended, at this instant of the raw clock, after so much of the recording since it began."""

    airing: AiringId
    at: datetime
    heard_ms: int
    why: Ended


@dataclass(frozen=True, slots=True)
class Digested:
    """The answer to `DigestRecording`: the SHA-256 of all its chunks in order, hexadecimal."""

    recording: RecordingId
    sha256: str


Event = Booted | Connected | Disconnected | Received | Tick | PlayingBegan | PlayingEnded | Digested
