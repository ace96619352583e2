"""Backup files: a tar of named parts and their SHA-256 digests, encrypted on request; docs/storage.md.

Encryption is the age format (age-encryption.org/v1) by the library pyrage: any `age` program opens it too.
"""

import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

from controller.errors import BadInput

FORMAT = 1
"""Raised when an older program could not restore what a newer one wrote."""
MANIFEST = "manifest.json"
"""The last part: what the others are called, their sizes and SHA-256, and what the backup is of."""
_LONGEST_MANIFEST = 256 << 20
"""Bytes: a million recordings."""
_BLOCK = 1 << 20
_AGE = b"age-encryption.org/v1"


class Digesting(io.RawIOBase):
    """Reader of another file that keeps the SHA-256 and the number of bytes read so far."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._digest = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        block = self._source.read(size)
        self._digest.update(block)
        self.size += len(block)
        return block

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes read so far, hexadecimal."""
        return self._digest.hexdigest()


class ArchiveWriter:
    """Writer of an archive, part by part; it can be restored only after `finish` wrote the manifest."""

    def __init__(self, out: BinaryIO) -> None:
        self._tar = tarfile.TarFile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT)
        self.parts: dict[str, dict[str, Any]] = {}

    def add_file(self, name: str, place: Path) -> bool:
        """Add a file; return False when it does not exist. Raises OSError when it shrinks meanwhile."""
        with suppress(FileNotFoundError), place.open("rb") as source:
            self._add(name, source, os.fstat(source.fileno()).st_size)
            return True
        return False

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a part from memory."""
        self._add(name, io.BytesIO(content), len(content))

    def finish(self, about: dict[str, Any]) -> None:
        """Add the manifest and end the archive."""
        manifest = {"format": FORMAT, **about, "parts": self.parts}
        content = json.dumps(manifest, ensure_ascii=False).encode()
        self._tar.addfile(_named(MANIFEST, len(content)), io.BytesIO(content))
        self._tar.close()

    def _add(self, name: str, source: BinaryIO, size: int) -> None:
        read = Digesting(source)
        self._tar.addfile(_named(name, size), read)
        self.parts[name] = {"size": size, "sha256": read.sha256}


def _named(name: str, size: int) -> tarfile.TarInfo:
    told = tarfile.TarInfo(name)
    told.size, told.mode = size, 0o600
    return told


def unpacked(source: BinaryIO, place_of: Callable[[str], Path]) -> dict[str, Any]:
    """Write each part to the path that `place_of` returns; check all against the manifest and return it.

    `place_of` raises BadInput for an unknown name. Raises BadInput when the backup is damaged or incomplete.
    """
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(fileobj=source, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or manifest is not None or member.name in found:
                    raise _no_backup()
                if member.name == MANIFEST:
                    manifest = json.loads(content.read(_LONGEST_MANIFEST))
                else:
                    found[member.name] = _kept(content, place_of(member.name))
        while source.read(_BLOCK):  # to the end: a truncated age file fails at its last block
            pass
    except (tarfile.TarError, json.JSONDecodeError, UnicodeDecodeError, EOFError) as broken:
        raise _no_backup() from broken
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or manifest.get("parts") != found:
        raise _no_backup()
    return manifest


def _kept(content: IO[bytes], place: Path) -> dict[str, Any]:
    place.parent.mkdir(parents=True, exist_ok=True)
    read = Digesting(content)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while block := read.read(_BLOCK):
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return {"size": read.size, "sha256": read.sha256}


def _no_backup() -> BadInput:
    return BadInput(
        "Tệp này không phải bản sao lưu của Loa, bị thiếu hoặc bị sửa. Chưa có gì được khôi phục.",
        code="restore.broken",
    )


# --- encryption


def recipients_of(names: Sequence[str]) -> list[Any]:
    """Parse public keys (`age1…`); raise BadInput naming the first one that is not valid."""
    from pyrage import RecipientError, x25519

    found = []
    for name in names:
        try:
            found.append(x25519.Recipient.from_str(name.strip()))
        except RecipientError:
            raise BadInput(
                f"«{name}» không phải khóa công khai của age (dạng age1…). Chưa có gì được sao lưu.",
                code="backup.recipient",
            ) from None
    return found


def identities_in(place: Path) -> list[Any]:
    """Return the private keys of a file written by `age-keygen`, or raise BadInput."""
    from pyrage import IdentityError, x25519

    try:
        lines = [line.strip() for line in place.read_text("utf-8").splitlines()]
        found = [x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError, IdentityError):
        found = []
    if not found:
        raise BadInput(f"Không đọc được khóa giải mã (age) trong «{place}».", code="restore.identity")
    return found


@contextmanager
def encrypted_to(out: BinaryIO, recipients: Sequence[Any]) -> Iterator[BinaryIO]:
    """Yield a file whose content is encrypted into `out`; without recipients, yield `out` itself."""
    if not recipients:
        yield out
        return
    from pyrage import encrypt_io

    reading, writing = os.pipe()

    def encrypt() -> None:
        with os.fdopen(reading, "rb") as plain:
            encrypt_io(plain, out, recipients)

    with _beside(encrypt) as failed, suppress(BrokenPipeError), os.fdopen(writing, "wb") as writer:
        yield writer
    if failed:
        raise OSError(*failed[0].args) from failed[0]


@contextmanager
def decrypted(place: Path, identity: Path | None) -> Iterator[BinaryIO]:
    """Yield a backup's content, decrypted if it is encrypted; raise BadInput when it cannot be decrypted."""
    with place.open("rb") as file:
        is_encrypted = file.read(len(_AGE)) == _AGE
        file.seek(0)
        if not is_encrypted:
            yield file
            return
        if identity is None:
            raise BadInput(
                "Bản sao lưu này được mã hóa. Hãy cho khóa bằng --identity.", code="restore.no-identity"
            )
        keys = identities_in(identity)
        from pyrage import decrypt_io

        reading, writing = os.pipe()

        def decrypt() -> None:
            with suppress(BrokenPipeError), os.fdopen(writing, "wb") as plain:
                decrypt_io(file, plain, keys)

        broken: BadInput | None = None
        with _beside(decrypt) as failed, os.fdopen(reading, "rb") as reader:
            try:
                yield reader
            except BadInput as error:
                broken = error
        if failed or broken:
            raise _opened_by_another(failed, broken or _no_backup()) from broken


def _opened_by_another(failed: list[BaseException], otherwise: BadInput) -> BadInput:
    """Return why a backup could not be read: it was encrypted for another key, or the error found in it."""
    if failed and "No matching keys" in str(failed[0]):
        return BadInput("Khóa này không mở được bản sao lưu.", code="restore.identity")
    return otherwise


@contextmanager
def _beside(work: Callable[[], None]) -> Iterator[list[BaseException]]:
    """Run the work in a thread until the block ends; yield a list that receives its exception, if any."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the other thread raises it
            failed.append(error)

    thread = threading.Thread(target=run, name="backup-encryption", daemon=True)
    thread.start()
    try:
        yield failed
    finally:
        thread.join()  # it ends: both ends of its pipe are closed
