"""A node gets its name, areas and credential for a code, over HTTPS; docs/protocol.md, "Enrolment".

The node makes a key pair whose private half never leaves it, and proves with each claim that it holds it.
"""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from devices.ids import AreaCode, NodeId
from devices.instants import Instant
from devices.wire_types import (
    BASE64_PATTERN,
    BASE64URL_KEY_PATTERN,
    COMPACT_JWS_PATTERN,
    NAME_PATTERN,
    SignedTogether,
    Software,
    WireMessage,
)

CLAIM_PATH: Final = "/api/v1/enrolments/claim"
"""Path under the station's address where a code is claimed."""
CODE_PATTERN: Final = r"^[A-HJ-NP-Z2-9]{8}$"
"""Eight characters, 40 bits; without those that are easily confused (I, O, 0, 1)."""
BROKER_PATTERN: Final = r"^mqtts?://[A-Za-z0-9._:\[\]-]{1,190}$"
"""A broker without user and password: every node has its own."""
PROOF_PATTERN: Final = r"^[A-Za-z0-9_-]{86}$"
SESSIONS_OF_HARDWARE: Final = 2**32
"""Sessions reserved for each hardware of a node: each new hardware counts above all earlier ones."""

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
    """A node's identity: whose key `public` is. Signed by the station; `typ` loa-enrolment; no secret."""

    node: _Node
    name: Annotated[str, StringConstraints(max_length=200)]
    public: _Key
    areas: Annotated[tuple[_Area, ...], Field(min_length=1, max_length=16)]
    topics: Annotated[tuple[str, ...], Field(max_length=64)]
    broker: Annotated[str, StringConstraints(pattern=r"^mqtts?://", max_length=200)]
    first_session: Annotated[int, Field(ge=0, lt=2**53)]
    issued_at: Instant


MOST_PLACED = 1024
"""Nodes that one place names beside the first: 20 kB, for a person who signs by one touch."""


class Place(WireMessage):
    """Where nodes stand from now on, all of them alike. Signed by administrators; `typ` loa-place."""

    node: _Node
    version: Annotated[int, Field(ge=1, lt=2**53)]
    issued_at: Instant
    expires_at: Instant
    areas: Annotated[tuple[_Area, ...], Field(min_length=1, max_length=16)]
    further_nodes: Annotated[tuple[_Node, ...], Field(max_length=MOST_PLACED)] = ()

    def payload(self) -> bytes:
        """Return the JSON without what has its default."""
        return self.model_dump_json(exclude_defaults=True).encode()

    @property
    def nodes(self) -> tuple[NodeId, ...]:
        """Return all nodes that it is for."""
        return (self.node, *self.further_nodes)


class Home(WireMessage):
    """Where the loudspeakers of an area find their station. Signed by administrators; `typ` loa-home.

    `brokers`: in the order in which they are tried; a node signs in with its own name and password.
    `authorities`: certificates, base64 of their DER, of which one must have signed a broker's; none: those
    that the node was installed with. `addresses`: of the station's pages and its JSON.
    """

    target: _Area
    version: Annotated[int, Field(ge=1, lt=2**53)]
    issued_at: Instant
    expires_at: Instant
    brokers: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=BROKER_PATTERN)], ...],
        Field(min_length=1, max_length=4),
    ]
    authorities: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=BASE64_PATTERN, max_length=4096)], ...],
        Field(max_length=4),
    ] = ()
    addresses: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^https?://", max_length=200)], ...],
        Field(max_length=4),
    ] = ()


class EnrolmentReply(WireMessage):
    """Answer to a claim: the enrolment, the key sets of the node's areas, the first root key, its successors.

    `password` at the broker stands beside the enrolment, which may be shown to anybody as evidence.
    """

    enrolment: Annotated[str, StringConstraints(pattern=COMPACT_JWS_PATTERN)]
    keys: Annotated[tuple[str, ...], Field(min_length=1, max_length=16)]
    root_public: _Key
    roots: Annotated[tuple[SignedTogether, ...], Field(max_length=32)] = ()
    password: Annotated[str, StringConstraints(max_length=200)]


def claim_bytes(code: str, public: str) -> bytes:
    """Return the bytes that a node signs to prove that it holds the key."""
    return f"loa-claim.{code}.{public}".encode("ascii")


def first_session_of(hardware: int) -> int:
    """Return the number above which the n-th hardware of a node counts its sessions; 0: none by a code."""
    return hardware * SESSIONS_OF_HARDWARE


def qr_payload(address: str, code: str, root_public: str) -> str:
    """Return the text of the QR code for a node: address, code and root key."""
    return f"{_QR} {address.rstrip('/')} {code} {root_public}"


def read_qr(text: str) -> tuple[str, str, str]:
    """Return address, code and root key of a QR code's text; ValueError for any other text."""
    parts = text.split()
    if len(parts) != 4 or parts[0] != _QR or not parts[1].startswith(("https://", "http://")):  # noqa: PLR2004
        raise ValueError("not a QR code of an enrolment")
    return parts[1], parts[2], parts[3]
