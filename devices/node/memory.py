"""What a node still knows after power came back: named documents, and which chunks are on its disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from devices.chunks import Bitmap
from devices.ids import RecordingId

UNKNOWN_STORAGE = 0


@dataclass(slots=True)
class NodeMemory:
    """What the runner hands to a new brain; the brain reads it once and changes it by effects only."""

    documents: Mapping[str, bytes] = field(default_factory=dict)
    chunks: Mapping[RecordingId, Bitmap] = field(default_factory=dict)
    storage_free: int = UNKNOWN_STORAGE
