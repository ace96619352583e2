"""Cache of spoken phrases on disk, so that a changed sentence costs one phrase, not the whole bulletin."""

import hashlib
import json
import os
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from tts.engines import Sound
from tts.files import LEFTOVER, sweep_leftovers, write_whole

_FORMAT = "flac16-1"
"""Part of every key: increased when phrases are stored or trimmed differently."""
_SUFFIX = ".flac"


@dataclass(frozen=True, slots=True)
class PhraseKey:
    """Everything that determines how a phrase sounds."""

    engine: str
    version: str
    voice: str
    rate: float
    phrase: str

    def digest(self) -> str:
        """The name of the phrase in the cache: SHA-256 of all fields, in hexadecimal digits."""
        fields = [_FORMAT, self.engine, self.version, self.voice, self.rate, self.phrase]
        return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


class PhraseCache:
    """Phrases in one directory; above `max_bytes` the least recently used are removed."""

    def __init__(self, directory: Path, max_bytes: int) -> None:
        self._directory = directory
        self._max_bytes = max_bytes

    def path(self, digest: str) -> Path:
        """Where the phrase is or would be."""
        return self._directory / digest[:2] / f"{digest}{_SUFFIX}"

    def use(self, digest: str) -> bool:
        """Return whether the phrase is cached; if so, mark it as used now."""
        try:
            os.utime(self.path(digest))
        except FileNotFoundError:
            return False
        return True

    def sweep(self, in_use: AbstractSet[str] = frozenset()) -> int:
        """Remove the longest unused phrases above the bound and return the bytes that remain.

        Phrases whose digest is `in_use` stay, whatever the bound.
        """
        sweep_leftovers(self._directory.glob(f"*/*{LEFTOVER}"))
        kept: list[tuple[float, int, Path]] = []
        for place in self._directory.glob(f"*/*{_SUFFIX}"):
            with suppress(FileNotFoundError):
                status = place.stat()
                kept.append((status.st_mtime, status.st_size, place))
        total = sum(size for _, size, _ in kept)
        for _, size, place in sorted(kept):
            if total <= self._max_bytes:
                break
            if place.stem not in in_use:
                place.unlink(missing_ok=True)
                total -= size
        return total


def write_phrase(place: Path, sound: Sound) -> None:
    """Store the sound at 16 bits, losslessly compressed; raises NoSpace."""
    import soundfile

    packed = BytesIO()
    soundfile.write(packed, sound.samples, sound.sample_rate, format="FLAC", subtype="PCM_16")
    write_whole(place, packed.getvalue())


def read_phrase(place: Path) -> Sound:
    """Read a stored sound; raises FileNotFoundError when it is missing or damaged."""
    import soundfile

    try:
        samples, sample_rate = soundfile.read(place, dtype="float32")
    except soundfile.LibsndfileError as damaged:
        place.unlink(missing_ok=True)
        raise FileNotFoundError(place) from damaged
    return Sound(samples, sample_rate)
