"""Signing and checking of signed messages: compact JWS, Ed25519 only; the only module that uses joserfc.

The rules for a firmware author are in docs/protocol.md, "Signed messages".
"""

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any, ClassVar, Final, Literal, Self, TypeVar, cast

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from devices import messages
from devices.enrolment import Enrolment, Place
from devices.ids import KeyId, Role
from devices.instants import whole_ms, written_instant
from devices.messages import (
    Approval,
    Key,
    KeySet,
    Manifest,
    Plan,
    Policy,
    Receipt,
    TimeReply,
    WireMessage,
    parse,
)

ALGORITHM: Final = "Ed25519"
"""RFC 9864's name: it leaves a verifier no choice of curve, unlike the older `EdDSA`."""
ROOT: Final = "root"
"""The role of the key that signs key sets; it is in no key set itself."""
NODE: Final = "node"
"""The role of a node's own key, which signs its receipts (receipt_signing.py); the station knows it."""
Signer = Role | Literal["root", "node"]

LONGEST_JWS: Final = 512 * 1024
"""A manifest of 4,096 chunks is 366 KB; anything longer is refused unread."""
_DOTS: Final = 2
LONGEST_HEADER: Final = 512
"""Ours are some 100 bytes."""
_SIZES: Final = jws.JWSRegistry(algorithms=[ALGORITHM])
_SIZES.max_payload_length = LONGEST_JWS  # the library's own limit, 128,000, is a quarter of a full plan
MEMO_SIZE: Final = 512
"""Checked messages remembered: a fleet in one process gets the same plan once for every node."""

M = TypeVar("M", bound=WireMessage)


@dataclass(frozen=True, slots=True)
class MessageKind:
    """How one kind of message is named in the header, and whose key signs it."""

    typ: str
    signer: Signer


KINDS: Final[dict[type[WireMessage], MessageKind]] = {
    KeySet: MessageKind("loa-keys", ROOT),
    Plan: MessageKind("loa-plan", Role.STATION),
    Manifest: MessageKind("loa-manifest", Role.STATION),
    TimeReply: MessageKind("loa-time", Role.STATION),
    Policy: MessageKind("loa-policy", Role.ADMINISTRATOR),
    Approval: MessageKind("loa-approval", Role.APPROVER),
    Enrolment: MessageKind("loa-enrolment", Role.STATION),
    Place: MessageKind("loa-place", Role.ADMINISTRATOR),
    Receipt: MessageKind("loa-receipt", NODE),
}


class NotTrusted(Exception):  # noqa: N818 - the family is named by what it means
    """A signed message that must not be acted upon."""

    code: ClassVar[str] = "not-trusted"
    sentence: ClassVar[str] = "Thông điệp không đáng tin nên đã bị bỏ qua; không có gì được phát theo nó."


class BadSignature(NotTrusted):
    """The signature does not fit the key that the message names."""

    code = "bad-signature"


class UnknownKey(NotTrusted):
    """The key is in no key set that we trust."""

    code = "unknown-key"


class WrongRole(NotTrusted):
    """The key may not sign this kind of message."""

    code = "wrong-role"


class WrongKind(NotTrusted):
    """The message is of another kind than its place demands."""

    code = "wrong-kind"


class Expired(NotTrusted):
    """The message or its key is outside its lifetime."""

    code = "expired"


class WrongApproval(NotTrusted):
    """The approval is for another recording, or for a test where the airing is none (or the other way)."""

    code = "wrong-approval"


class FarVersion(NotTrusted):
    """The version, which is a time in ms, lies too far in the future."""

    code = "far-version"


class OutsideScope(NotTrusted):
    """The approval is not for this place, this grade or this time, or its signer may not approve it here."""

    code = "outside-scope"


