"""What a node still knows after a power cut: named documents, and which chunks are on its disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from devices.chunks import Bitmap
from devices.ids import RecordingId

UNKNOWN_STORAGE = 0


@dataclass(slots=True)
class NodeMemory:
    """What the runner gives to a new brain, which reads it once and changes it only by effects."""

    documents: Mapping[str, bytes] = field(default_factory=dict)
    chunks: Mapping[RecordingId, Bitmap] = field(default_factory=dict)
    storage_free: int = UNKNOWN_STORAGE
