"""The file that proves an airing: everything that an expert needs beside the root's public key."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, JsonValue

from controller.model.wording import ReadingPace
from devices.roots import RootChain
from devices.wire_types import Digest
from tts.normalization import Register

FORMAT: Final = "loa-airing-proof/1"


class ProvenText(BaseModel):
    """The wording: the approval's digest covers all of it but the title."""

    model_config = ConfigDict(extra="forbid")

    title: str
    text: str
    issuer: str
    readings: int
    own_words: list[tuple[str, str]] = []
    """What this bulletin alone had read otherwise, written and spoken."""
    pace: ReadingPace = ReadingPace.USUAL
    reading_register: Register | None = None
    engine: str = ""
    voice: str = ""
    alert: bool = False


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
    witnesses: list[str] = []
    """Receipts of other airings that it signed, and that name the journal's checkpoint."""
    unsigned: int
    """Receipts from before receipts were signed; they prove nothing."""
    faults: list[str]
    """What the station says is missing or wrong in this node's receipts."""


class JournalEntry(BaseModel):
    """An entry as it was hashed and signed."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    seq: int
    at: str
    by: str
    act: str
    subject: str
    detail: dict[str, JsonValue]
    previous: str
    kid: str
    hash: str
    signature: str


class ProvenEntry(BaseModel):
    """An entry of the station's journal, and the siblings from it up to the root (hexadecimal; RFC 9162)."""

    model_config = ConfigDict(extra="forbid")

    entry: JournalEntry
    path: list[Digest]


class ProvenJournal(BaseModel):
    """A checkpoint of the station's journal, and the entries of the airing that stand in it."""

    model_config = ConfigDict(extra="forbid")

    size: int
    root: str
    entries: list[ProvenEntry]


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
    roots: RootChain = RootChain(sets=())
    """The root sets that followed `root_public`."""
    plans: list[str]
    manifest: str | None
    journal: ProvenJournal | None = None
    nodes: list[ProvenNode]
