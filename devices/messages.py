"""What station and nodes say to each other, as frozen models; field by field explained in docs/protocol.md.

What persons sign stands in statements.py.
"""

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from devices.ids import ClockSource, ClockTrust, ContentSource, Grade
from devices.instants import Instant
from devices.statements import SignedCall
from devices.wire_types import (
    BASE64_PATTERN,
    COMPACT_JWS_PATTERN,
    MISSING_PATTERN,
    AiringName,
    AreaName,
    Digest,
    KindName,
    Label,
    Micros,
    Millis,
    Name,
    NodeName,
    ReasonText,
    RecordingDigest,
    Software,
    Version,
    Volume,
    WireMessage,
    Word,
    text_digest,
)

MOST_AIRINGS = 512
"""In one plan: a node of little memory must be able to hold it."""
MOST_KEPT = 64
"""In one plan: recordings to hold ready."""
LONGEST_APPROVAL_TEXT = 4096
"""Characters; one by a passkey, of 16 areas, is 3,500."""
MOST_CHUNKS = 4096
"""In one recording: 128 MiB at 32 KiB, about six hours at 48 kbit/s."""
LARGEST_CHUNK = 64 * 1024
"""Bytes, without its proof."""
MOST_OUTPUTS = 64
"""Of one node: the zones of a gateway."""
MP3 = "mp3"
CODEC_UNKNOWN, RECORDING_TOO_LARGE = "codec-unknown", "recording-too-large"
"""Why a node does not play a recording that is approved."""
MOST_RECEIPTS = 100
"""In one message; the rest follows in the next."""
MOST_MISSING = 33
"""Names of missing documents in vitals: two for each area of a node, and its place."""
MissingName = Annotated[str, StringConstraints(pattern=MISSING_PATTERN)]
Epoch = Annotated[int, Field(ge=0, lt=2**53)]
"""When the station that leads took the lead, in ms since 1970 UTC; 0: before there were epochs."""
NewestVersions = Annotated[dict[AreaName, Version], Field(max_length=16)]


ApprovalText = Annotated[
    str, StringConstraints(pattern=COMPACT_JWS_PATTERN, max_length=LONGEST_APPROVAL_TEXT)
]


class PlannedAiring(WireMessage):
    """One airing in a plan: what, how it was approved, when, how loud; of an emergency, how it was called.

    `witnessed_at`: when the station saw the approval.

    `approval`: the SHA-256 of its text, which stands in the plan's `approvals`.
    """

    airing: AiringName
    recording: RecordingDigest
    approval: Digest
    starts_at: Instant
    latest_start_at: Instant
    duration_ms: Annotated[int, Field(gt=0, lt=2**31)]
    grade: Grade
    volume: Volume
    test: bool = False
    witnessed_at: Instant | None = None
    every_ms: Annotated[int, Field(gt=0, lt=2**31)] | None = None
    call: SignedCall | None = None
    source: Word = ContentSource.RECORDING.value

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.latest_start_at < self.starts_at:
            raise ValueError("latest_start_at is before starts_at")
        if self.test and self.grade is Grade.EMERGENCY:
            raise ValueError("a test is never an emergency")
        if self.every_ms is not None and self.grade is not Grade.EMERGENCY:
            raise ValueError("only an emergency is repeated")
        return self


class Kept(WireMessage):
    """One recording to fetch and store in advance; receipts refer to it by `name`."""

    name: AiringName
    recording: RecordingDigest
    approval: Digest
    test: bool = False
    witnessed_at: Instant | None = None


class JournalCheckpoint(WireMessage):
    """How long the station's journal was when a plan was made, and the Merkle root over it (RFC 9162)."""

    size: Annotated[int, Field(ge=1, lt=2**53)]
    root: Digest


