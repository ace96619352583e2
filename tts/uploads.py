"""Uploaded sounds, named by their SHA-256, until they become recordings; in a file store (file_stores.py)."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO, NewType

from tts.errors import SpeechError
from tts.file_stores import FileStore, file_store_of
from tts.files import LEFTOVER, own_prefix, room_needed

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
    """Uploads by digest; written atomically, and never completely in memory.

    Every method that reaches the file store raises StoreAway where it does not answer.
    """

    def __init__(self, place: Path | FileStore) -> None:
        """`place`: a path stands for a folder."""
        self._files = file_store_of(place)

    def put(self, source: BinaryIO) -> UploadId:
        """Copy the bytes to the file store; raises UploadTooLarge or NoSpace, then no part is left."""
        with room_needed():
            self._files.local.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(LEFTOVER, own_prefix(), self._files.local)
            try:
                with os.fdopen(handle, "wb") as out:
                    upload = _copied(source, out)
                    out.flush()
                    os.fsync(out.fileno())
                self._files.adopt(Path(part), upload)
            except BaseException:
                Path(part).unlink(missing_ok=True)
                raise
        return upload

    def file(self, upload: UploadId) -> Path:
        """Return a file on this machine with the upload's bytes, whose digest was looked at.

        It may be removed later, to make room for others. Raises FileNotFoundError or DamagedSound.
        """
        return self._files.file(_name_of(upload), upload)

    def path(self, upload: UploadId) -> Path:
        """Where the file lies on this machine, if it does; ValueError for anything that is no digest."""
        return self._files.local / _name_of(upload)

    def keep_beside(self, upload: UploadId, content: bytes) -> None:
        """Store a small file about it; it goes when the file goes. Raises NoSpace."""
        self._files.write(f"{_name_of(upload)}.json", content)

    def beside(self, upload: UploadId) -> bytes | None:
        """Return the small file about it, or None where there is none."""
        try:
            return self._files.read(f"{_name_of(upload)}.json")
        except FileNotFoundError:
            return None

    def has(self, upload: UploadId) -> bool:
        """Whether the file is kept."""
        return self._files.has(_name_of(upload))

    def is_local(self, upload: UploadId) -> bool:
        """Whether the file can be read without asking another machine."""
        return self._files.is_local(_name_of(upload))

    def delete(self, upload: UploadId) -> None:
        """Delete the file, if it is stored, after what is known of it."""
        self._files.delete(f"{_name_of(upload)}.json")
        self._files.delete(_name_of(upload))

    def kept_before(self, instant: float) -> list[UploadId]:
        """Return the files that were last put before an instant (seconds since 1970)."""
        return [
            UploadId(name) for name, _, at in self._files.files() if _IS_ID.fullmatch(name) and at < instant
        ]

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


def _name_of(upload: UploadId) -> str:
    if not _IS_ID.fullmatch(upload):
        raise ValueError("an upload is named by 64 hexadecimal digits")
    return upload


def _copied(source: BinaryIO, out: BinaryIO) -> UploadId:
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        size += len(block)
        if size > LARGEST_UPLOAD:
            raise UploadTooLarge
        digest.update(block)
        out.write(block)
    return UploadId(digest.hexdigest())
