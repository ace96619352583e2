"""Effects that a node's brain requests; the runner executes them, and saves before it sends anything."""

from dataclasses import dataclass
from datetime import datetime

from devices.ids import AiringId, RecordingId


@dataclass(frozen=True, slots=True)
class Publish:
    """Send a message; drop it without a connection: the brain repeats what matters."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscribe at QoS 1."""

    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Unsubscribe."""

    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConnectTo:
    """Leave the present broker, if any, and connect to this one from now on, with the node's own password.

    `authorities`: certificates (base64 of DER) that count for it, and no others; none: as installed.
    """

    broker: str
    authorities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SaveDocument:
    """Store this under this name, replacing the old content; durable before any Publish of the same batch."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class DropDocument:
    """Delete what is stored under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class SaveChunk:
    """Store the n-th chunk of a recording (of `count`); durable before any Publish of the same batch."""

    recording: RecordingId
    n: int
    count: int
    body: bytes


@dataclass(frozen=True, slots=True)
class DropRecording:
    """Delete all chunks of a recording."""

    recording: RecordingId


@dataclass(frozen=True, slots=True)
class DigestRecording:
    """Read all `count` chunks in order and answer with a Digested event."""

    recording: RecordingId
    count: int


@dataclass(frozen=True, slots=True)
class Arm:
    """Begin a recording at an instant of the raw clock; at once if that is past.

    A second Arm of the same airing replaces the first; once it sounds, only its volume is applied. At the
    instant, any other sound ends first. `planned_at` is the planned instant in station time, for
    measurements.
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
    """Cancel an Arm."""

    airing: AiringId


@dataclass(frozen=True, slots=True)
class StopPlaying:
    """End the sound of this airing now; answered by PlayingEnded."""

    airing: AiringId


Effect = (
    Publish
    | Subscribe
    | Unsubscribe
    | ConnectTo
    | SaveDocument
    | DropDocument
    | SaveChunk
    | DropRecording
    | DigestRecording
    | Arm
    | Disarm
    | StopPlaying
)
