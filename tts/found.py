"""Findings about an uploaded sound, stored in a small file beside it (docs/decisions/043).

The file's name is the digest of its bytes, so the findings never change; they may be missing
or damaged, and are made again when the same bytes come again.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tts.brought import (
    BLOCK_SECONDS,
    MEAN,
    PAUSE,
    WHOLE,
    Bounds,
    UnfitSound,
    check_length,
    converted,
    look,
    refuse_faults,
)
from tts.codec import UnknownSoundFormat
from tts.uploads import UploadId, UploadStore

__all__ = ["Found", "UnfitSound", "examined", "found_in", "keep_found"]
_FLOOR = 1e-6
"""Lower levels count as silence, so that no logarithm of 0 is taken."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sound as uploaded: its format, its length, and its audible defects.

    Levels are in dB relative to full scale; `level_dbfs` is the mean without pauses.
    """

    form: str
    seconds: float
    level_dbfs: float
    peak_dbfs: float
    silent_seconds: float
    """The longest silence."""
    clipped_share: float
    """Share of the loud moments that are clipped."""


def examined(path: Path, scratch: Path, bounds: Bounds = WHOLE) -> Found:
    """Decode a file once and measure it; raises UnknownSoundFormat and UnfitSound as `evened` does."""
    import soundfile

    form = look(path, bounds).form
    try:
        return _examined(converted(path, scratch) if form == "m4a" else path, form, bounds)
    except soundfile.LibsndfileError as damaged:
        raise UnknownSoundFormat("Tệp âm thanh bị hỏng ở giữa chừng. Hãy ghi hoặc lưu lại tệp.") from damaged


def _examined(path: Path, form: str, bounds: Bounds) -> Found:
    import numpy as np
    import soundfile

    from tts.stretches import Stretches

    length, heard, energy, peak = 0, 0, 0.0, 0.0
    with soundfile.SoundFile(path) as opened:
        rate = opened.samplerate
        found = Stretches(rate)
        while len(read := opened.read(BLOCK_SECONDS * rate, dtype="float32", always_2d=True)):
            block = np.nan_to_num(np.asarray(read.mean(axis=1), np.float32))
            length += len(block)
            level = np.abs(block)
            loud = block[level > PAUSE]
            heard += len(loud)
            energy += float(np.dot(loud, loud))
            peak = max(peak, float(level.max()))
            found.add(block)
    check_length(length / rate, bounds)
    refuse_faults(found, peak)
    mean = (energy / heard) ** 0.5 if heard else MEAN
    return Found(form, length / rate, _db(mean), _db(peak), found.silent, found.clipped_share)


def _db(value: float) -> float:
    import math

    return 20 * math.log10(max(value, _FLOOR))


def keep_found(uploads: UploadStore, upload: UploadId, found: Found) -> None:
    """Keep what was found beside the file; raises NoSpace or StoreAway."""
    uploads.keep_beside(upload, json.dumps(asdict(found)).encode())


def found_in(uploads: UploadStore, upload: UploadId) -> Found | None:
    """Return what was found in a file when it came, or None where that is not known; raises StoreAway."""
    told = uploads.beside(upload)
    try:
        return None if told is None else Found(**json.loads(told))
    except (TypeError, ValueError):
        return None
