"""What all messages of the wire share: their base, how they are read, and the types of their fields.

What we send is strict (an unknown field is a mistake of ours); what we receive may carry fields of a later
release, which `parse` ignores. Times on the wire are RFC 3339, UTC, `Z`, exactly three decimals.
"""

import hashlib
from functools import lru_cache
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from devices.ids import AiringId, AreaCode, KeyId, NodeId, RecordingId

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
DIGEST_PATTERN = r"^[0-9a-f]{64}$"
WALL_TIME_PATTERN = r"^([01]\d|2[0-3]):[0-5]\d$"
BASE64URL_KEY_PATTERN = r"^[A-Za-z0-9_-]{43}$"
BASE64URL_PATTERN = r"^[A-Za-z0-9_-]+$"
RP_ID_PATTERN = r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"
ALGORITHM_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$"
COMPACT_JWS_PATTERN = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"
MISSING_PATTERN = r"^[a-z][a-z0-9-]{0,31}(/[A-Za-z0-9][A-Za-z0-9._-]{0,63})?$"
KIND_PATTERN = r"^[a-z][a-z-]{0,23}$"
BASE64_PATTERN = r"^[A-Za-z0-9+/]*={0,2}$"
MOST_DIGESTED = 4096
"""Digests of approvals remembered: those of a province's plans, which are looked at every few seconds."""
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
Digest = Annotated[str, StringConstraints(pattern=DIGEST_PATTERN)]
WallTime = Annotated[str, StringConstraints(pattern=WALL_TIME_PATTERN)]
NodeName = Annotated[NodeId, StringConstraints(pattern=NAME_PATTERN)]
AreaName = Annotated[AreaCode, StringConstraints(pattern=NAME_PATTERN)]
AiringName = Annotated[AiringId, StringConstraints(pattern=NAME_PATTERN)]
RecordingDigest = Annotated[RecordingId, StringConstraints(pattern=DIGEST_PATTERN)]
KeyName = Annotated[KeyId, StringConstraints(pattern=NAME_PATTERN)]
AlgorithmName = Annotated[str, StringConstraints(pattern=ALGORITHM_PATTERN)]
KindName = Annotated[str, StringConstraints(pattern=KIND_PATTERN)]
Volume = Annotated[int, Field(ge=0, le=100)]
Version = Annotated[int, Field(ge=1, lt=2**53)]
Micros = Annotated[int, Field(ge=0, lt=2**53)]
Millis = Annotated[int, Field(ge=0, lt=2**31)]


def without_nul(text: str) -> str:
    """Return the text, or raise ValueError where it holds U+0000."""
    if "\0" in text:
        raise ValueError("must hold no U+0000")  # PostgreSQL takes none: one would cost a whole batch
    return text


@lru_cache(MOST_DIGESTED)
def text_digest(text: str) -> str:
    """Return the SHA-256 of a signed text as 64 lower-case hexadecimal digits: the name of an approval."""
    return hashlib.sha256(text.encode()).hexdigest()


Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
"""One of a list that later releases may lengthen; who does not know a word shows it as it is."""
Software = Annotated[str, StringConstraints(max_length=100), AfterValidator(without_nul)]
Label = Annotated[str, StringConstraints(max_length=100), AfterValidator(without_nul)]
"""What people call a thing; shown as it is."""
ReasonText = Annotated[str, StringConstraints(max_length=200), AfterValidator(without_nul)]


class Malformed(ValueError):  # noqa: N818 - the name used everywhere
    """The payload is not a message of the kind that its topic or `typ` promises."""


class WireObject(BaseModel):
    """Base of every object on the wire: frozen, and strict about what we ourselves write."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class WireMessage(WireObject):
    """Base of every message."""

    def payload(self) -> bytes:
        """Return the compact JSON that goes on the wire, UTF-8."""
        return self.model_dump_json().encode()


MOST_SIGNATURES = 8
"""Below one payload."""
LONGEST_PROTECTED = 512
"""Characters; ours are some 130."""
LONGEST_SIGNATURE = 2048
"""Characters; those of Ed25519 are 86. The rest is room for kinds of keys that sign more."""


class Signature(WireObject):
    """The first and the third part of a compact JWS; the second is the payload that several signed."""

    protected: Annotated[str, StringConstraints(pattern=BASE64URL_PATTERN, max_length=LONGEST_PROTECTED)]
    signature: Annotated[str, StringConstraints(pattern=BASE64URL_PATTERN, max_length=LONGEST_SIGNATURE)]


class SignedTogether(WireObject):
    """One payload and who signed it: a JWS in general JSON serialisation (RFC 7515, section 7.2.1)."""

    payload: Annotated[str, StringConstraints(pattern=BASE64URL_PATTERN)]
    signatures: Annotated[tuple[Signature, ...], Field(min_length=1, max_length=MOST_SIGNATURES)]

    @property
    def apart(self) -> tuple[str, ...]:
        """Return each signature with the payload, as a compact JWS."""
        return tuple(f"{one.protected}.{self.payload}.{one.signature}" for one in self.signatures)


M = TypeVar("M", bound=WireObject)


def parse(model: type[M], payload: bytes | str) -> M:
    """Read a received message, ignoring fields we do not know; raise Malformed for anything else amiss.

    Strict: the text "7" is no number, as docs/protocol.md says.
    """
    try:  # as `model_validate_json` does it, without looking at arguments that are not given
        found: M = model.__pydantic_validator__.validate_json(payload, strict=True, extra="ignore")
    except ValidationError as error:
        raise Malformed(
            f"{model.__name__}: {error.error_count()} faults, first: {error.errors()[0]['msg']}"
        ) from error
    return found
