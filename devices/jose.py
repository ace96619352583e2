"""Keys and signatures as compact JWS; the only module that uses joserfc.

Keys sign by Ed25519, persons also by passkeys (passkeys.py). Who signs what stands in signing.py; the rules
are in docs/protocol.md, "Signed messages".
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any, Final, Literal, NamedTuple, Self, TypeVar, cast

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from devices.ed25519 import is_signed, key_pair, signature
from devices.ids import KeyId, Role
from devices.instants import whole_ms, written_instant
from devices.messages import ReceiptsCommitted, TimeReply
from devices.not_trusted import BadSignature, MalformedJws, WrongKind, WrongRole
from devices.passkeys import WEBAUTHN, Assertion, BadAssertion, challenge_of
from devices.statements import ED25519, Key
from devices.wire_types import Malformed, Signature, SignedTogether, WireMessage, parse

M = TypeVar("M", bound=WireMessage)

ALGORITHM: Final = ED25519
"""Of every key but passkeys."""
ALGORITHMS: Final = frozenset({ED25519, WEBAUTHN})
ROOT: Final = "root"
"""The role of the key that signs key sets; it is in no key set itself."""
NODE: Final = "node"
"""The role of a node's own key, which signs its receipts (receipt_signing.py); the station knows it."""
Signer = Role | Literal["root", "node"]
LONGEST_JWS: Final = 512 * 1024
"""A full plan; anything longer is refused unread."""
_DOTS: Final = 2
LONGEST_HEADER: Final = 512
"""Ours are some 100 bytes."""
_JSON: Final = b"{"
"""How a JWS by several signers begins; a compact one never does."""
_SIZES: Final = jws.JWSRegistry(algorithms=[ALGORITHM])
_SIZES.max_payload_length = LONGEST_JWS  # the library's own limit, 128,000, is a quarter of a full plan
MEMO_SIZE: Final = 512
"""Checked messages remembered: a fleet in one process gets the same plan once for every node."""


class PublicKey(NamedTuple):
    """What a signature is checked with: a public half, its algorithm, and of a passkey the name."""

    public: str
    alg: str = ED25519
    rp_id: str = ""

    @classmethod
    def of(cls, key: Key) -> Self:
        """Return that of a key in a key set."""
        return cls(key.public, key.alg, key.rp_id or "")


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
    _secret: bytes = field(repr=False, compare=False)

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
        halves = cast("dict[str, str]", key.as_dict(private=True))
        public_x, secret = halves["x"], key_pair(urlsafe_b64decode(halves["d"].encode()))[1]
        return cls(key_id(role, public_x), role, not_before, not_after, public_x, key, secret)

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
        signed = _written_header(self.kid, typ) + b"." + urlsafe_b64encode(payload)
        return (signed + b"." + urlsafe_b64encode(signature(signed, self._secret))).decode("ascii")


@lru_cache(maxsize=64)
def _written_header(kid: KeyId, typ: str) -> bytes:
    """Return a protected header, base64url: the same for all that a key signs of one kind."""
    return urlsafe_b64encode(
        json.dumps({"alg": ALGORITHM, "kid": kid, "typ": typ}, separators=(",", ":")).encode()
    )


def key_id(role: Signer, public_x: str) -> KeyId:
    """Return the name of a key: its role and the head of its public half's SHA-256."""
    return KeyId(f"{role}-{hashlib.sha256(public_x.encode()).hexdigest()[:16]}")


def read_unchecked(text: bytes, model: type[M]) -> M:
    """Return the message of a JWS, UNCHECKED: for what was checked before it was stored."""
    try:
        compact = _together(text).apart[0].encode() if text.startswith(_JSON) else text
        return _read(jws.extract_compact(compact, registry=_SIZES).payload, model)
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


def payload_of(text: str) -> bytes:
    """Return the bytes that a compact JWS signs, UNCHECKED: for another person to sign the same."""
    try:
        return jws.extract_compact(text.encode(), registry=_SIZES).payload
    except (JoseError, ValueError) as error:
        raise MalformedJws("not a compact JWS") from error


@dataclass(frozen=True, slots=True)
class Sealed:
    """A compact JWS whose header was read, and whose signature was not checked yet."""

    text: bytes
    kid: KeyId
    typ: str
    alg: str

    @classmethod
    def read(cls, text: str | bytes, typ: str) -> Self:
        """Read and check the header; raise Malformed or WrongKind."""
        raw = text if isinstance(text, bytes) else text.encode()
        if len(raw) > LONGEST_JWS or raw.count(b".") != _DOTS:
            raise MalformedJws(f"{typ}: {len(raw)} bytes, or not three parts")
        header = _header(raw[:LONGEST_HEADER].partition(b".")[0])
        if header.typ != typ:
            raise WrongKind(f"expected {typ}, got {header.typ}")
        return cls(raw, header.kid, header.typ, header.alg)


