"""What persons sign: policies and approvals, and the keys that they sign with; docs/protocol.md."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from devices.ids import Grade, Role
from devices.instants import Instant
from devices.passkeys import WEBAUTHN
from devices.wire_types import (
    BASE64URL_PATTERN,
    COMPACT_JWS_PATTERN,
    RP_ID_PATTERN,
    AiringName,
    AlgorithmName,
    AreaName,
    Digest,
    KeyName,
    Name,
    ReasonText,
    RecordingDigest,
    SignedTogether,
    Version,
    Volume,
    WallTime,
    WireMessage,
    Word,
)

MOST_KEYS = 1024
"""In one key set: two approvers for each of 500 communes. Signed, it is some 270 kB, less than the longest
manifest, which a node must be able to take anyway."""
USUAL_ALONE_DAYS = 7
"""How long a node speaks without a word of the station, where no policy says it: a week of storm."""
MOST_ALONE_DAYS = 30
MOST_APPROVED_AREAS = 16
"""In one approval: a bulletin belongs to one area; the rest is room."""
MOST_CALLED_AREAS = 256
"""In one call: all communes of the largest province but some."""
LONGEST_CALL_PAYLOAD = 8192
"""Characters: 256 areas and a reason of 200 letters."""
LONGEST_AUTHORSHIP = 2048
"""Characters; one by a passkey, of one area, is some 1,100."""
MOST_RENDITIONS = 4
"""Of one recording, beside the one that the approval names."""
MOST_ADMINISTRATORS = 4
"""That a key set may ask for: more would never come together."""
MOST_FURTHER_AREAS = 16
"""Of one key: areas in which its holder approves for others who are away, or signed before moving."""

ED25519 = "Ed25519"
"""RFC 9864's name: it leaves a verifier no choice of curve, unlike the older `EdDSA`."""
_PUBLIC_LENGTHS = {ED25519: 43, WEBAUTHN: 86}


class QuietHours(WireMessage):
    """A daily silence in wall time (UTC+7), from `begins` up to, not including, `ends`, or over midnight."""

    begins: WallTime
    ends: WallTime


class LoudHours(QuietHours):
    """A daily span in which less than the policy's loudest volume is allowed."""

    loudest_volume: Volume


class Policy(WireMessage):
    """Limits of an area's loudspeakers. Signed by administrators; `typ` loa-policy."""

    target: AreaName
    version: Version
    issued_at: Instant
    expires_at: Instant
    quiet_hours: Annotated[tuple[QuietHours, ...], Field(max_length=16)]
    loudest_volume: Volume
    minutes_a_day: Annotated[int, Field(ge=0, le=1440)]
    alone_days: Annotated[int, Field(ge=0, le=MOST_ALONE_DAYS)] = USUAL_ALONE_DAYS
    volumes: Annotated[tuple[LoudHours, ...], Field(max_length=16)] = ()


class Rendition(WireMessage):
    """Another coding of an approved recording, made from the same master."""

    recording: RecordingDigest
    codec: Word
    size: Annotated[int, Field(gt=0, lt=2**53)]


class Authorship(WireMessage):
    """Its author stands for this text and this recording, for these areas, up to this grade, until then.

    Signed by a caller or an approver, who wrote it; `typ` loa-author. `renditions`: other codings of it.
    """

    text_sha256: Digest
    recording: RecordingDigest
    areas: Annotated[tuple[AreaName, ...], Field(min_length=1, max_length=MOST_APPROVED_AREAS)]
    grade: Grade
    authored_at: Instant
    expires_at: Instant
    renditions: Annotated[tuple[RecordingDigest, ...], Field(max_length=MOST_RENDITIONS)] = ()

    def payload(self) -> bytes:
        """Return the JSON without what has its default."""
        return self.model_dump_json(exclude_defaults=True).encode()


