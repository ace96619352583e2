"""Recordings of the kit: tones of known length, as MP3, with a signed manifest for each."""

from dataclasses import dataclass
from functools import cache

from devices.chunks import manifest_of, sent_forms
from devices.ids import RecordingId
from devices.messages import Manifest
from tts.codec import CODEC, SAMPLE_RATE, encode_mp3

BITRATE_KBPS = 32
"""The lowest that a node must play: the kit sends each recording to each node."""
STRENGTH = 0.1
"""20 dB below full: people work beside the node."""


@dataclass(frozen=True, slots=True)
class KitRecording:
    """A recording and its manifest, not yet signed."""

    data: bytes
    manifest: Manifest

    @property
    def id(self) -> RecordingId:
        """Return its name, the digest."""
        return self.manifest.recording

    @property
    def duration_ms(self) -> int:
        """Return its length."""
        return self.manifest.duration_ms

    @property
    def chunks(self) -> tuple[bytes, ...]:
        """Return its chunks in order, as they are sent."""
        return _sent(self.data, self.manifest.chunk_size)


@cache
def tone(seconds: int, hertz: float, chunk_size: int = 4096) -> KitRecording:
    """Return a tone of a whole number of seconds."""
    data = _encoded(seconds, hertz)
    manifest = manifest_of(
        data,
        codec=CODEC,
        sample_rate=SAMPLE_RATE,
        duration_ms=seconds * 1000,
        chunk_size=chunk_size,
    )
    return KitRecording(data, manifest)


@cache
def _sent(data: bytes, chunk_size: int) -> tuple[bytes, ...]:
    return sent_forms(data, chunk_size)


def _encoded(seconds: int, hertz: float) -> bytes:
    import numpy as np

    when = np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE
    wave = (STRENGTH * np.sin(2 * np.pi * hertz * when)).astype(np.float32)
    return encode_mp3([wave], SAMPLE_RATE, BITRATE_KBPS)
