"""Seals secrets (AES-256-GCM): a private key under its holder's password (argon2id), others under a key.

argon2id with one lane is computed by libsodium, in half the processor time that `cryptography` takes for the
same number of passes over the same memory, in however many lanes. Decision 168.
"""

import secrets
import struct
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from nacl.pwhash import argon2id

_UNDER_A_KEY = b"\x01"
_OF_FIRST_COST = b"\x01"  # sealed under a password; older format without the cost
_UNDER_A_PASSWORD = b"\x02"  # includes the argon2id cost, so that the cost can be raised later
_SALT = 16
_NONCE = 12
_KEY = 32
_HEAD = struct.Struct(">BBI")
_LARGEST_MEMORY_KIB = 1024 * 1024  # limit: forged sealed bytes must not exhaust the machine's memory


class WrongSecret(Exception):  # noqa: N818 - named by what it means
    """The password does not open the seal, or the sealed bytes were changed."""


class Cost(NamedTuple):
    """Cost parameters of argon2id for one guess."""

    iterations: int
    lanes: int
    memory_kib: int

    def packed(self) -> bytes:
        """Return it encoded for sealed bytes."""
        return _HEAD.pack(*self)

    @classmethod
    def unpacked(cls, head: bytes) -> Self:
        """Read it from sealed bytes; raise WrongSecret for a cost that this program never used."""
        cost = cls(*_HEAD.unpack(head))
        if not (cost.iterations and cost.lanes and 8 * cost.lanes <= cost.memory_kib <= _LARGEST_MEMORY_KIB):
            raise WrongSecret
        return cost


_FIRST_COST = Cost(iterations=3, lanes=4, memory_kib=64 * 1024)
COST = Cost(iterations=3, lanes=1, memory_kib=64 * 1024)
"""RFC 9106's second recommendation (64 MiB, three passes), but one lane, not four: some 0.1 s. A guess takes
as much memory and as many passes; releases before this one sealed with four."""


class Sealing(NamedTuple):
    """The key derived from a password, computed once for everything sealed under it."""

    cost: Cost
    salt: bytes
    key: bytes

    @classmethod
    def by(cls, password: str) -> Self:
        """Derive the key; takes about 0.1 s."""
        salt = secrets.token_bytes(_SALT)
        return cls(COST, salt, _key(password, salt, COST))


def seal(content: bytes, sealing: Sealing, context: str) -> bytes:
    """Return the sealed content; `context` (the key's owner) must be the same when it is opened."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(sealing.key).encrypt(nonce, content, context.encode())
    return _UNDER_A_PASSWORD + sealing.cost.packed() + sealing.salt + nonce + sealed


def unseal(sealed: bytes, password: str | Sealing, context: str) -> bytes:
    """Return the content; raise WrongSecret for a wrong password, a wrong context or changed bytes.

    A password as text takes 0.1 to 0.2 s; a `Sealing` opens at once what was sealed with that same `Sealing`.
    """
    if sealed.startswith(_OF_FIRST_COST):
        sealed = _UNDER_A_PASSWORD + _FIRST_COST.packed() + sealed[len(_OF_FIRST_COST) :]
    head, rest = sealed[: 1 + _HEAD.size], sealed[1 + _HEAD.size :]
    salt, nonce, content = rest[:_SALT], rest[_SALT : _SALT + _NONCE], rest[_SALT + _NONCE :]
    if not head.startswith(_UNDER_A_PASSWORD) or len(nonce) < _NONCE:
        raise WrongSecret
    try:
        key = _key_for(password, salt, Cost.unpacked(head[1:]))
        return AESGCM(key).decrypt(nonce, content, context.encode())
    except InvalidTag as error:
        raise WrongSecret from error


def seal_with(content: bytes, key: bytes, context: str) -> bytes:
    """Return the content sealed under a 32-byte key, bound to its context."""
    nonce = secrets.token_bytes(_NONCE)
    return _UNDER_A_KEY + nonce + AESGCM(key).encrypt(nonce, content, context.encode())


def unseal_with(sealed: bytes, key: bytes, context: str) -> bytes:
    """Return the content; raise WrongSecret for a wrong key, a wrong context or changed bytes."""
    head = len(_UNDER_A_KEY)
    nonce = sealed[head : head + _NONCE]
    if not sealed.startswith(_UNDER_A_KEY) or len(nonce) < _NONCE:
        raise WrongSecret
    try:
        return AESGCM(key).decrypt(nonce, sealed[head + _NONCE :], context.encode())
    except InvalidTag as error:
        raise WrongSecret from error


def _key_for(password: str | Sealing, salt: bytes, cost: Cost) -> bytes:
    if isinstance(password, str):
        return _key(password, salt, cost)
    if (password.salt, password.cost) != (salt, cost):
        raise WrongSecret
    return password.key


def _key(password: str, salt: bytes, cost: Cost) -> bytes:
    secret = password.encode()
    if cost.lanes == 1:
        return argon2id.kdf(_KEY, secret, salt, opslimit=cost.iterations, memlimit=cost.memory_kib * 1024)
    kdf = Argon2id(
        salt=salt, length=_KEY, iterations=cost.iterations, lanes=cost.lanes, memory_cost=cost.memory_kib
    )
    return kdf.derive(secret)
