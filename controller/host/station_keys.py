"""Key files in the station's home: their names, how they are read, and the sealer of the journal.

docs/operator.md, "Keys", says which of them stay on the server.
"""

import base64
import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from controller.errors import Conflict, StartFailed
from controller.settings import Settings
from devices.jose import SigningKey
from devices.not_trusted import MalformedJws


@dataclass(frozen=True)
class Secrets:
    """Files of the home that hold keys and first passwords: to be backed up, some to be moved elsewhere."""

    home: Path

    @property
    def station_key(self) -> Path:
        """The station's private key: stays on the server."""
        return self.home / "keys" / "station.json"

    @property
    def next_station_key(self) -> Path:
        """The key that replaces `station_key` from a set date on."""
        return self.home / "keys" / "station-next.json"

    @property
    def sealing_key(self) -> Path:
        """The station's first key, once another signs: the seals in the database are derived from it."""
        return self.home / "keys" / "sealing.json"

    @property
    def root_key(self) -> Path:
        """The root's private key: to be moved off the server."""
        return self.home / "keys" / "root.json"

    @property
    def root_public(self) -> Path:
        """The root's public half, which nodes pin."""
        return self.home / "keys" / "root.pub"

    @property
    def operators(self) -> Path:
        """The first passwords: to be deleted once everybody has chosen another."""
        return self.home / "operators.txt"

    @property
    def learners(self) -> Path:
        """The passwords of the people of a class, at a practice station."""
        return self.home / "lop-hoc.txt"

    def passwords(self) -> dict[str, str]:
        """Return the first passwords by name, or nothing when the file is gone."""
        return _names_and_words(self.operators)

    def class_passwords(self) -> dict[str, str]:
        """Return the passwords of a class by name, or nothing without one."""
        return _names_and_words(self.learners)


def _names_and_words(path: Path) -> dict[str, str]:
    with contextlib.suppress(FileNotFoundError):
        lines = path.read_text("utf-8").splitlines()
        return dict(line.split("\t", 1) for line in lines if "\t" in line)
    return {}


class StationSeal:
    """Seals journal entries with the station's key; `first`: its very first key, where it was renewed."""

    def __init__(self, key: SigningKey, first: SigningKey | None = None) -> None:
        self._kid = key.kid
        self._private = _private_half(key)
        self._first = _private_half(first or key)

    @property
    def kid(self) -> str:
        """Name of the key."""
        return self._kid

    def sign(self, content: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of the content."""
        return self._private.sign(content)

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes derived from the first key (HKDF), for encrypting secrets in the database."""
        kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
        return kdf.derive(self._first.private_bytes_raw())


def _private_half(key: SigningKey) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(
        base64.urlsafe_b64decode(json.loads(key.to_json())["d"] + "=")
    )


def root_key_at(path: Path) -> SigningKey:
    """Return the root key from its file, or raise Conflict: it should be kept off the server."""
    try:
        return SigningKey.from_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, MalformedJws):
        raise Conflict(
            f"Không đọc được khóa gốc «{path}». Hãy đặt khóa gốc vào đó (hoặc chỉ chỗ bằng --root) rồi "
            "làm lại, sau đó cất đi.",
            code="keys.no-root",
        ) from None


def station_key(settings: Settings) -> SigningKey:
    """Return the station's key, or raise StartFailed when its file does not exist."""
    try:
        return SigningKey.from_json(Secrets(settings.home).station_key.read_text("utf-8"))
    except FileNotFoundError:
        raise StartFailed(
            f"Thiếu khóa của đài ({Secrets(settings.home).station_key}). Hãy khôi phục tệp này từ bản sao "
            "lưu; không có nó, loa sẽ không nhận kế hoạch nào.",
            code="station.no_key",
        ) from None


def station_seal(settings: Settings) -> StationSeal:
    """Return the sealer of the journal, which uses the key that signs now."""
    files = Secrets(settings.home)
    return StationSeal(station_key(settings), key_at(files.sealing_key))


def key_at(path: Path) -> SigningKey | None:
    """Return the key of a file, or None without one; StartFailed where it cannot be read."""
    try:
        return SigningKey.from_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (UnicodeDecodeError, MalformedJws):
        raise StartFailed(f"Không đọc được khóa «{path}».", code="station.no_key") from None
