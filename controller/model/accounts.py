"""Rows of accounts: people, sessions, keys, passkeys, second factors, codes, tokens, delegations, rules."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.permissions import Operator, OperatorId, OperatorRole
from controller.model.searchable import Searchable
from devices.ids import AreaCode, KeyId, Role
from devices.statements import ED25519

PasskeyId = NewType("PasskeyId", str)
PUBLIC_LENGTH = 128
RP_ID_LENGTH = 253
ISSUER_LENGTH = 500


class Account(Searchable, Base):
    """One person's account; `password_hash` is argon2id, empty where only a provider lets the person in.

    `first_password`: somebody else chose the password and so knows it; the person must choose another.
    """

    __tablename__ = "operators"
    SEARCHED = ("display_name", "name")

    id: Mapped[OperatorId] = mapped_column(String(ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(JSON)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    password_hash: Mapped[str] = mapped_column(Text)
    first_password: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def operator(self) -> Operator:
        """Return the person as operations use it."""
        roles = frozenset(OperatorRole(role) for role in self.roles)
        return Operator(
            self.id, self.name, self.display_name, roles, self.area, first_password=self.first_password
        )


class SignedIn(Base):
    """A server-side session; only the SHA-256 of its token is kept.

    `awaits_code`: not signed in yet; the password was right, the second factor is still missing.
    `ends_at`: of a session that a provider let in: after this it has to let the person in again.
    `fresh_at`: when the person, asked to, signed in anew at the provider: stands for a password typed then.
    """

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    operator: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(ID_LENGTH))
    awaits_code: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fresh_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ProviderIdentity(Base):
    """Whom a provider means by a subject; the pair is the only link, never a name or a mail address.

    `governs`: the provider's claims give the account its roles and area: it was opened by them.
    """

    __tablename__ = "provider_identities"

    issuer: Mapped[str] = mapped_column(String(ISSUER_LENGTH), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    operator: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), unique=True)
    governs: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HeldKey(Base):
    """A public key and its holder; `sealed` is the private half, encrypted with the holder's password.

    The station's private key is a file on the server, the root's is kept off it: neither is here.
    A key is active until it is `retired_at` (it signs nothing more, its private half is deleted, and what it
    signed stays valid) or `compromised_at` (what it signed is void, but for approvals before
    `compromised_since`). `in_key_set`: the key set in force
    contains it, as the `holder`'s, for `area` and `further_areas`; loudspeakers refuse the signatures of any
    other key, and this key's elsewhere. `area` None: the station's, or the set is older than keys with areas.
    `passkey`: the device that holds the private half; the station never has it. `rp_id`: the name of the site
    that a passkey is bound to.
    """

    __tablename__ = "keys"

    kid: Mapped[KeyId] = mapped_column(String(ID_LENGTH), primary_key=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    public: Mapped[str] = mapped_column(String(PUBLIC_LENGTH))
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    not_after: Mapped[datetime] = mapped_column(UtcDateTime)
    holder: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    compromised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    compromised_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    in_key_set: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    area: Mapped[AreaCode | None] = mapped_column(String(ID_LENGTH))
    further_areas: Mapped[list[AreaCode]] = mapped_column(JSON, default=list, server_default="[]")
    alg: Mapped[str] = mapped_column(String(32), default=ED25519, server_default=ED25519)
    rp_id: Mapped[str | None] = mapped_column(String(RP_ID_LENGTH))
    passkey: Mapped[PasskeyId | None] = mapped_column(ForeignKey("passkeys.id"))

    def signs_for(self, lineage: Collection[AreaCode]) -> bool:
        """Return whether loudspeakers accept it in an area; `lineage`: that area and those above it."""
        return any(area in lineage for area in self.signing_areas)

    @property
    def signing_areas(self) -> tuple[AreaCode, ...]:
        """Return the areas in which, and below which, loudspeakers accept it; none of the station's key."""
        return (self.area, *self.further_areas) if self.in_key_set and self.area is not None else ()

    __table_args__ = (Index("ix_keys_holder", "holder"),)


class Passkey(Base):
    """A person's device that signs: a telephone, a computer or a security token; it has one key a role.

    `credential`: the device's own name for it, base64url. `removed_at`: its keys are retired.
    """

    __tablename__ = "passkeys"

    id: Mapped[PasskeyId] = mapped_column(String(ID_LENGTH), primary_key=True)
    holder: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    credential: Mapped[str] = mapped_column(Text)
    public: Mapped[str] = mapped_column(String(PUBLIC_LENGTH), unique=True)
    rp_id: Mapped[str] = mapped_column(String(RP_ID_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SecondFactor(Base):
    """A person's TOTP secret, encrypted with the station's key; in force once `confirmed_at` is set.

    `last_step`: the newest 30-second step whose code was used; codes of this step or earlier are refused.
    """

    __tablename__ = "second_factors"

    operator: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A recovery code that replaces a lost telephone once; only its SHA-256 is stored."""

    __tablename__ = "recovery_codes"

    operator: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    code_sha256: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A token by which a program acts for a person; `acts` and `area` restrict it further than the person."""

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    operator: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_sha256: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    acts: Mapped[list[str]] = mapped_column(JSON)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Delegation(Base):
    """An approver's delegation: another person may approve in an area until it expires or is ended."""

    __tablename__ = "delegations"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    giver: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), index=True)
    receiver: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), index=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FirstCode(Base):
    """A one-time code that creates the first administrator; only its SHA-256 is stored."""

    __tablename__ = "first_codes"

    code_sha256: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RuleName(StrEnum):
    """A rule that the station's administrators switched on."""

    PASSKEYS = "passkeys"
    """Approvers sign by passkeys alone."""
    AUTHORS = "authors"
    """Authors sign what is approved, too: the root has the key sets ask for it."""


class StationRule(Base):
    """A rule in force, since when and by whom; no row: it is not."""

    __tablename__ = "station_rules"

    name: Mapped[RuleName] = mapped_column(String(ID_LENGTH), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
