"""The store of finished recordings: each is a file named by its own SHA-256."""

import hashlib
import re
from contextlib import suppress
from pathlib import Path
from typing import NewType

from tts.files import LEFTOVER, sweep_leftovers, write_whole

RecordingId = NewType("RecordingId", str)
"""SHA-256 of a recording's bytes, in 64 lower-case hexadecimal digits."""

_IS_ID = re.compile(r"[0-9a-f]{64}")
_SUFFIX = ".mp3"


class RecordingStore:
    """Recordings below one directory, spread over folders named by their first two digits."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, content: bytes) -> RecordingId:
        """Store the bytes and return their digest; the file is on the disk when this returns.

        Raises NoSpace when the disk or the quota is full; then no part of the file is left.
        """
        recording = RecordingId(hashlib.sha256(content).hexdigest())
        if not self.has(recording):
            write_whole(self.path(recording), content)
        return recording

    def read(self, recording: RecordingId) -> bytes:
        """Return the recording's bytes; raises FileNotFoundError when it is not stored here."""
        return self.path(recording).read_bytes()

    def path(self, recording: RecordingId) -> Path:
        """Where the recording is or would be; raises ValueError for anything that is no digest."""
        if not _IS_ID.fullmatch(recording):
            raise ValueError("a recording is named by 64 hexadecimal digits")
        return self._directory / recording[:2] / f"{recording}{_SUFFIX}"

    def beside(self, recording: RecordingId, kind: str) -> Path:
        """Where a small file about the recording is or would be; it goes when the recording goes."""
        return self.path(recording).with_suffix(f".{kind}.json")

    def has(self, recording: RecordingId) -> bool:
        """Whether the recording is kept here."""
        return self.path(recording).is_file()

    def delete(self, recording: RecordingId) -> None:
        """Delete the recording, if it is stored."""
        place = self.path(recording)
        place.unlink(missing_ok=True)
        for about in place.parent.glob(f"{recording}.*.json"):
            about.unlink(missing_ok=True)

    def sizes(self) -> dict[RecordingId, int]:
        """Every stored recording, with its size in bytes."""
        sizes: dict[RecordingId, int] = {}
        for place in self._directory.glob(f"*/*{_SUFFIX}"):
            if _IS_ID.fullmatch(place.stem):
                with suppress(FileNotFoundError):
                    sizes[RecordingId(place.stem)] = place.stat().st_size
        return sizes

    def kept_before(self, instant: float) -> list[RecordingId]:
        """Return the recordings that were kept before an instant (seconds since 1970), the oldest first."""
        found: list[tuple[float, RecordingId]] = []
        for recording in self.sizes():
            with suppress(FileNotFoundError):
                found.append((self.path(recording).stat().st_mtime, recording))
        return [recording for at, recording in sorted(found) if at < instant]

    def sweep(self) -> int:
        """Remove files that a crash left incomplete; return how many there were."""
        return sweep_leftovers(self._directory.glob(f"*/*{LEFTOVER}"))
