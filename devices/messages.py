"""Every message of the wire as a frozen model; field by field explained in docs/protocol.md.

What we send is strict (an unknown field is a mistake of ours); what we receive may carry fields of a later
release, which `parse` ignores. Times on the wire are RFC 3339, UTC, `Z`, exactly three decimals.
"""

from enum import StrEnum
from typing import Annotated, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from devices.ids import AiringId, AreaCode, ClockSource, ClockTrust, Grade, KeyId, NodeId, RecordingId, Role
from devices.instants import Instant

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
DIGEST_PATTERN = r"^[0-9a-f]{64}$"
WALL_TIME_PATTERN = r"^([01]\d|2[0-3]):[0-5]\d$"
BASE64URL_KEY_PATTERN = r"^[A-Za-z0-9_-]{43}$"
COMPACT_JWS_PATTERN = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"
KIND_PATTERN = r"^[a-z][a-z-]{0,23}$"
BASE64_PATTERN = r"^[A-Za-z0-9+/]*={0,2}$"

MOST_AIRINGS = 512
"""In one plan: a node of little memory must be able to hold it."""
MOST_KEPT = 64
"""In one plan: recordings to hold ready; a signed approval each."""
MOST_CHUNKS = 4096
"""In one recording: 128 MiB at 32 KiB, about six hours at 48 kbit/s."""
MOST_RECEIPTS = 100
"""In one message; the rest follows in the next."""
MOST_KEYS = 1024
"""In one key set: two approvers for each of 500 communes. Signed, it is some 270 kB, less than the longest
manifest, which a node must be able to take anyway."""

USUAL_ALONE_DAYS = 7
"""How long a node speaks without a word of the station, where no policy says it: a week of storm."""
MOST_ALONE_DAYS = 30

MOST_APPROVED_AREAS = 16
"""In one approval: a bulletin belongs to one area; the rest is room."""
MOST_FURTHER_AREAS = 16
"""Of one key: areas in which its holder approves for others who are away, or signed before moving."""

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
Digest = Annotated[str, StringConstraints(pattern=DIGEST_PATTERN)]
WallTime = Annotated[str, StringConstraints(pattern=WALL_TIME_PATTERN)]
_Node = Annotated[NodeId, StringConstraints(pattern=NAME_PATTERN)]
_Area = Annotated[AreaCode, StringConstraints(pattern=NAME_PATTERN)]
_Airing = Annotated[AiringId, StringConstraints(pattern=NAME_PATTERN)]
_Recording = Annotated[RecordingId, StringConstraints(pattern=DIGEST_PATTERN)]
_Kid = Annotated[KeyId, StringConstraints(pattern=NAME_PATTERN)]
_Kind = Annotated[str, StringConstraints(pattern=KIND_PATTERN)]
_Volume = Annotated[int, Field(ge=0, le=100)]
_Version = Annotated[int, Field(ge=1, lt=2**53)]
_Micros = Annotated[int, Field(ge=0, lt=2**53)]
_Millis = Annotated[int, Field(ge=0, lt=2**31)]


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must hold no U+0000")  # PostgreSQL takes none: one would cost a whole batch
    return text


Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
"""One of a list that later releases may lengthen; who does not know a word shows it as it is."""
Software = Annotated[str, StringConstraints(max_length=100), AfterValidator(_without_nul)]
_Reason = Annotated[str, StringConstraints(max_length=200), AfterValidator(_without_nul)]


class Malformed(ValueError):  # noqa: N818 - the name used everywhere
    """The payload is not a message of the kind that its topic or `typ` promises."""


