"""New passwords: hashed before the write transaction begins, so that no other writer waits."""

from dataclasses import dataclass

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from controller.features.accounts.encryption import Sealing
from controller.features.accounts.hashing_limit import hashing
from controller.features.accounts.password_rules import LONGEST_PASSWORD

PASSWORDS = PasswordHash((Argon2Hasher(),))


@dataclass(frozen=True, slots=True)
class Hashed:
    """A new password with its two slow results (0.25 s each): its hash and its sealing key."""

    text: str
    hash: str
    sealing: Sealing


NewPassword = str | Hashed
"""A password as text is hashed in the transaction itself: right for tests and a founding, not where other
writers wait."""


def hash_password(text: str) -> Hashed:
    """Hash a new password outside any transaction, or raise TooManyTries."""
    with hashing():
        return hashed(text)


def hashed(password: NewPassword) -> Hashed:
    """Return the password hashed; hash it now if it is not hashed yet."""
    if isinstance(password, Hashed):
        return password
    return Hashed(password, PASSWORDS.hash(password), Sealing.by(password))


def is_password(text: str, kept: str | None) -> bool:
    """Whether the password matches the stored hash, where there is one; hashes outside any transaction."""
    with hashing():
        return kept is not None and kept != "" and PASSWORDS.verify(text[:LONGEST_PASSWORD], kept)