class MalformedJws(NotTrusted, messages.Malformed):
    """The text is no JWS of ours, or what it carries is not the promised message."""

    code = "malformed"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with its role and lifetime. Never logged, never on the wire."""

    kid: KeyId
    role: Signer
    not_before: datetime
    not_after: datetime
    public_x: str
    """The public half as nodes pin it: 32 bytes, base64url without padding."""
    _private: OKPKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls, role: Signer, now: datetime, lifetime: timedelta) -> Self:
        """Make a fresh key, valid from now."""
        return cls._of(OKPKey.generate_key("Ed25519"), role, whole_ms(now), whole_ms(now + lifetime))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what `to_json` wrote; raise Malformed for anything else."""
        try:
            stored = json.loads(text)
            key = OKPKey.import_key({name: stored[name] for name in ("kty", "crv", "x", "d")})
            role: Signer = ROOT if stored["role"] == ROOT else Role(stored["role"])
            times = (datetime.fromisoformat(stored[name]) for name in ("not_before", "not_after"))
            return cls._of(key, role, *times)
        except (ValueError, KeyError, TypeError, JoseError) as error:
            raise MalformedJws("not a stored signing key") from error

    @classmethod
    def _of(cls, key: OKPKey, role: Signer, not_before: datetime, not_after: datetime) -> Self:
        public_x = cast("str", key.as_dict(private=False)["x"])
        return cls(key_id(role, public_x), role, not_before, not_after, public_x, key)

    def to_json(self) -> str:
        """Return the whole key, private half included, for a sealed store."""
        return json.dumps(
            {
                **self._private.as_dict(private=True),
                "role": str(self.role),
                "not_before": written_instant(self.not_before),
                "not_after": written_instant(self.not_after),
            }
        )

    def public(self, **whose: Any) -> Key:
        """Return the public half for a key set, with whose it is; raise WrongRole for the root key."""
        if not isinstance(self.role, Role):
            raise WrongRole("the root key is pinned by nodes, never listed in a key set")
        times = {"not_before": self.not_before, "not_after": self.not_after}
        return Key(kid=self.kid, role=self.role, public=self.public_x, **times, **whose)

    def sign_bytes(self, payload: bytes, typ: str) -> str:
        """Return a compact JWS over any bytes; messages go through `sign`."""
        header = {"alg": ALGORITHM, "kid": self.kid, "typ": typ}
        return jws.serialize_compact(header, payload, self._private, algorithms=[ALGORITHM])


def key_id(role: Signer, public_x: str) -> KeyId:
    """Return the name of a key: its role and the head of its public half's SHA-256."""
    return KeyId(f"{role}-{hashlib.sha256(public_x.encode()).hexdigest()[:16]}")


def sign(model: WireMessage, key: SigningKey) -> str:
    """Return the message as a compact JWS; raise WrongRole when the key may not sign this kind."""
    kind = KINDS[type(model)]
    if key.role != kind.signer:
        raise WrongRole(f"{kind.typ} is signed by {kind.signer}, not {key.role}")
    return key.sign_bytes(model.payload(), kind.typ)


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """The keys that a verifier holds for good, with the lifetime of the set they came in."""

    version: int
    expires_at: datetime
    keys: dict[KeyId, Key]

    @classmethod
    def of(cls, key_set: KeySet) -> Self:
        """Trust the keys of a set that `read_key_set` returned (or that we made ourselves).

        A person's key without holder and area counts for nothing: nobody could tell whose it is, and where.
        """
        keys = {key.kid: key for key in key_set.keys if key.role is Role.STATION or (key.holder and key.area)}
        return cls(key_set.version, key_set.expires_at, keys)


def read_key_set(text: str | bytes, root_public: str, now: datetime | None) -> KeySet:
    """Return the key set if the pinned root key signed it; the caller refuses a version not above its own.

    `now` None: a node that does not know the time yet cannot judge lifetimes; it judges again once it does.
    """
    sealed = _Sealed.read(text, KINDS[KeySet])
    key_set = _checked(sealed, KeySet, root_public)
    if now is not None:
        check_lifetime("key set", None, key_set.expires_at, now)
    return key_set


def verify(text: str | bytes, model: type[M], trusted: TrustedKeys, now: datetime | None) -> M:
    """Return the message if a key of the right role signed it and all lifetimes hold; else raise NotTrusted.

    `now` None: lifetimes are not judged, for what was accepted within them and goes on to bind beyond them.
    A clock reply is judged at the instant that it states itself: a node asks for it because its own clock
    may be wrong, and the echo of its request proves that the reply is fresh.
    """
    return verified_by(text, model, trusted, now)[0]


def verified_by(
    text: str | bytes, model: type[M], trusted: TrustedKeys, now: datetime | None
) -> tuple[M, Key]:
    """Return what `verify` returns, with the key that signed it: whose it is, and where it counts."""
    kind = KINDS[model]
    sealed = _Sealed.read(text, kind)
    key = trusted.keys.get(sealed.kid)
    if key is None:
        raise UnknownKey(f"{kind.typ}: key {sealed.kid} is in no trusted key set")
    if key.role != kind.signer:
        raise WrongRole(f"{kind.typ}: signed by a key of role {key.role}, not {kind.signer}")
    message = _checked(sealed, model, key.public)
    if isinstance(message, TimeReply):
        now = datetime.fromtimestamp(message.replied_us / 1_000_000, UTC)
    check_lifetime("key set", None, trusted.expires_at, now)
    check_lifetime(f"key {key.kid}", key.not_before, key.not_after, now)
    check_lifetime(kind.typ, None, getattr(message, "expires_at", None), now)
    return message, key


def read_unchecked(text: bytes, model: type[M]) -> M:
    """Return the message of a compact JWS, UNCHECKED: for what was checked before it was stored."""
    try:
        return _read(jws.extract_compact(text, registry=_SIZES).payload, model)
    except (JoseError, ValueError) as error:
        raise MalformedJws("not a compact JWS") from error


