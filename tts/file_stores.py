"""Places for finished files, by name: a folder here, or a bucket (tts/bucket_store.py).

See docs/several-machines.md. A file is whole or absent. What is in it never
changes under its name.
"""

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from tts.errors import DamagedSound
from tts.files import LEFTOVER, sweep_leftovers, sync_folder, write_whole

_MOST_PROVEN = 4096
"""Files of which it is remembered that their bytes were compared with their digest."""


class StoredFile(NamedTuple):
    """A file in a file store: its name, its bytes, and when it was put there (seconds since 1970)."""

    name: str
    size: int
    at: float


@runtime_checkable
class FileStore(Protocol):
    """Where files are kept. Raises StoreAway where it does not answer, NoSpace where it is full."""

    @property
    def local(self) -> Path:
        """A folder on this machine's disk: a draft that is written in it can be adopted."""

    @property
    def is_up(self) -> bool:
        """Whether it answered when it was last asked."""

    def check(self) -> None:
        """Raise StoreAway unless it answers now."""

    def write(self, name: str, content: bytes) -> None:
        """Keep a file under a name; it is durable when this returns."""

    def adopt(self, draft: Path, name: str) -> None:
        """Keep a finished file from the folder `local` under a name; it is durable when this returns."""

    def read(self, name: str) -> bytes:
        """Return a small file; raises FileNotFoundError."""

    def file(self, name: str, sha256: str) -> Path:
        """Return where the file lies on this machine, after a look at its digest.

        It may be removed there later, to make room. Raises FileNotFoundError or DamagedSound.
        """

    def forget(self, name: str) -> None:
        """Look at the file's digest again before it is used next."""

    def has(self, name: str) -> bool:
        """Whether the file is kept."""

    def is_local(self, name: str) -> bool:
        """Whether the file can be had without asking another machine."""

    def delete(self, name: str) -> None:
        """Delete the file, if it is kept."""

    def files(self) -> Iterator[StoredFile]:
        """Yield every file that is kept."""

    def sweep(self) -> int:
        """Remove what a crash left incomplete; return how much it was."""


class Proven:
    """Files whose bytes had the right digest when looked at; one that has changed is looked at again."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[int, int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def is_right(self, place: Path, sha256: str) -> bool:
        """Return whether the file has this digest; raises FileNotFoundError."""
        with place.open("rb") as opened:
            found = os.fstat(opened.fileno())
            mark = (found.st_ino, found.st_size, found.st_mtime_ns)
            with self._lock:
                if self._seen.get(place.name) == mark:
                    self._seen.move_to_end(place.name)
                    return True
            if hashlib.file_digest(opened, "sha256").hexdigest() != sha256:
                return False
        with self._lock:
            self._seen[place.name] = mark
            while len(self._seen) > _MOST_PROVEN:
                self._seen.popitem(last=False)
        return True

    def forget(self, place: Path) -> None:
        """Look at the file again before it is used next."""
        with self._lock:
            self._seen.pop(place.name, None)


class FolderStore:
    """Files below one directory of a disk that this machine sees."""

    is_up = True

    def __init__(self, directory: Path) -> None:
        self.local = directory
        self._proven = Proven()

    def check(self) -> None:
        """Do nothing: a disk that fails says so at each read."""

    def write(self, name: str, content: bytes) -> None:
        """Write the file and return when it is on the disk; raises NoSpace."""
        write_whole(self.local / name, content)

    def adopt(self, draft: Path, name: str) -> None:
        """Give a finished file, which is on the disk, its name."""
        place = self.local / name
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(place)
        sync_folder(place.parent)

    def read(self, name: str) -> bytes:
        """Return the file's bytes; raises FileNotFoundError."""
        return (self.local / name).read_bytes()

    def file(self, name: str, sha256: str) -> Path:
        """Return where the file lies; raises FileNotFoundError or DamagedSound."""
        place = self.local / name
        if not self._proven.is_right(place, sha256):
            raise DamagedSound
        return place

    def forget(self, name: str) -> None:
        """Look at the file's digest again before it is used next."""
        self._proven.forget(self.local / name)

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        return (self.local / name).is_file()

    def is_local(self, name: str) -> bool:
        """Whether the file is there."""
        return self.has(name)

    def delete(self, name: str) -> None:
        """Delete the file, if it is there."""
        (self.local / name).unlink(missing_ok=True)

    def files(self) -> Iterator[StoredFile]:
        """Yield every file, but for those that somebody is in the middle of writing."""
        for place in self.local.rglob("*"):
            with suppress(FileNotFoundError):
                if place.is_file() and place.suffix != LEFTOVER:
                    found = place.stat()
                    yield StoredFile(place.relative_to(self.local).as_posix(), found.st_size, found.st_mtime)

    def sweep(self) -> int:
        """Remove files that a crash left incomplete; return how many there were."""
        return sweep_leftovers([*self.local.glob(f"*{LEFTOVER}"), *self.local.glob(f"*/*{LEFTOVER}")])


def file_store_of(place: "Path | FileStore") -> FileStore:
    """Return the file store; a path stands for a folder."""
    return FolderStore(place) if isinstance(place, Path) else place
