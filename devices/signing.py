"""Which message is signed by whom, and what makes one good; the keys that a verifier trusts.

The rules for a firmware author are in docs/protocol.md, "Signed messages".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final, Self, TypeVar

from devices.enrolment import Enrolment, Home, Place
from devices.ids import KeyId, Role
from devices.instants import written_instant
from devices.jose import (
    ALGORITHMS,
    NODE,
    ROOT,
    PublicKey,
    Sealed,
    Signer,
    SigningKey,
    apart,
    checked,
    payload_of,
    signatures_of,
)
from devices.messages import Manifest, Plan, Receipt, ReceiptsCommitted, TimeReply
from devices.not_trusted import Expired, KeyEnded, UnknownKey, WrongRole
from devices.passkeys import Assertion, base64url, challenge_of, signing_input
from devices.roots import TYP as ROOTS_TYP
from devices.roots import Roots, RootSet, read_key_set_by
from devices.statements import ED25519, Approval, Authorship, Call, Key, KeySet, Policy
from devices.wire_types import SignedTogether, WireMessage

M = TypeVar("M", bound=WireMessage)


@dataclass(frozen=True, slots=True)
class MessageKind:
    """How one kind of message is named in the header, and whose key signs it."""

    typ: str
    signers: tuple[Signer, ...]
    """Roles of keys."""


KINDS: Final[dict[type[WireMessage], MessageKind]] = {
    KeySet: MessageKind("loa-keys", (ROOT,)),
    RootSet: MessageKind(ROOTS_TYP, (ROOT,)),
    Plan: MessageKind("loa-plan", (Role.STATION,)),
    Manifest: MessageKind("loa-manifest", (Role.STATION,)),
    TimeReply: MessageKind("loa-time", (Role.STATION,)),
    Policy: MessageKind("loa-policy", (Role.ADMINISTRATOR,)),
    Approval: MessageKind("loa-approval", (Role.APPROVER,)),
    Authorship: MessageKind("loa-author", (Role.CALLER, Role.APPROVER)),
    Call: MessageKind("loa-call", (Role.APPROVER, Role.CALLER)),
    Enrolment: MessageKind("loa-enrolment", (Role.STATION,)),
    Place: MessageKind("loa-place", (Role.ADMINISTRATOR,)),
    Home: MessageKind("loa-home", (Role.ADMINISTRATOR,)),
    Receipt: MessageKind("loa-receipt", (NODE,)),
    ReceiptsCommitted: MessageKind("loa-committed", (Role.STATION,)),
}


_BY_SEVERAL: Final = (Role.ADMINISTRATOR,)
"""Signers of what one administrator may sign, or several: policies, places, homes."""


def sign(model: WireMessage, key: SigningKey) -> str:
    """Return the message as a compact JWS; raise WrongRole when the key may not sign this kind."""
    return _sign_as(KINDS[type(model)], key, model.payload())


def sign_also(text: str, model: type[WireMessage], key: SigningKey) -> str:
    """Return a compact JWS by another key over the very bytes that `text` signs; `jose.joined` joins both."""
    return _sign_as(KINDS[model], key, payload_of(text))


def _sign_as(kind: MessageKind, key: SigningKey, payload: bytes) -> str:
    if key.role not in kind.signers:
        raise WrongRole(f"{kind.typ} is signed by {' or '.join(kind.signers)}, not {key.role}")
    return key.sign_bytes(payload, kind.typ)


def challenge_for(payload: bytes, model: type[WireMessage], kid: KeyId) -> bytes:
    """Return what a passkey's authenticator is to sign for a statement."""
    return challenge_of(signing_input(payload, KINDS[model].typ, kid))


@dataclass(frozen=True, slots=True)
class PersonsKey:
    """A public key of a person: its name, its role, and what its signatures are checked with."""

    kid: KeyId
    role: Role
    public: PublicKey


def sign_by_passkey(payload: bytes, model: type[WireMessage], key: PersonsKey, assertion: Assertion) -> str:
    """Return the statement as a JWS with this assertion, checked as a node checks it; or raise NotTrusted."""
    kind = KINDS[model]
    if key.role not in kind.signers:
        raise WrongRole(f"{kind.typ} is signed by {' or '.join(kind.signers)}, not {key.role}")
    text = f"{signing_input(payload, kind.typ, key.kid)}.{base64url(assertion.packed())}"
    checked(Sealed.read(text, kind.typ), model, key.public)
    return text


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """The keys that a verifier holds for good, and when the set ends in which each came; None: not judged."""

    keys: dict[KeyId, Key]
    ends_at: dict[KeyId, datetime | None]
    administrators: int = 1
    """How many holders must sign what administrators decide: the most that any of the sets states."""
    authors: bool = False
    """Whether approvals need their author's signature: any of the sets says so."""

    @classmethod
    def of(cls, *key_sets: KeySet) -> Self:
        """Trust the keys of sets that `read_key_set` returned (or that we made ourselves).

        A key that several sets name counts as the newest of them says. A person's key without holder and area
        counts for nothing: nobody could tell whose it is, and where; so does one of an unknown alg or role.
        """
        keys: dict[KeyId, Key] = {}
        ends: dict[KeyId, datetime | None] = {}
        for key_set in sorted(key_sets, key=lambda one: one.version):
            for key in key_set.keys:
                if _counts(key):
                    keys[key.kid], ends[key.kid] = key, key_set.expires_at
        administrators = max((one.administrators for one in key_sets), default=1)
        return cls(keys, ends, administrators, any(one.authors for one in key_sets))

    @classmethod
    def for_good(cls, keys: Iterable[Key]) -> Self:
        """Trust keys without the lifetime of a set: for what was signed when they counted."""
        known = {key.kid: key for key in keys}
        return cls(known, dict.fromkeys(known))