def read_payload(text: str) -> dict[str, Any]:
    """Return what a compact JWS claims, UNCHECKED: for displays and diagnosis, never for decisions."""
    try:
        claimed = json.loads(jws.extract_compact(text.encode(), registry=_SIZES).payload)
    except (JoseError, ValueError) as error:
        raise MalformedJws("not a compact JWS") from error
    if not isinstance(claimed, dict):
        raise MalformedJws("the payload is no JSON object")
    return claimed


def check_lifetime(what: str, begins: datetime | None, ends: datetime | None, now: datetime | None) -> None:
    """Raise Expired where `now` is before the begin, or not before the end; None: no such limit."""
    if now is None:
        return
    if begins is not None and now < begins:
        raise Expired(f"{what} is not valid before {written_instant(begins)}")
    if ends is not None and now >= ends:
        raise Expired(f"{what} expired at {written_instant(ends)}")


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A compact JWS whose header was read, and whose signature was not checked yet."""

    text: bytes
    digest: bytes
    kid: KeyId
    typ: str

    @classmethod
    def read(cls, text: str | bytes, kind: MessageKind) -> Self:
        """Read and check the header; raise Malformed or WrongKind."""
        raw = text if isinstance(text, bytes) else text.encode()
        if len(raw) > LONGEST_JWS or raw.count(b".") != _DOTS:
            raise MalformedJws(f"{kind.typ}: {len(raw)} bytes, or not three parts")
        header = _header(raw[:LONGEST_HEADER].partition(b".")[0])
        if header.typ != kind.typ:
            raise WrongKind(f"expected {kind.typ}, got {header.typ}")
        return cls(raw, hashlib.sha256(raw).digest(), header.kid, header.typ)


@dataclass(frozen=True, slots=True)
class _Header:
    kid: KeyId
    typ: str


@lru_cache(maxsize=1024)
def _header(segment: bytes) -> _Header:
    """Read a protected header: exactly alg, kid and typ, all strings."""
    try:
        header = jws.extract_compact(segment + b".e30.AA").headers()
    except (JoseError, ValueError) as error:
        raise MalformedJws("not a compact JWS") from error
    if set(header) != {"alg", "kid", "typ"} or header["alg"] != ALGORITHM:
        raise MalformedJws(f"the header must be exactly alg {ALGORITHM}, kid and typ")
    if not isinstance(header["kid"], str) or not isinstance(header["typ"], str):
        raise MalformedJws("kid and typ must be strings")
    return _Header(KeyId(header["kid"]), header["typ"])


class _Memo:
    """Messages whose signature was found good, by the digest of their text and the key; bounded, thread-safe.

    Only the signature and the parse are remembered, which never change; roles, lifetimes and everything else
    that depends on the moment or on the verifier is judged each time. Failures are not remembered.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[tuple[bytes, str, type[WireMessage]], WireMessage] = OrderedDict()
        self._lock = Lock()

    def get(self, of: tuple[bytes, str, type[WireMessage]]) -> WireMessage | None:
        with self._lock:
            if (known := self._known.get(of)) is not None:
                self._known.move_to_end(of)
            return known

    def put(self, of: tuple[bytes, str, type[WireMessage]], message: WireMessage) -> None:
        with self._lock:
            self._known[of] = message
            if len(self._known) > self._size:
                self._known.popitem(last=False)


_memo = _Memo(MEMO_SIZE)


def _checked(sealed: _Sealed, model: type[M], public: str) -> M:
    """Check the signature and read the message, or take both from the memo."""
    of = (sealed.digest, public, model)
    # Each clock reply is seen once only: remembering it would push out what is asked for again.
    if model is not TimeReply and (known := _memo.get(of)) is not None:
        return cast("M", known)
    message = _read(_signed_payload(sealed, public), model)
    if model is not TimeReply:
        _memo.put(of, message)
    return message


def _signed_payload(sealed: _Sealed, public: str) -> bytes:
    try:
        found = jws.extract_compact(sealed.text, registry=_SIZES)
        good = jws.validate_compact(found, _public_key(public), algorithms=[ALGORITHM], registry=_SIZES)
    except (JoseError, ValueError) as error:
        raise BadSignature(f"{sealed.typ}: the signature cannot be read") from error
    if not good:
        raise BadSignature(f"{sealed.typ}: the signature does not fit key {sealed.kid}")
    return found.payload


def _read(payload: bytes, model: type[M]) -> M:
    try:
        return parse(model, payload)
    except messages.Malformed as error:
        raise MalformedJws(str(error)) from error


@lru_cache(maxsize=1024)
def _public_key(public: str) -> OKPKey:
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": public})
