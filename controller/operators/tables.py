"""Rows of people, of what they are signed in with, and of the keys that they hold."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.operators.permissions import Operator, OperatorId, OperatorRole
from controller.store.base import ID_LENGTH, Base, UtcDateTime, Word
from devices.messages import AreaCode, KeyId, Role


class Account(Base):
    """One person's account; `password_hash` is argon2id."""

    __tablename__ = "operators"

    id: Mapped[OperatorId] = mapped_column(String(ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(JSON)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    password_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def operator(self) -> Operator:
        """Return the person as the use cases know it."""
        roles = frozenset(OperatorRole(role) for role in self.roles)
        return Operator(self.id, self.name, self.display_name, roles, self.area)


class SignedIn(Base):
    """A server-side session; only the SHA-256 of its token is kept."""

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    operator: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(ID_LENGTH))


class HeldKey(Base):
    """A public key and who holds it; `sealed` is the private half under the holder's password.

    The station's private key is a file on the server, the root's is kept off it: neither is here.
    """

    __tablename__ = "keys"

    kid: Mapped[KeyId] = mapped_column(String(ID_LENGTH), primary_key=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    public: Mapped[str] = mapped_column(String(ID_LENGTH))
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    not_after: Mapped[datetime] = mapped_column(UtcDateTime)
    holder: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_keys_holder", "holder"),)
