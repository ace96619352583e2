"""Fresh secrets that people read out, type and keep; and the digests under which they are found again."""

import base64
import hashlib
import secrets

_PASSWORD_PAIRS = 12
_CONSONANTS, _VOWELS = "bcdghlmnrstvx", "aeiou"  # easy to read out over a telephone
_TOKEN_BYTES = 32
_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another: 5 bits each
_GROUP = 4
TOKEN_PREFIX = "loa_"  # noqa: S105 - what tokens begin with, so that scanners of leaked secrets find them


def fresh_password() -> str:
    """Return some 72 bits in plain syllables, as in `tabe-nomi-xuda`."""
    pairs = [secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(_PASSWORD_PAIRS)]
    return "-".join(a + b for a, b in zip(pairs[::2], pairs[1::2], strict=True))


def fresh_code(letters: int) -> str:
    """Return a code of so many letters, 5 bits each, in groups of four: `K3QD-7WXA`."""
    code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(letters))
    return "-".join(code[n : n + _GROUP] for n in range(0, letters, _GROUP))


def fresh_token() -> str:
    """Return 256 bits for a program or a cookie, 43 characters of base64url."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def fresh_totp_secret() -> str:
    """Return 160 bits in base32 (RFC 4226, section 4)."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def digest_of_secret(secret: str) -> str:
    """Return the SHA-256 in hexadecimal: enough for secrets that nobody can guess (60 bits and more)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def typed_code(text: str) -> str:
    """Return a code as it was made, from how a person typed it: case, spaces and hyphens aside."""
    kept = [letter for letter in text.upper() if letter in _CODE_LETTERS]
    return "".join(kept)


def digest_of_code(code: str) -> str:
    """Return the digest of a code, however it was typed."""
    return digest_of_secret(typed_code(code))
