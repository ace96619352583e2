"""Files in a bucket, with copies on this machine's disk up to a bound: what is used often is fetched once."""

import hashlib
import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tts.buckets import Bucket
from tts.errors import DamagedSound, NoSpace
from tts.file_stores import Proven, StoredFile
from tts.files import LEFTOVER, own_prefix, room_needed, sweep_leftovers, write_whole

_LOG = logging.getLogger(__name__)

LOCAL_BYTES: Final = 2 << 30
"""About 1,400 recordings of four minutes."""
_MISSING_S: Final = 60.0
"""Seconds in which a small file that was missing is not asked for again: pages ask at every look."""
_MOST_MISSING: Final = 4096
_LEFT: Final = 0.9
"""Of the bound, what stays after making room, so that room is not made for each file anew."""


class BucketStore:
    """A bucket, and the folder `local` with copies of it; above `most_bytes` the least recently used go.

    The bucket is the truth: what is written is there before anything else counts. A copy is compared with its
    digest when it is fetched and when this process first uses it; one that differs is fetched again.
    """

    def __init__(self, bucket: Bucket, local: Path, most_bytes: int = LOCAL_BYTES) -> None:
        self.local = local
        self._bucket = bucket
        self._most_bytes = most_bytes
        self._proven = Proven()
        self._held: int | None = None  # bytes of the copies, as far as this process knows
        self._fetching: dict[str, threading.Lock] = {}
        self._missing: dict[str, float] = {}
        self._lock = threading.Lock()
        self._making_room = threading.Lock()

    @property
    def is_up(self) -> bool:
        """Whether the bucket answered when it was last asked."""
        return self._bucket.is_up

    def check(self) -> None:
        """Raise StoreAway unless the bucket can be listed now."""
        self._bucket.check()

    def write(self, name: str, content: bytes) -> None:
        """Store the file in the bucket; a copy stays here."""
        self._bucket.put(name, content)
        try:
            write_whole(self.local / name, content)
        except (NoSpace, OSError) as full:
            _LOG.warning("no copy of %s is kept here: %s", name, type(full).__name__)
        self._came(name, len(content))

    def adopt(self, draft: Path, name: str) -> None:
        """Store a finished file from the folder `local`; it becomes the copy here."""
        self._bucket.put(name, draft)
        place = self.local / name
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(place)
        self._came(name, place.stat().st_size)

    def read(self, name: str) -> bytes:
        """Return a small file, of which a copy stays here; raises FileNotFoundError."""
        place = self.local / name
        with suppress(FileNotFoundError):
            return place.read_bytes()
        if self._missing.get(name, float("-inf")) > time.monotonic():
            raise FileNotFoundError(name)
        try:
            content = self._bucket.read(name)
        except FileNotFoundError:
            with self._lock:
                if len(self._missing) >= _MOST_MISSING:
                    self._missing.clear()
                self._missing[name] = time.monotonic() + _MISSING_S
            raise
        with suppress(NoSpace, OSError):
            write_whole(place, content)
        self._came(name, len(content))
        return content

    def file(self, name: str, sha256: str) -> Path:
        """Return where the copy lies, fetched where it does not; raises FileNotFoundError or DamagedSound."""
        place = self.local / name
        if self._is_right_here(place, sha256):
            return place
        with self._alone(name):
            if not self._is_right_here(place, sha256):
                self._fetch(name, sha256)
        return place

    def forget(self, name: str) -> None:
        """Have the file fetched again before it is used next."""
        self._proven.forget(self.local / name)
        (self.local / name).unlink(missing_ok=True)

    def has(self, name: str) -> bool:
        """Whether the file is in the bucket, or a copy of it here."""
        return self.is_local(name) or self._bucket.has(name)

    def is_local(self, name: str) -> bool:
        """Whether a copy lies here."""
        return (self.local / name).is_file()

    def delete(self, name: str) -> None:
        """Delete the file in the bucket, and its copy here."""
        self._bucket.delete(name)
        (self.local / name).unlink(missing_ok=True)

    def files(self) -> Iterator[StoredFile]:
        """Yield every file in the bucket."""
        for name, size, at in self._bucket.objects():
            yield StoredFile(name, size, at)

    def sweep(self) -> int:
        """Remove copies that a crash left incomplete; in the bucket nothing is."""
        return sweep_leftovers([*self.local.glob(f"*{LEFTOVER}"), *self.local.glob(f"*/*{LEFTOVER}")])

    def _is_right_here(self, place: Path, sha256: str) -> bool:
        try:
            if not self._proven.is_right(place, sha256):
                _LOG.warning("the copy %s is damaged: it is fetched again", place.name)
                return False
            os.utime(place, ns=(time.time_ns(), place.stat().st_mtime_ns))  # used now; its content is as old
        except FileNotFoundError:
            return False
        return True

    def _fetch(self, name: str, sha256: str) -> None:
        place = self.local / name
        with room_needed():
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(LEFTOVER, own_prefix(), place.parent)
            try:
                digest, size = hashlib.sha256(), 0
                with os.fdopen(handle, "wb") as out:
                    for block in self._bucket.blocks(name):
                        digest.update(block)
                        size += len(block)
                        out.write(block)
                if digest.hexdigest() != sha256:
                    raise DamagedSound
                Path(part).chmod(0o644)
                Path(part).replace(place)
            finally:
                Path(part).unlink(missing_ok=True)
        self._came(name, size)

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """Hold the file's own lock: many who ask for it at once have it fetched once."""
        with self._lock:
            own = self._fetching.setdefault(name, threading.Lock())
        try:
            with own:
                yield
        finally:
            with self._lock:
                if not own.locked():
                    self._fetching.pop(name, None)

    def _came(self, name: str, size: int) -> None:
        """Count a new copy, and make room where all of them exceed the bound."""
        with self._lock:
            self._missing.pop(name, None)
            if self._held is not None:
                self._held += size
                if self._held <= self._most_bytes:
                    return
        # a walk over thousands of files: readers go on meanwhile, and others who brought a file
        if self._making_room.acquire(blocking=False):
            try:
                self._held = self._made_room(self.local / name)
            finally:
                self._making_room.release()

    def _made_room(self, newest: Path) -> int:
        """Remove the least recently used copies above the bound; return the bytes that stay."""
        found = []
        for place in self.local.rglob("*"):
            with suppress(FileNotFoundError):
                if place.is_file() and place.suffix != LEFTOVER:
                    stat = place.stat()
                    found.append((max(stat.st_atime, stat.st_mtime), stat.st_size, place))
        held = sum(size for _, size, _ in found)
        if held <= self._most_bytes:
            return held
        for _, size, place in sorted(found):
            if held <= _LEFT * self._most_bytes:
                break
            if place != newest:
                place.unlink(missing_ok=True)
                held -= size
        return held
