"""Files of archives on the disk: written whole or not at all, read line by line, found by their digest."""

import gzip
import hashlib
import os
import secrets
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from controller.errors import BadInput, LoaError, Unavailable
from controller.features.archives.verification import ArchiveBroken, ArchiveReading
from tts.files import LEFTOVER, own_prefix, sweep_leftovers

_BLOCK = 1 << 20
_LEVEL = 6
_PRIVATE_FOLDER = 0o700
_LONGEST_LINE = 4 << 20
"""Characters: a plan of some days for a commune has some 20 kB."""


def name_of(province: str, year: int) -> str:
    """Return what the archive of a year is called."""
    return f"loa-{province}-{year}.jsonl.gz"


def write_part(folder: Path, name: str, lines: Iterable[str]) -> Path:
    """Write the lines into a part beside the final name, and return it when it is on the disk."""
    part = folder / f"{own_prefix()}{secrets.token_hex(4)}-{name}{LEFTOVER}"
    try:
        folder.mkdir(parents=True, mode=_PRIVATE_FOLDER, exist_ok=True)
        sweep_leftovers(folder.glob(f"*{LEFTOVER}"))
        with part.open("wb") as out:
            with gzip.GzipFile("", "wb", _LEVEL, out, mtime=0) as packed:
                for one in lines:
                    packed.write(one.encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Unavailable(
            f"Chưa ghi được tệp lưu trữ vào «{folder}»: {error}.", code="archive.disk"
        ) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def put_in_place(part: Path, place: Path) -> None:
    """Give a part its final name, and return when that is on the disk."""
    part.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def check(file: Path, reading: ArchiveReading) -> ArchiveReading:
    """Read a file through; raise LoaError that names the first broken line, or BadInput."""
    try:
        for one in lines_of(file):
            reading.take(one)
        reading.end()
    except ArchiveBroken as broken:
        raise LoaError(
            f"Tệp {file.name}, dòng {broken.line}: {broken.sentence}", code="archive.broken"
        ) from None
    return reading


def lines_of(file: Path, opened: BinaryIO | None = None) -> Iterator[str]:
    """Yield the lines of a file, `opened` where it is open already; raise BadInput where unreadable."""
    try:
        with gzip.open(opened or file, "rt", encoding="utf-8", newline="\n") as lines:
            while one := lines.readline(_LONGEST_LINE):
                yield one.removesuffix("\n")
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise BadInput(f"Không đọc được tệp «{file}»: {error}.", code="archive.unreadable") from error


def digest_of(file: Path) -> tuple[str, int] | None:
    """Return a file's SHA-256 and size, or None where it cannot be read."""
    with suppress(OSError), file.open("rb") as source:
        return digest_in(source)
    return None


def digest_in(source: BinaryIO) -> tuple[str, int]:
    """Return SHA-256 and size of what is left to read; raises OSError."""
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size