def _counts(key: Key) -> bool:
    if not isinstance(key.role, Role):
        return False  # of a later release
    if key.role is Role.STATION:
        return key.alg == ED25519  # a machine has nobody to be verified
    return key.alg in ALGORITHMS and bool(key.holder and key.area)


def read_key_set(text: str | bytes, root: str | Roots, now: datetime | None) -> KeySet:
    """Return the key set if the root signed it; the caller refuses a version not above its own.

    `root`: the pinned public key, or the roots that followed it.

    `now` None: a node that does not know the time yet cannot judge lifetimes; it judges again once it does.
    """
    roots = Roots.pinned(root) if isinstance(root, str) else root
    key_set = read_key_set_by(text, roots)
    if now is not None:
        check_lifetime("key set", None, key_set.expires_at, now)
    return key_set


def verify(text: str | bytes, model: type[M], trusted: TrustedKeys, now: datetime | None) -> M:
    """Return the message if a key of the right role signed it and all lifetimes hold; else raise NotTrusted.

    `now` None: lifetimes are not judged, for what was accepted within them and goes on to bind beyond them.
    A clock reply is judged at the instant that it states itself: a node asks for it because its own clock
    may be wrong, and the echo of its request proves that the reply is fresh.
    """
    return verified_by_all(text, model, trusted, now)[0]


def verified_by(
    text: str | bytes, model: type[M], trusted: TrustedKeys, now: datetime | None
) -> tuple[M, Key]:
    """Return what `verify` returns, with the key that signed it: whose it is, and where it counts."""
    return _verified(Sealed.read(text, KINDS[model].typ), model, trusted, now)


def verify_together(
    text: SignedTogether, model: type[M], trusted: TrustedKeys, now: datetime | None
) -> tuple[M, tuple[Key, ...]]:
    """Return the message and the keys that signed it; each signature must pass what `verify` checks.

    Whose they are, and where they sign, is judged by who asks: two keys of one holder are one person.
    """
    return _all_verified(apart(text, KINDS[model].typ), model, trusted, now)


def verified_by_all(
    text: str | bytes, model: type[M], trusted: TrustedKeys, now: datetime | None
) -> tuple[M, tuple[Key, ...]]:
    """Return what `verify_together` returns; what one has signed is a compact JWS.

    Only what administrators decide may have several signers.
    """
    if KINDS[model].signers != _BY_SEVERAL:
        message, key = verified_by(text, model, trusted, now)
        return message, (key,)
    return _all_verified(signatures_of(text, KINDS[model].typ), model, trusted, now)


def _all_verified(
    parts: Iterable[Sealed], model: type[M], trusted: TrustedKeys, now: datetime | None
) -> tuple[M, tuple[Key, ...]]:
    read = [_verified(sealed, model, trusted, now) for sealed in parts]
    return read[0][0], tuple(key for _, key in read)


def _verified(sealed: Sealed, model: type[M], trusted: TrustedKeys, now: datetime | None) -> tuple[M, Key]:
    kind = KINDS[model]
    key = trusted.keys.get(sealed.kid)
    if key is None:
        raise UnknownKey(f"{kind.typ}: key {sealed.kid} is in no trusted key set")
    if key.role not in kind.signers:
        raise WrongRole(f"{kind.typ}: signed by a key of role {key.role}, not {' or '.join(kind.signers)}")
    message = checked(sealed, model, PublicKey.of(key))
    if isinstance(message, TimeReply):
        now = datetime.fromtimestamp(message.replied_us / 1_000_000, UTC)
    check_lifetime("key set", None, trusted.ends_at[key.kid], now)
    check_lifetime(f"key {key.kid}", key.not_before, key.not_after, now)
    if _expires(model):
        check_lifetime(kind.typ, None, message.expires_at, now)  # type: ignore[attr-defined]  # it has one
    _check_end(key, message)
    return message, key


@cache
def _expires(model: type[WireMessage]) -> bool:
    """Whether messages of a kind end by themselves; to ask the message costs pydantic 30 microseconds."""
    return "expires_at" in model.model_fields


def _check_end(key: Key, message: WireMessage) -> None:
    """Raise KeyEnded for what says of itself that it was signed after its key's end.

    Of a compromised key only approvals and their authors' signatures may count, which the station witnessed,
    and calls, which are short.
    """
    if not key.has_end:
        return
    said_at = next((getattr(message, name) for name in _SAID_AT if hasattr(message, name)), None)
    if isinstance(message, TimeReply):
        said_at = datetime.fromtimestamp(message.replied_us / 1_000_000, UTC)
    is_void = key.compromised_since is not None and not isinstance(message, _OF_PERSONS)
    if is_void or (said_at is not None and key.is_ended(said_at)):
        raise KeyEnded(f"{KINDS[type(message)].typ}: key {key.kid} had ended")


_OF_PERSONS: Final = (Approval, Authorship, Call)
_SAID_AT: Final = ("approved_at", "authored_at", "called_at", "issued_at")
"""Fields in which a message says when it was signed."""


def check_lifetime(what: str, begins: datetime | None, ends: datetime | None, now: datetime | None) -> None:
    """Raise Expired where `now` is before the begin, or not before the end; None: no such limit."""
    if now is None:
        return
    if begins is not None and now < begins:
        raise Expired(f"{what} is not valid before {written_instant(begins)}")
    if ends is not None and now >= ends:
        raise Expired(f"{what} expired at {written_instant(ends)}")