class Plan(WireMessage):
    """Airings of one area's or one node's loudspeakers. Signed by the station; `typ` loa-plan.

    `approvals`: the signed texts that `airings` and `keep` name by their digests, each stated once.
    """

    target: Name
    version: Version
    issued_at: Instant
    expires_at: Instant
    airings: Annotated[tuple[PlannedAiring, ...], Field(max_length=MOST_AIRINGS)]
    keep: Annotated[tuple[Kept, ...], Field(max_length=MOST_KEPT)] = ()
    loudest_volume: Volume = 100
    journal: JournalCheckpoint | None = None
    epoch: Epoch = 0
    approvals: Annotated[tuple[ApprovalText, ...], Field(max_length=MOST_AIRINGS + MOST_KEPT)] = ()

    @cached_property
    def approval_texts(self) -> dict[str, str]:
        """Return the signed approvals by their digests."""
        return {text_digest(text): text for text in self.approvals}

    def payload(self) -> bytes:
        """Return the JSON without what has its default: half of a usual airing's fields."""
        return self.model_dump_json(exclude_defaults=True).encode()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len({airing.airing for airing in self.airings}) != len(self.airings):
            raise ValueError("the same airing twice in one plan")
        if len({kept.name for kept in self.keep}) != len(self.keep):
            raise ValueError("the same name twice to keep")
        return self