def joined(texts: Sequence[str]) -> SignedTogether:
    """Join compact JWS over one payload; raise Malformed where they sign different ones."""
    parts = [text.split(".") for text in texts]
    if any(len(part) != _DOTS + 1 for part in parts) or len({part[1] for part in parts}) != 1:
        raise MalformedJws("only signatures of one payload can be joined")
    signatures = tuple(Signature(protected=part[0], signature=part[2]) for part in parts)
    return SignedTogether(payload=parts[0][1], signatures=signatures)


def apart(text: SignedTogether, typ: str) -> tuple[Sealed, ...]:
    """Return each signature as a JWS of its own, unchecked; raise Malformed where one key signed twice."""
    parts = tuple(Sealed.read(one, typ) for one in text.apart)
    if len({part.kid for part in parts}) != len(parts):
        raise MalformedJws(f"{typ}: one key signed twice")
    return parts


def signatures_of(text: bytes | str, typ: str) -> tuple[Sealed, ...]:
    """Return the signatures of a statement, unchecked: one as a compact JWS, several as general JSON."""
    raw = text if isinstance(text, bytes) else text.encode()
    return apart(_together(raw), typ) if raw.startswith(_JSON) else (Sealed.read(raw, typ),)


def _together(text: bytes) -> SignedTogether:
    if len(text) > LONGEST_JWS:
        raise MalformedJws(f"{len(text)} bytes")
    try:
        return parse(SignedTogether, text)
    except Malformed as error:
        raise MalformedJws(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Header:
    kid: KeyId
    typ: str
    alg: str


@lru_cache(maxsize=1024)
def _header(segment: bytes) -> _Header:
    """Read a protected header: exactly alg, kid and typ, all strings."""
    try:
        header = jws.extract_compact(segment + b".e30.AA").headers()
    except (JoseError, ValueError) as error:
        raise MalformedJws("not a compact JWS") from error
    if set(header) != {"alg", "kid", "typ"} or not all(isinstance(value, str) for value in header.values()):
        raise MalformedJws("the header must be exactly alg, kid and typ, all strings")
    if header["alg"] not in ALGORITHMS:
        raise MalformedJws(f"the algorithm must be one of {', '.join(sorted(ALGORITHMS))}")
    return _Header(KeyId(header["kid"]), header["typ"], header["alg"])


_Checked = tuple[bytes, PublicKey, type[WireMessage]]


class _Memo:
    """Messages whose signature was found good, by the digest of their text and the key; bounded, thread-safe.

    Only the signature and the parse are remembered, which never change; roles, lifetimes and everything else
    that depends on the moment or on the verifier is judged each time. Failures are not remembered.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[_Checked, WireMessage] = OrderedDict()
        self._lock = Lock()

    def get(self, of: _Checked) -> WireMessage | None:
        with self._lock:
            if (known := self._known.get(of)) is not None:
                self._known.move_to_end(of)
            return known

    def put(self, of: _Checked, message: WireMessage) -> None:
        with self._lock:
            self._known[of] = message
            if len(self._known) > self._size:
                self._known.popitem(last=False)


_memo = _Memo(MEMO_SIZE)
_SEEN_ONCE: Final = frozenset[type[WireMessage]]({TimeReply, ReceiptsCommitted})
"""What is for one node only: remembering it would push out what all nodes check alike."""


def checked(sealed: Sealed, model: type[M], key: PublicKey) -> M:
    """Check the signature and read the message, or take both from the memo."""
    if model in _SEEN_ONCE:
        return _read(_signed_payload(sealed, key), model)
    of = (_digest(sealed.text), key, model)
    if (known := _memo.get(of)) is not None:
        return cast("M", known)
    message = _read(_signed_payload(sealed, key), model)
    _memo.put(of, message)
    return message


@lru_cache(maxsize=32)
def _digest(text: bytes) -> bytes:
    """Return the SHA-256 of a text; a fleet asks again for the same plan once for every node."""
    return hashlib.sha256(text).digest()


def _signed_payload(sealed: Sealed, key: PublicKey) -> bytes:
    if sealed.alg != key.alg:
        raise BadSignature(f"{sealed.typ}: key {sealed.kid} does not sign by {sealed.alg}")
    try:  # the header was read and the parts counted before: joserfc would do both again
        payload = urlsafe_b64decode(sealed.text.split(b".")[1])
        good = _is_signed(sealed.text, key)
    except ValueError as error:
        raise BadSignature(f"{sealed.typ}: the signature cannot be read") from error
    if not good:
        raise BadSignature(f"{sealed.typ}: the signature does not fit key {sealed.kid}")
    return payload


def _is_signed(text: bytes, key: PublicKey) -> bool:
    """Check the signature by the key's algorithm: here alone one is told from another."""
    signed, _, part = text.rpartition(b".")
    if key.alg != WEBAUTHN:
        return is_signed(key.public, urlsafe_b64decode(part), signed)
    try:
        Assertion.unpacked(urlsafe_b64decode(part)).check(challenge_of(signed), key.public, key.rp_id)
    except BadAssertion:
        return False
    return True


def _read(payload: bytes, model: type[M]) -> M:
    try:
        return parse(model, payload)
    except Malformed as error:
        raise MalformedJws(str(error)) from error