class WireMessage(BaseModel):
    """Base of every message: frozen, and strict about what we ourselves write."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def payload(self) -> bytes:
        """Return the compact JSON that goes on the wire, UTF-8."""
        return self.model_dump_json().encode()


M = TypeVar("M", bound=WireMessage)


def parse(model: type[M], payload: bytes | str) -> M:
    """Read a received message, ignoring fields we do not know; raise Malformed for anything else amiss.

    Strict: the text "7" is no number, as docs/protocol.md says.
    """
    try:
        return model.model_validate_json(payload, strict=True, extra="ignore")
    except ValidationError as error:
        raise Malformed(
            f"{model.__name__}: {error.error_count()} faults, first: {error.errors()[0]['msg']}"
        ) from error


class PlannedAiring(WireMessage):
    """One airing in a plan: what, how it was approved, when, how loud."""

    airing: _Airing
    recording: _Recording
    approval: Annotated[str, StringConstraints(pattern=COMPACT_JWS_PATTERN, max_length=4096)]
    starts_at: Instant
    latest_start_at: Instant
    duration_ms: Annotated[int, Field(gt=0, lt=2**31)]
    grade: Grade
    volume: _Volume
    test: bool = False
    every_ms: Annotated[int, Field(gt=0, lt=2**31)] | None = None

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

    name: _Airing
    recording: _Recording
    approval: Annotated[str, StringConstraints(pattern=COMPACT_JWS_PATTERN, max_length=4096)]
    test: bool = False


class JournalCheckpoint(WireMessage):
    """How long the station's journal was when a plan was made, and the Merkle root over it (RFC 9162)."""

    size: Annotated[int, Field(ge=1, lt=2**53)]
    root: Digest


class Plan(WireMessage):
    """Airings of one area's or one node's loudspeakers. Signed by the station; `typ` loa-plan."""

    target: Name
    version: _Version
    issued_at: Instant
    expires_at: Instant
    airings: Annotated[tuple[PlannedAiring, ...], Field(max_length=MOST_AIRINGS)]
    keep: Annotated[tuple[Kept, ...], Field(max_length=MOST_KEPT)] = ()
    loudest_volume: _Volume = 100
    journal: JournalCheckpoint | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len({airing.airing for airing in self.airings}) != len(self.airings):
            raise ValueError("the same airing twice in one plan")
        if len({kept.name for kept in self.keep}) != len(self.keep):
            raise ValueError("the same name twice to keep")
        return self


class QuietHours(WireMessage):
    """A daily silence in wall time (UTC+7), from `begins` up to, not including, `ends`, or over midnight."""

    begins: WallTime
    ends: WallTime


class LoudHours(QuietHours):
    """A daily span in which less than the policy's loudest volume is allowed."""

    loudest_volume: _Volume


class Policy(WireMessage):
    """Limits of an area's loudspeakers. Signed by an administrator; `typ` loa-policy."""

    target: _Area
    version: _Version
    issued_at: Instant
    expires_at: Instant
    quiet_hours: Annotated[tuple[QuietHours, ...], Field(max_length=16)]
    loudest_volume: _Volume
    minutes_a_day: Annotated[int, Field(ge=0, le=1440)]
    alone_days: Annotated[int, Field(ge=0, le=MOST_ALONE_DAYS)] = USUAL_ALONE_DAYS
    volumes: Annotated[tuple[LoudHours, ...], Field(max_length=16)] = ()


class Approval(WireMessage):
    """A person approved this text and this recording, for these areas, up to this grade, in this time.

    Signed by an approver; `typ` loa-approval. `areas`: with everything below each.
    """

    bulletin: Name
    revision: Annotated[int, Field(ge=1)]
    text_sha256: Digest
    recording: _Recording
    author: Name
    approver: Name
    approved_at: Instant
    valid_from: Instant
    expires_at: Instant
    areas: Annotated[tuple[_Area, ...], Field(min_length=1, max_length=MOST_APPROVED_AREAS)]
    grade: Grade
    test: bool = False


class Key(WireMessage):
    """One public key and what it may sign, from `not_before` until `not_after`.

    A person's key has `holder` (whose it is: two keys of one holder are one person) and `area`: it signs for
    this area and below. `further_areas`: where it counts, too: its holder approves there for another who is
    away, or signed there before moving.
    """

    kid: _Kid
    role: Role
    public: Annotated[str, StringConstraints(pattern=BASE64URL_KEY_PATTERN)]
    not_before: Instant
    not_after: Instant
    holder: Name | None = None
    area: _Area | None = None
    further_areas: Annotated[tuple[_Area, ...], Field(max_length=MOST_FURTHER_AREAS)] = ()