class Manifest(WireMessage):
    """A recording's size, codec, and Merkle root over its chunks. Signed by the station; `typ` loa-manifest.

    It is as long for every recording: each chunk brings the proof that it belongs under the root.
    """

    recording: RecordingDigest
    size: Annotated[int, Field(gt=0, le=MOST_CHUNKS * LARGEST_CHUNK)]
    codec: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,16}$")]
    sample_rate: Annotated[int, Field(ge=8000, le=192000)]
    duration_ms: Annotated[int, Field(gt=0, lt=2**31)]
    chunk_size: Annotated[int, Field(ge=1024, le=LARGEST_CHUNK)]
    root: Digest

    @property
    def count(self) -> int:
        """Return the number of chunks."""
        return -(-self.size // self.chunk_size)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.count > MOST_CHUNKS:
            raise ValueError(f"more than {MOST_CHUNKS} chunks")
        return self


class Output(WireMessage):
    """One thing that sounds at a node: a horn, an FM transmitter, a zone behind a gateway."""

    name: Name
    kind: Word
    label: Label = ""


class Capabilities(WireMessage):
    """What a node can do, as it says at each birth; every default is what all nodes of v1 can."""

    minor: Annotated[int, Field(ge=0, lt=2**31)] = 0
    codecs: Annotated[tuple[Word, ...], Field(max_length=16)] = (MP3,)
    sources: Annotated[tuple[Word, ...], Field(max_length=16)] = (ContentSource.RECORDING.value,)
    largest_recording: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    largest_document: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    storage: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    memory: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    outputs: Annotated[tuple[Output, ...], Field(max_length=MOST_OUTPUTS)] = ()
    sensors: Annotated[tuple[Word, ...], Field(max_length=32)] = ()
    hardware: Label = ""

    def why_not(self, codec: str, size: int) -> str | None:
        """Return why a recording cannot be played, or None."""
        if codec not in self.codecs:
            return CODEC_UNKNOWN
        if self.largest_recording is not None and size > self.largest_recording:
            return RECORDING_TOO_LARGE
        return None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len({output.name for output in self.outputs}) != len(self.outputs):
            raise ValueError("the same name twice among the outputs")
        return self


class NodeState(WireMessage):
    """Birth (online) and death (the will) of one session of a node; `at` is unknown to a will.

    `capabilities`: in a birth; None: what every node of v1 can do.
    """

    node: NodeName
    session: Annotated[int, Field(ge=0, lt=2**53)]
    online: bool
    at: Instant | None
    software: Software
    home: Version | None = None
    capabilities: Capabilities | None = None


class StationState(WireMessage):
    """Whether the station is connected; unsigned: for people and monitoring, nothing is decided by it."""

    online: bool
    at: Instant | None
    software: Software
    epoch: Epoch = 0


class Vitals(WireMessage):
    """A node's health now. `at` and the clock figures are None while it does not know the time."""

    node: NodeName
    session: Annotated[int, Field(ge=0, lt=2**53)]
    at: Instant | None
    clock_offset_ms: float | None
    clock_error_ms: Annotated[float, Field(ge=0)] | None
    clock_source: Word = ClockSource.NONE.value
    trust: Word = ClockTrust.NONE.value
    volume: Volume
    storage_free: Annotated[int, Field(ge=0, lt=2**53)]
    sounding: AiringName | None = None
    signal_dbm: float | None = None
    temperature_c: float | None = None
    chunks_refused: Annotated[int, Field(ge=0)] = 0
    battery_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    mains: bool | None = None
    amplifier_ok: bool | None = None
    level_dbfs: Annotated[float, Field(le=0)] | None = None
    missing: Annotated[tuple[MissingName, ...], Field(max_length=MOST_MISSING)] = ()

    def payload(self) -> bytes:
        """Return the JSON without what has its default: vitals are most of what an idle node sends."""
        return self.model_dump_json(exclude_defaults=True).encode()


class ReceiptKind(StrEnum):
    """What happened at a node with one airing, or (KEPT, LOST, REFUSED) with a recording to keep."""

    FETCHED = "fetched"
    STARTED = "started"
    FINISHED = "finished"
    STOPPED = "stopped"
    REFUSED = "refused"
    KEPT = "kept"
    LOST = "lost"


class Receipt(WireMessage):
    """One fact about one airing at one node, signed by the node's own key; `typ` loa-receipt.

    `seq` counts a key's receipts, `previous` is the SHA-256 of the JWS text before. `offset_ms`: where in
    the recording sound began or ended. Of a recording to keep, `airing` is its name in the plan. `at` is None
    where the node did not know the time. `kind` may be unknown to this release. `journal`: the newest
    checkpoint that the node has seen, if it told none so new before.
    """

    node: NodeName
    seq: Annotated[int, Field(ge=1, lt=2**53)]
    previous: Digest
    airing: AiringName
    recording: RecordingDigest
    kind: Annotated[ReceiptKind | KindName, Field(union_mode="left_to_right")]
    at: Instant | None
    offset_ms: Millis = 0
    heard_ms: Millis = 0
    clock_error_ms: Annotated[float, Field(ge=0)] | None = None
    trust: Word | None = None
    volume: Volume | None = None
    level_dbfs: Annotated[float, Field(le=0)] | None = None
    reason: ReasonText | None = None
    journal: JournalCheckpoint | None = None


class Receipts(WireMessage):
    """Signed receipts that the station has not yet committed, oldest first; each is judged alone."""

    node: NodeName
    session: Annotated[int, Field(ge=0, lt=2**53)]
    receipts: Annotated[tuple[str, ...], Field(min_length=1, max_length=MOST_RECEIPTS)]


class RefusedReceipt(WireMessage):
    """A receipt that the station will never take, and why; its id is the SHA-256 of the text that came."""

    id: Digest
    code: Name


class ReceiptsCommitted(WireMessage):
    """Receipts that the station has committed or refused: the node may delete them. `typ` loa-committed."""

    node: NodeName
    ids: Annotated[tuple[Digest, ...], Field(max_length=MOST_RECEIPTS)]
    refused: Annotated[tuple[RefusedReceipt, ...], Field(max_length=MOST_RECEIPTS)] = ()


class Want(WireMessage):
    """Which chunks a node still lacks; `missing` is a base64 bitmap, bit 0 (lowest) of byte 0 is chunk 0."""

    node: NodeName
    recording: RecordingDigest
    count: Annotated[int, Field(ge=1, le=MOST_CHUNKS)]
    missing: Annotated[str, StringConstraints(pattern=BASE64_PATTERN, max_length=MOST_CHUNKS // 6 + 4)]


class TimeRequest(WireMessage):
    """First half of a clock exchange: the node's own clock, microseconds, any epoch."""

    node: NodeName
    sent_us: Micros


class TimeReply(WireMessage):
    """Second half: the echo and the station's clock, microseconds since 1970 UTC. Signed; `typ` loa-time.

    `epoch`: of the station that leads. `keys`, `policies`, `place`: the newest version of each key set and
    policy of the node's areas, and of its place, so that nobody can withhold one unseen.
    """

    node: NodeName
    sent_us: Micros
    received_us: Micros
    replied_us: Micros
    epoch: Epoch = 0
    keys: NewestVersions = Field(default_factory=dict)
    policies: NewestVersions = Field(default_factory=dict)
    place: Version | None = None

    def payload(self) -> bytes:
        """Return the JSON without what has its default."""
        return self.model_dump_json(exclude_defaults=True).encode()
