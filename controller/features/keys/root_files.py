"""Files that hold one root key each: encrypted with a password, or (a trial) as they were made."""

import base64
import json
from pathlib import Path

from controller.errors import BadInput, Conflict
from controller.features.accounts.encryption import Sealing, WrongSecret, seal, unseal
from controller.host.home_folder import write_private
from controller.host.station_keys import root_key_at
from devices.jose import SigningKey
from devices.not_trusted import MalformedJws

FORMAT = "loa-root-key/1"
LEAST_PASSWORD = 12
"""Characters: a finder of the file may try passwords for as long as the key is valid."""


def is_encrypted(path: Path) -> bool:
    """Return whether the file holds an encrypted root key."""
    try:
        return bool(json.loads(path.read_text("utf-8"))["format"] == FORMAT)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write_root_file(path: Path, key: SigningKey, password: str) -> None:
    """Write a root key encrypted: AES-256-GCM under a key that argon2id makes of the password."""
    if len(password) < LEAST_PASSWORD:
        raise BadInput(
            f"Mật khẩu của tệp khóa gốc phải có ít nhất {LEAST_PASSWORD} ký tự.", code="keys.root-password"
        )
    sealed = seal(key.to_json().encode(), Sealing.by(password), _context(key.kid))
    content = {
        "format": FORMAT,
        "kid": key.kid,
        "public": key.public_x,
        "sealed": base64.b64encode(sealed).decode(),
    }
    write_private(path, json.dumps(content, indent=1) + "\n")


def read_root_file(path: Path, password: str | None = None) -> SigningKey:
    """Return the key of a file; Conflict without one, BadInput where the password does not open it."""
    if not is_encrypted(path):
        return root_key_at(path)
    content = json.loads(path.read_text("utf-8"))
    try:
        sealed = base64.b64decode(content["sealed"])
        return SigningKey.from_json(unseal(sealed, password or "", _context(content["kid"])))
    except WrongSecret:
        raise BadInput("Mật khẩu của tệp khóa gốc không đúng.", code="keys.root-password") from None
    except (ValueError, KeyError, TypeError, MalformedJws):
        raise Conflict(f"Tệp khóa gốc «{path}» bị hỏng.", code="keys.no-root") from None


def _context(kid: str) -> str:
    return f"loa root key {kid}"