class KeySet(WireMessage):
    """All keys whose signatures count. Signed by the root key; `typ` loa-keys."""

    version: _Version
    issued_at: Instant
    expires_at: Instant
    keys: Annotated[tuple[Key, ...], Field(max_length=MOST_KEYS)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len({key.kid for key in self.keys}) != len(self.keys):
            raise ValueError("the same kid twice in one key set")
        return self


class Manifest(WireMessage):
    """A recording's size, codec and chunk digests. Signed by the station; `typ` loa-manifest."""

    recording: _Recording
    size: Annotated[int, Field(gt=0)]
    codec: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,16}$")]
    sample_rate: Annotated[int, Field(ge=8000, le=192000)]
    duration_ms: Annotated[int, Field(gt=0, lt=2**31)]
    chunk_size: Annotated[int, Field(ge=1024, le=64 * 1024)]
    chunks: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=MOST_CHUNKS)]
    https: Annotated[str, StringConstraints(pattern=r"^https?://", max_length=2000)] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.chunks) != -(-self.size // self.chunk_size):
            raise ValueError("size, chunk_size and chunks disagree")
        return self


class NodeState(WireMessage):
    """Birth (online) and death (the will) of one session of a node; `at` is unknown to a will."""

    node: _Node
    session: Annotated[int, Field(ge=0, lt=2**53)]
    online: bool
    at: Instant | None
    software: Software


class Vitals(WireMessage):
    """A node's health now. `at` and the clock figures are None while it does not know the time."""

    node: _Node
    session: Annotated[int, Field(ge=0, lt=2**53)]
    at: Instant | None
    clock_offset_ms: float | None
    clock_error_ms: Annotated[float, Field(ge=0)] | None
    clock_source: Word = ClockSource.NONE.value
    trust: Word = ClockTrust.NONE.value
    volume: _Volume
    storage_free: Annotated[int, Field(ge=0, lt=2**53)]
    sounding: _Airing | None = None
    signal_dbm: float | None = None
    temperature_c: float | None = None
    chunks_refused: Annotated[int, Field(ge=0)] = 0
    battery_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    mains: bool | None = None
    amplifier_ok: bool | None = None
    level_dbfs: Annotated[float, Field(le=0)] | None = None

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

    node: _Node
    seq: Annotated[int, Field(ge=1, lt=2**53)]
    previous: Digest
    airing: _Airing
    recording: _Recording
    kind: Annotated[ReceiptKind | _Kind, Field(union_mode="left_to_right")]
    at: Instant | None
    offset_ms: _Millis = 0
    heard_ms: _Millis = 0
    clock_error_ms: Annotated[float, Field(ge=0)] | None = None
    trust: Word | None = None
    volume: _Volume | None = None
    level_dbfs: Annotated[float, Field(le=0)] | None = None
    reason: _Reason | None = None
    journal: JournalCheckpoint | None = None


class Receipts(WireMessage):
    """Signed receipts that the station has not yet committed, oldest first; each is judged alone."""

    node: _Node
    session: Annotated[int, Field(ge=0, lt=2**53)]
    receipts: Annotated[tuple[str, ...], Field(min_length=1, max_length=MOST_RECEIPTS)]


class RefusedReceipt(WireMessage):
    """A receipt that the station will never take, and why; its id is the SHA-256 of the text that came."""

    id: Digest
    code: Name


class ReceiptsCommitted(WireMessage):
    """Receipts that the station has committed or refused: the node may delete them."""

    ids: Annotated[tuple[Digest, ...], Field(max_length=MOST_RECEIPTS)]
    refused: Annotated[tuple[RefusedReceipt, ...], Field(max_length=MOST_RECEIPTS)] = ()


class Want(WireMessage):
    """Which chunks a node still lacks; `missing` is a base64 bitmap, bit 0 (lowest) of byte 0 is chunk 0."""

    node: _Node
    recording: _Recording
    count: Annotated[int, Field(ge=1, le=MOST_CHUNKS)]
    missing: Annotated[str, StringConstraints(pattern=BASE64_PATTERN, max_length=MOST_CHUNKS // 6 + 4)]


class TimeRequest(WireMessage):
    """First half of a clock exchange: the node's own clock, microseconds, any epoch."""

    node: _Node
    sent_us: _Micros


class TimeReply(WireMessage):
    """Second half: the echo and the station's clock, microseconds since 1970 UTC. Signed; `typ` loa-time."""

    node: _Node
    sent_us: _Micros
    received_us: _Micros
    replied_us: _Micros
