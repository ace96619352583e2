"""Copies everything from one file store to another, each file compared with its digest; safe to repeat."""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tts.errors import DamagedSound
from tts.file_stores import FileStore, StoredFile
from tts.files import LEFTOVER, own_prefix, room_needed

_NAMED: Final = re.compile(r"(?:[0-9a-f]{2}/)?([0-9a-f]{64})(\.mp3)?")
"""A recording or an upload; anything else that is kept is a small file about one."""
_BLOCK: Final = 1 << 20
_AT_ONCE: Final = 4
"""Files on their way: a store far away answers each after some time."""


@dataclass(slots=True)
class Copied:
    """What became of the files of a file store."""

    copied: int = 0
    there_already: int = 0
    damaged: list[str] = field(default_factory=list)
    """Names of files that have not the digest that they are named by: they are not copied."""


def copy_store(
    source: FileStore, target: FileStore, tell: Callable[[int, int], None] | None = None
) -> Copied:
    """Copy what the target lacks; `tell` is told how many files of how many are done.

    What is about a recording goes before it, so that a copy that is broken off leaves no recording without.
    Raises StoreAway or NoSpace: what was copied stays, and the next copy goes on from there.
    """
    there = {one.name: one.size for one in target.files()}
    files = sorted(source.files(), key=lambda one: (_digest_of(one) is not None, one.name))
    done = Copied()

    def copy(one: StoredFile) -> str:
        if there.get(one.name) == one.size:
            return "there"
        digest = _digest_of(one)
        if digest is None:
            target.write(one.name, source.read(one.name))
            return "copied"
        try:
            _copy(source.file(one.name, digest), target, one.name, digest)
        except DamagedSound:
            return "damaged"
        return "copied"

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for number, (one, what) in enumerate(zip(files, pool.map(copy, files), strict=True), 1):
            if what == "damaged":
                done.damaged.append(one.name)
            elif what == "there":
                done.there_already += 1
            else:
                done.copied += 1
            if tell is not None:
                tell(number, len(files))
    return done


def _copy(place: Path, target: FileStore, name: str, digest: str) -> None:
    with room_needed():
        target.local.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(LEFTOVER, own_prefix(), target.local)
        try:
            found = hashlib.sha256()
            with os.fdopen(handle, "wb") as out, place.open("rb") as read:
                while block := read.read(_BLOCK):
                    found.update(block)
                    out.write(block)
                out.flush()
                os.fsync(out.fileno())
            if found.hexdigest() != digest:
                raise DamagedSound
            Path(part).chmod(0o644)
            target.adopt(Path(part), name)
        finally:
            Path(part).unlink(missing_ok=True)


def _digest_of(one: StoredFile) -> str | None:
    found = _NAMED.fullmatch(one.name)
    return found[1] if found else None
