"""Finished recordings: each is a file named by its own SHA-256, in a file store (tts/file_stores.py)."""

import hashlib
import re
from pathlib import Path
from typing import NewType

from tts.errors import DamagedSound
from tts.file_stores import FileStore, file_store_of

RecordingId = NewType("RecordingId", str)
"""SHA-256 of a recording's bytes, in 64 lower-case hexadecimal digits."""

PHRASES, PEAKS, ORIGIN = BESIDE = ("phrases", "peaks", "origin")
"""Kinds of small files about a recording: when its phrases sound, its loudness, whose voice it is."""
_IS_ID = re.compile(r"[0-9a-f]{64}")
_IS_RECORDING = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})\.mp3")
_LOOKS = 3
"""Attempts to read a file that is removed from this machine, or changed on it, in that very moment."""


class RecordingStore:
    """Recordings by digest; safe from any thread, and shared by all processes that have the same file store.

    Every method that reaches the file store raises StoreAway where it does not answer, within seconds.
    """

    def __init__(self, place: Path | FileStore) -> None:
        """`place`: a path stands for a folder."""
        self._files = file_store_of(place)

    def put(self, content: bytes) -> RecordingId:
        """Store the bytes and return their digest; they are durable when this returns.

        What is there already is written again: it counts as kept from now on, so that no cleaning takes it
        before a row names it. Raises NoSpace when the disk or the quota is full; then no part is left.
        """
        recording = RecordingId(hashlib.sha256(content).hexdigest())
        self._files.write(name_of(recording), content)
        return recording

    def read(self, recording: RecordingId) -> bytes:
        """Return the recording's bytes, which have its digest; raises FileNotFoundError or DamagedSound."""
        name = name_of(recording)
        for _ in range(_LOOKS):
            place = self._files.file(name, recording)
            try:
                content = place.read_bytes()
            except FileNotFoundError:
                continue
            if hashlib.sha256(content).hexdigest() == recording:
                return content
            self._files.forget(name)
        raise DamagedSound

    def file(self, recording: RecordingId) -> Path:
        """Return a file on this machine with the recording's bytes, whose digest was looked at.

        It stays long enough to be opened, but may be removed later, to make room for others. Raises
        FileNotFoundError or DamagedSound; ValueError for anything that is no digest.
        """
        return self._files.file(name_of(recording), recording)

    def path(self, recording: RecordingId) -> Path:
        """Where the recording lies on this machine, if it does; ValueError for anything that is no digest."""
        return self._files.local / name_of(recording)

    def keep_beside(self, recording: RecordingId, kind: str, content: bytes) -> None:
        """Store a small file about the recording; it goes when the recording goes. Raises NoSpace."""
        self._files.write(name_of(recording, kind), content)

    def beside(self, recording: RecordingId, kind: str) -> bytes | None:
        """Return a small file about the recording, or None where there is none."""
        try:
            return self._files.read(name_of(recording, kind))
        except FileNotFoundError:
            return None

    def has(self, recording: RecordingId) -> bool:
        """Whether the recording is kept."""
        return self._files.has(name_of(recording))

    def is_local(self, recording: RecordingId) -> bool:
        """Whether the recording can be read without asking another machine."""
        return self._files.is_local(name_of(recording))

    def delete(self, recording: RecordingId) -> None:
        """Delete the recording, if it is stored, after what is known of it."""
        for kind in BESIDE:
            self._files.delete(name_of(recording, kind))
        self._files.delete(name_of(recording))

    def sizes(self) -> dict[RecordingId, int]:
        """Every stored recording, with its size in bytes."""
        return {recording: size for recording, (size, _) in self._kept().items()}

    def kept_before(self, instant: float) -> dict[RecordingId, int]:
        """Return what was kept before an instant (seconds since 1970), the oldest first, with its size."""
        found = sorted(
            (at, recording, size) for recording, (size, at) in self._kept().items() if at < instant
        )
        return {recording: size for _, recording, size in found}

    def sweep(self) -> int:
        """Remove files that a crash left incomplete; return how many there were."""
        return self._files.sweep()

    def check(self) -> None:
        """Raise StoreAway unless the file store answers now."""
        self._files.check()

    @property
    def is_up(self) -> bool:
        """Whether the file store answered when it was last asked."""
        return self._files.is_up

    def _kept(self) -> dict[RecordingId, tuple[int, float]]:
        return {
            RecordingId(found[2]): (size, at)
            for name, size, at in self._files.files()
            if (found := _IS_RECORDING.fullmatch(name))
        }


def name_of(recording: RecordingId, kind: str = "") -> str:
    """Return the name of a recording, or of a small file about it; ValueError for no digest."""
    if not _IS_ID.fullmatch(recording):
        raise ValueError("a recording is named by 64 hexadecimal digits")
    return f"{recording[:2]}/{recording}.{kind}.json" if kind else f"{recording[:2]}/{recording}.mp3"
