"""Passwords that are set: hashed before the transaction that sets them begins, so that no writer waits."""

from dataclasses import dataclass

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from controller.features.accounts.encryption import Sealing
from controller.features.accounts.hashing_limit import hashing
from controller.features.accounts.password_rules import LONGEST_PASSWORD

PASSWORDS = PasswordHash((Argon2Hasher(),))


@dataclass(frozen=True, slots=True)
class Hashed:
    """A new password with all that costs a quarter of a second: its hash, and the key that seals by it."""

    text: str
    hash: str
    sealing: Sealing


NewPassword = str | Hashed
"""A password as text is hashed in the transaction itself: right for tests and a founding, not where other
writers wait."""


def hash_password(text: str) -> Hashed:
    """Hash a new password while no transaction is held, or raise TooManyTries."""
    with hashing():
        return hashed(text)


def hashed(password: NewPassword) -> Hashed:
    """Return it hashed, now where it is not yet."""
    if isinstance(password, Hashed):
        return password
    return Hashed(password, PASSWORDS.hash(password), Sealing.by(password))


def is_password(text: str, kept: str | None) -> bool:
    """Whether it is the password whose hash is kept; hashes while no transaction is held."""
    with hashing():
        return kept is not None and PASSWORDS.verify(text[:LONGEST_PASSWORD], kept)
