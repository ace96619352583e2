"""The file that proves an airing: everything that an expert needs beside the root's public key."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

FORMAT: Final = "loa-airing-proof/1"


class ProvenText(BaseModel):
    """The wording: the approval's digest covers text, issuer and number of readings."""

    model_config = ConfigDict(extra="forbid")

    title: str
    text: str
    issuer: str
    readings: int


class ProvenKey(BaseModel):
    """A key that a node has or had, with the signed enrolment that names it, where it was kept."""

    model_config = ConfigDict(extra="forbid")

    public: str
    enrolment: str | None
    issued_at: datetime
    ended_at: datetime | None


class ProvenNode(BaseModel):
    """One loudspeaker of the airing: its keys, and what it signed about this airing, in order."""

    model_config = ConfigDict(extra="forbid")

    node: str
    name: str
    area: str
    keys: list[ProvenKey]
    receipts: list[str]
    unsigned: int
    """Receipts from before receipts were signed; they prove nothing."""
    faults: list[str]
    """What the station says is missing or wrong in this node's receipts."""


class ProofFile(BaseModel):
    """One airing with all signatures that it rests on; times are UTC."""

    model_config = ConfigDict(extra="forbid")

    format: str = FORMAT
    made_at: datetime
    root_public: str
    airing: str
    state: str
    starts_at: datetime
    text: ProvenText
    approval: str
    keys: list[str]
    plans: list[str]
    manifest: str | None
    nodes: list[ProvenNode]
