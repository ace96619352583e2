"""What a node's brain asks for; the runner carries it out, saves before anything is sent."""

from dataclasses import dataclass
from datetime import datetime

from devices.ids import AiringId, RecordingId


@dataclass(frozen=True, slots=True)
class Publish:
    """Send a message; if the connection is gone, drop it: the brain says again what matters."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Ask for messages at QoS 1."""

    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Ask for no more messages."""

    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaveDocument:
    """Keep this under this name, instead of what was there; durable before any Publish of the same batch."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class DropDocument:
    """Forget what is kept under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class SaveChunk:
    """Keep the n-th chunk of a recording (of `count`); durable before any Publish of the same batch."""

    recording: RecordingId
    n: int
    count: int
    body: bytes


@dataclass(frozen=True, slots=True)
class DropRecording:
    """Forget all chunks of a recording."""

    recording: RecordingId


@dataclass(frozen=True, slots=True)
class DigestRecording:
    """Read all `count` chunks in order and answer with a Digested event."""

    recording: RecordingId
    count: int


@dataclass(frozen=True, slots=True)
class Arm:
    """Begin a recording at an instant of the raw clock, at once if that is past.

    A second Arm of the same airing replaces the first; once it sounds, only its volume is taken. When the
    instant comes, whatever else sounds ends first. `planned_at` is the same instant in station time, as
    planned: for measuring.
    """

    airing: AiringId
    recording: RecordingId
    begin_at: datetime
    planned_at: datetime
    offset_ms: int
    duration_ms: int
    volume: int


@dataclass(frozen=True, slots=True)
class Disarm:
    """Do not begin what was armed."""

    airing: AiringId


@dataclass(frozen=True, slots=True)
class StopPlaying:
    """End the sound of this airing now; answered by PlayingEnded."""

    airing: AiringId


Effect = (
    Publish
    | Subscribe
    | Unsubscribe
    | SaveDocument
    | DropDocument
    | SaveChunk
    | DropRecording
    | DigestRecording
    | Arm
    | Disarm
    | StopPlaying
)
