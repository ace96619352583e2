"""Uploaded sound files, named by their SHA-256, until they are processed to recordings."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO, NewType

from tts.errors import SpeechError
from tts.files import LEFTOVER, own_prefix, room_needed, sweep_leftovers

UploadId = NewType("UploadId", str)
"""SHA-256 of a file's bytes, in 64 lower-case hexadecimal digits."""

LARGEST_UPLOAD = 250_000_000
"""Bytes: an hour of MP3 at its highest rate is 144 MB, twenty minutes of a studio's WAV are 230 MB."""
LARGEST_CHIME = 12_000_000
"""Bytes: fifteen seconds of a studio's WAV (96 kHz, two channels of 32 bits) are 11.5 MB."""
_IS_ID = re.compile(r"[0-9a-f]{64}")
_BLOCK = 1 << 20


class UploadTooLarge(SpeechError):  # noqa: N818 - the names of speech errors say what happened
    """The file has more bytes than an hour of sound needs."""

    code = "sound.too-large"
    text = (
        f"Tệp âm thanh lớn quá {LARGEST_UPLOAD // 1_000_000} MB. Hãy lưu lại dưới dạng MP3 rồi tải lên, "
        "hoặc chia thành nhiều bản tin."
    )


class UploadStore:
    """Files in one directory; written atomically, and never completely in memory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, source: BinaryIO) -> UploadId:
        """Copy the bytes to the disk; raises UploadTooLarge or NoSpace, then no part is left."""
        with room_needed():
            self._directory.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(LEFTOVER, own_prefix(), self._directory)
            try:
                with os.fdopen(handle, "wb") as out:
                    upload = _copied(source, out)
                    out.flush()
                    os.fsync(out.fileno())
                Path(part).replace(self.path(upload))
            except BaseException:
                Path(part).unlink(missing_ok=True)
                raise
        return upload

    def path(self, upload: UploadId) -> Path:
        """Where the file is or would be; raises ValueError for anything that is no digest."""
        if not _IS_ID.fullmatch(upload):
            raise ValueError("an upload is named by 64 hexadecimal digits")
        return self._directory / upload

    def beside(self, upload: UploadId) -> Path:
        """Where a small file about it is or would be; it goes when the file goes."""
        return self.path(upload).with_suffix(".json")

    def has(self, upload: UploadId) -> bool:
        """Whether the file is kept here."""
        return self.path(upload).is_file()

    def delete(self, upload: UploadId) -> None:
        """Delete the file, if it is stored."""
        self.path(upload).unlink(missing_ok=True)
        self.beside(upload).unlink(missing_ok=True)

    def kept_before(self, instant: float) -> list[UploadId]:
        """Return the files that were last put before an instant (seconds since 1970)."""
        return [
            UploadId(place.name)
            for place in self._directory.glob("*")
            if _IS_ID.fullmatch(place.name) and place.stat().st_mtime < instant
        ]

    def sweep(self) -> int:
        """Remove files that a crash left incomplete; return how many there were."""
        return sweep_leftovers(self._directory.glob(f"*{LEFTOVER}"))


def _copied(source: BinaryIO, out: BinaryIO) -> UploadId:
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        size += len(block)
        if size > LARGEST_UPLOAD:
            raise UploadTooLarge
        digest.update(block)
        out.write(block)
    return UploadId(digest.hexdigest())
