"""The store of finished recordings: each is a file named by its own SHA-256."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NewType

from tts.errors import NoSpace

RecordingId = NewType("RecordingId", str)
"""SHA-256 of a recording's bytes, in 64 lower-case hexadecimal digits."""

_IS_ID = re.compile(r"[0-9a-f]{64}")
_LEFTOVER = ".part"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class RecordingStore:
    """Recordings in one directory, two levels deep, each written whole or not at all."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, content: bytes) -> RecordingId:
        """Keep the bytes and return their digest; the file is on the disk when this returns.

        Raises NoSpace when the disk (or the quota) is full; nothing is left behind then.
        """
        recording = RecordingId(hashlib.sha256(content).hexdigest())
        place = self.path(recording)
        if place.exists():
            return recording
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, content)
        except OSError as refused:
            if refused.errno in _FULL:
                raise NoSpace from refused
            raise
        return recording

    def read(self, recording: RecordingId) -> bytes:
        """The recording's bytes; raises FileNotFoundError when it is not kept here."""
        return self.path(recording).read_bytes()

    def path(self, recording: RecordingId) -> Path:
        """Where the recording is or would be; raises ValueError for anything that is no digest."""
        if not _IS_ID.fullmatch(recording):
            raise ValueError("a recording is named by 64 hexadecimal digits")
        return self._directory / recording[:2] / f"{recording}.mp3"

    def has(self, recording: RecordingId) -> bool:
        """Whether the recording is kept here."""
        return self.path(recording).is_file()

    def delete(self, recording: RecordingId) -> None:
        """Forget the recording; nothing happens when it is not kept."""
        self.path(recording).unlink(missing_ok=True)

    def sizes(self) -> dict[RecordingId, int]:
        """Every recording that is kept, with its size in bytes."""
        sizes: dict[RecordingId, int] = {}
        for place in self._files(".mp3"):
            if _IS_ID.fullmatch(place.stem):
                with suppress(FileNotFoundError):
                    sizes[RecordingId(place.stem)] = place.stat().st_size
        return sizes

    def sweep(self) -> int:
        """Remove what a crash left half-written and return how many; call it before the first `put`."""
        leftovers = list(self._files(_LEFTOVER))
        for leftover in leftovers:
            leftover.unlink(missing_ok=True)
        return len(leftovers)

    def _files(self, suffix: str) -> Iterator[Path]:
        if self._directory.is_dir():
            yield from self._directory.glob(f"*/*{suffix}")


def write_whole(place: Path, content: bytes) -> None:
    """Write the file whole or not at all, even when the power fails: temporary file, fsync, rename."""
    handle, name = tempfile.mkstemp(dir=place.parent, suffix=_LEFTOVER)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.chmod(0o644)
        part.replace(place)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _keep_name(place.parent)


def _keep_name(directory: Path) -> None:
    """Make the renamed entry itself durable."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