class Approval(WireMessage):
    """A person approved this text and this recording, for these areas, up to this grade, in this time.

    Signed by an approver; `typ` loa-approval. `areas`: with everything below each. `authorship`: signed by
    the author, as an Authorship; where key sets ask for it.
    """

    bulletin: Name
    revision: Annotated[int, Field(ge=1)]
    text_sha256: Digest
    recording: RecordingDigest
    author: Name
    approver: Name
    approved_at: Instant
    valid_from: Instant
    expires_at: Instant
    areas: Annotated[tuple[AreaName, ...], Field(min_length=1, max_length=MOST_APPROVED_AREAS)]
    grade: Grade
    test: bool = False
    renditions: Annotated[tuple[Rendition, ...], Field(max_length=MOST_RENDITIONS)] = ()
    authorship: (
        Annotated[str, StringConstraints(pattern=COMPACT_JWS_PATTERN, max_length=LONGEST_AUTHORSHIP)] | None
    ) = None

    def payload(self) -> bytes:
        """Return the JSON without what has its default: it stands in each plan that names it."""
        return self.model_dump_json(exclude_defaults=True).encode()


class Call(WireMessage):
    """Persons call an emergency: this recording, in these areas, as this airing, until then at the latest.

    `typ` loa-call; signed by two persons, or by one who says why (`reason`). `every_ms`: no round begins
    sooner after the one before; None: a single one.
    """

    airing: AiringName
    recording: RecordingDigest
    text_sha256: Digest
    areas: Annotated[tuple[AreaName, ...], Field(min_length=1, max_length=MOST_CALLED_AREAS)]
    loudest_volume: Volume
    called_at: Instant
    until: Instant
    every_ms: Annotated[int, Field(gt=0, lt=2**31)] | None = None
    reason: ReasonText | None = None


class SignedCall(SignedTogether):
    """A Call with its signatures, as an airing carries it."""

    payload: Annotated[str, StringConstraints(pattern=BASE64URL_PATTERN, max_length=LONGEST_CALL_PAYLOAD)]


class Key(WireMessage):
    """One public key and what it may sign, from `not_before` until `not_after`.

    `alg`: `Ed25519`, or `WebAuthn-ES256` for a passkey of the name `rp_id`; `public` is then the point x, y.
    A key of another algorithm, or role, is of a later release, and counts for nothing.

    A person's key has `holder` (whose it is: two keys of one holder are one person) and `area`: it signs for
    this area and below. `further_areas`: where it counts, too: its holder approves there for another who is
    away, or signed there before moving.

    `retired_at`: it signs nothing from then on. `compromised_since`: what it signed from then on is void.
    """

    kid: KeyName
    role: Annotated[Role | Word, Field(union_mode="left_to_right")]
    public: Annotated[str, StringConstraints(pattern=BASE64URL_PATTERN, max_length=512)]
    not_before: Instant
    not_after: Instant
    holder: Name | None = None
    area: AreaName | None = None
    further_areas: Annotated[tuple[AreaName, ...], Field(max_length=MOST_FURTHER_AREAS)] = ()
    retired_at: Instant | None = None
    compromised_since: Instant | None = None
    alg: AlgorithmName = ED25519
    rp_id: Annotated[str, StringConstraints(pattern=RP_ID_PATTERN)] | None = None

    @property
    def has_end(self) -> bool:
        """Return whether it was retired, or is compromised since a day."""
        return self.retired_at is not None or self.compromised_since is not None

    def is_ended(self, at: datetime) -> bool:
        """Return whether what it signed at an instant is void: after it was retired, or since the theft."""
        is_stolen = self.compromised_since is not None and at >= self.compromised_since
        return is_stolen or (self.retired_at is not None and at > self.retired_at)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.public) != _PUBLIC_LENGTHS.get(self.alg, len(self.public)):
            raise ValueError("the public key is not of its algorithm's length")
        if self.alg == WEBAUTHN and self.rp_id is None:
            raise ValueError("a passkey without the name that it is bound to")
        return self


class KeySet(WireMessage):
    """All keys whose signatures count in an area and below. Signed by the root key; `typ` loa-keys.

    `area` None: the only set of a station before sets had areas; it counts as the province's.
    `administrators`: how many holders must sign policies, homes, and places that take an area from a node.
    `authors`: no approval counts without its author's signature.
    """

    area: AreaName | None = None
    version: Version
    issued_at: Instant
    expires_at: Instant
    keys: Annotated[tuple[Key, ...], Field(max_length=MOST_KEYS)]
    administrators: Annotated[int, Field(ge=1, le=MOST_ADMINISTRATORS)] = 1
    authors: bool = False

    def payload(self) -> bytes:
        """Return the JSON without what has its default: each node loads it at each connect."""
        return self.model_dump_json(exclude_defaults=True).encode()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len({key.kid for key in self.keys}) != len(self.keys):
            raise ValueError("the same kid twice in one key set")
        return self
