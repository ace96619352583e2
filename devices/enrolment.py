"""How a node comes to its name, areas and credential by a code, over HTTPS; docs/protocol.md, "Enrolment".

The node makes a key pair that never leaves it, and shows with each claim that it holds it.
"""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from devices.ids import AreaCode, NodeId
from devices.instants import Instant
from devices.messages import BASE64URL_KEY_PATTERN, COMPACT_JWS_PATTERN, NAME_PATTERN, Software, WireMessage

CLAIM_PATH: Final = "/api/v1/enrolments/claim"
"""Where a code is claimed, under the station's address."""
CODE_PATTERN: Final = r"^[A-HJ-NP-Z2-9]{8}$"
"""Eight signs, 40 bits; none that is taken for another (no I, O, 0, 1)."""
PROOF_PATTERN: Final = r"^[A-Za-z0-9_-]{86}$"
SESSIONS_OF_HARDWARE: Final = 2**32
"""Each hardware that bears a node's name counts its sessions in a span of its own, above all earlier ones."""

_QR: Final = "loa1"
_Key = Annotated[str, StringConstraints(pattern=BASE64URL_KEY_PATTERN)]
_Node = Annotated[NodeId, StringConstraints(pattern=NAME_PATTERN)]
_Area = Annotated[AreaCode, StringConstraints(pattern=NAME_PATTERN)]


class EnrolmentClaim(WireMessage):
    """A node's claim of a code; `proof` is its key's Ed25519 signature over `claim_bytes`."""

    code: Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
    public: _Key
    proof: Annotated[str, StringConstraints(pattern=PROOF_PATTERN)]
    software: Software = ""


class Enrolment(WireMessage):
    """Who a node is from now on, and its way to the broker. Signed by the station; `typ` loa-enrolment."""

    node: _Node
    name: Annotated[str, StringConstraints(max_length=200)]
    public: _Key
    areas: Annotated[tuple[_Area, ...], Field(min_length=1, max_length=16)]
    topics: Annotated[tuple[str, ...], Field(max_length=64)]
    broker: Annotated[str, StringConstraints(pattern=r"^mqtts?://", max_length=200)]
    password: Annotated[str, StringConstraints(max_length=200)]
    first_session: Annotated[int, Field(ge=0, lt=2**53)]
    issued_at: Instant


class Place(WireMessage):
    """Where a node stands from now on. Signed by an administrator, as policies are; `typ` loa-place."""

    node: _Node
    version: Annotated[int, Field(ge=1, lt=2**53)]
    issued_at: Instant
    expires_at: Instant
    areas: Annotated[tuple[_Area, ...], Field(min_length=1, max_length=16)]


class EnrolmentReply(WireMessage):
    """The answer to a claim: the enrolment, the key set to check it by, and the root key that signed that."""

    enrolment: Annotated[str, StringConstraints(pattern=COMPACT_JWS_PATTERN)]
    keys: Annotated[str, StringConstraints(pattern=COMPACT_JWS_PATTERN)]
    root_public: _Key


def claim_bytes(code: str, public: str) -> bytes:
    """Return what a node signs to show that it holds the key that it presents."""
    return f"loa-claim.{code}.{public}".encode("ascii")


def first_session_of(hardware: int) -> int:
    """Return the number above which the n-th hardware of a node counts its sessions; 0: none by a code."""
    return hardware * SESSIONS_OF_HARDWARE


def qr_payload(address: str, code: str, root_public: str) -> str:
    """Return the text of the QR code that a technician shows to a node: where, which code, which root."""
    return f"{_QR} {address.rstrip('/')} {code} {root_public}"


def read_qr(text: str) -> tuple[str, str, str]:
    """Return address, code and root key of a QR code's text; ValueError for any other text."""
    parts = text.split()
    if len(parts) != 4 or parts[0] != _QR or not parts[1].startswith(("https://", "http://")):  # noqa: PLR2004
        raise ValueError("not a QR code of an enrolment")
    return parts[1], parts[2], parts[3]
