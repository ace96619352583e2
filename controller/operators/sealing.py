"""Seals secrets (AES-256-GCM): a private key under its holder's password (argon2id), others under a key."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

_VERSION = b"\x01"
_SALT = 16
_NONCE = 12
_ITERATIONS, _LANES, _MEMORY_KIB = 3, 4, 64 * 1024
"""Argon2id of RFC 9106's second recommendation: 64 MiB, three passes, four lanes; some 0.1 s."""


class WrongSecret(Exception):  # noqa: N818 - named by what it means
    """The password does not open the seal, or the sealed bytes were changed."""


def seal(content: bytes, password: str, context: str) -> bytes:
    """Return the content sealed; `context` (whose key it is) must be the same when it is opened."""
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    sealed = AESGCM(_key(password, salt)).encrypt(nonce, content, context.encode())
    return _VERSION + salt + nonce + sealed


def unseal(sealed: bytes, password: str, context: str) -> bytes:
    """Return the content, or raise WrongSecret."""
    head = len(_VERSION)
    salt, nonce = sealed[head : head + _SALT], sealed[head + _SALT : head + _SALT + _NONCE]
    if not sealed.startswith(_VERSION) or len(nonce) < _NONCE:
        raise WrongSecret
    try:
        return AESGCM(_key(password, salt)).decrypt(nonce, sealed[head + _SALT + _NONCE :], context.encode())
    except InvalidTag as error:
        raise WrongSecret from error


def seal_with(content: bytes, key: bytes, context: str) -> bytes:
    """Return the content sealed under a 32-byte key, bound to its context."""
    nonce = secrets.token_bytes(_NONCE)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, content, context.encode())


def unseal_with(sealed: bytes, key: bytes, context: str) -> bytes:
    """Return the content, or raise WrongSecret: another key, another context, or changed bytes."""
    head = len(_VERSION)
    nonce = sealed[head : head + _NONCE]
    if not sealed.startswith(_VERSION) or len(nonce) < _NONCE:
        raise WrongSecret
    try:
        return AESGCM(key).decrypt(nonce, sealed[head + _NONCE :], context.encode())
    except InvalidTag as error:
        raise WrongSecret from error


def _key(password: str, salt: bytes) -> bytes:
    kdf = Argon2id(salt=salt, length=32, iterations=_ITERATIONS, lanes=_LANES, memory_cost=_MEMORY_KIB)
    return kdf.derive(password.encode())
