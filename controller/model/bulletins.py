"""Rows of bulletins, their revisions, the renderings of their recordings, and their approvals."""

from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    false,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.bulletin_states import (
    BulletinId,
    BulletinState,
    ItemKind,
    RenderingId,
    RenderingState,
    RevisionKind,
    TopicCode,
)
from controller.model.languages import LanguageCode
from controller.model.permissions import OperatorId
from controller.model.searchable import Searchable
from controller.model.speech_workers import WORKER_LENGTH
from controller.model.wording import (
    LONGEST_ENGINE,
    LONGEST_ISSUER,
    LONGEST_VOICE,
    Manner,
    ReadingPace,
    Words,
)
from devices.ids import AreaCode, Grade, KeyId, RecordingId
from devices.messages import Manifest
from tts.normalization import Register
from tts.orders import Stage

LONGEST_TOPIC_NAME = 100
"""Characters."""
USUAL_HIGHEST_GRADE = Grade.PRIORITY
"""What an author asks for who asks for nothing: an emergency must be wanted."""


class Topic(Base):
    """A topic of bulletins in the province's list, ordered by `place`; an ended one is no longer offered."""

    __tablename__ = "topics"

    code: Mapped[TopicCode] = mapped_column(String(ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    place: Mapped[int] = mapped_column(Integer)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_ended(self) -> bool:
        """Whether it is no longer offered."""
        return self.ended_at is not None


class Bulletin(Searchable, Base):
    """A text to be read out; `revision` is the number of its newest wording.

    A `test` is approved as a test: nodes accept it only as one, and a real bulletin never as a test.
    `again_if_preempted`: a programme that is repeated where a higher grade interrupted it.
    A variant is a translation into `language`: `variant_of` the bulletin, made from its `of_revision`.
    `highest_grade`: what its author asks the approver for; it sounds at no higher grade.
    A copy was made from `cloned_from`, its wording `cloned_revision`: approvers compare it with that.
    """

    __tablename__ = "bulletins"
    SEARCHED = ("title",)

    id: Mapped[BulletinId] = mapped_column(String(ID_LENGTH), primary_key=True)
    title: Mapped[str] = mapped_column(String(300))
    state: Mapped[BulletinState] = mapped_column(Word(BulletinState), index=True)
    revision: Mapped[int] = mapped_column(Integer)
    author: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    test: Mapped[bool] = mapped_column(Boolean)
    returned_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    variant_of: Mapped[BulletinId | None] = mapped_column(ForeignKey("bulletins.id"), index=True)
    language: Mapped[LanguageCode | None] = mapped_column(String(3))
    of_revision: Mapped[int | None] = mapped_column(Integer)
    cloned_from: Mapped[BulletinId | None] = mapped_column(ForeignKey("bulletins.id"))
    cloned_revision: Mapped[int | None] = mapped_column(Integer)
    again_if_preempted: Mapped[bool] = mapped_column(Boolean, default=False)
    topic: Mapped[TopicCode | None] = mapped_column(ForeignKey("topics.code"))
    highest_grade: Mapped[Grade] = mapped_column(
        Word(Grade), default=USUAL_HIGHEST_GRADE, server_default=USUAL_HIGHEST_GRADE
    )

    __table_args__ = (Index("ix_bulletins_changed_at_id", "changed_at", "id"),)


class Revision(Base):
    """One wording, written once and never changed. `text` is NFC; the digest is of its UTF-8 bytes.

    `issuer` is read before the title, the text is read `readings` times, `words` (written, spoken) are read
    otherwise in this bulletin alone; `pace`, `register`, `engine` and `voice` are what was chosen of how it
    is spoken, and `alert` whether it begins with the alert tone. The digest covers all of it (`wording`).
    `corrected_by`: the approver who mended letters of the version before; the author stays its author.
    `upload`: SHA-256 of an uploaded recording as received; `text` then says what is in it.
    """

    __tablename__ = "revisions"

    bulletin: Mapped[BulletinId] = mapped_column(ForeignKey("bulletins.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    text_sha256: Mapped[str] = mapped_column(String(ID_LENGTH))
    author: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[RevisionKind] = mapped_column(Word(RevisionKind), default=RevisionKind.TEXT)
    upload: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    issuer: Mapped[str] = mapped_column(String(LONGEST_ISSUER), default="")
    readings: Mapped[int] = mapped_column(Integer, default=1)
    corrected_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    words: Mapped[list[list[str]]] = mapped_column(JSON, default=list, server_default="[]")
    pace: Mapped[ReadingPace] = mapped_column(
        Word(ReadingPace), default=ReadingPace.USUAL, server_default=ReadingPace.USUAL
    )

    register: Mapped[Register | None] = mapped_column(String(20))
    engine: Mapped[str] = mapped_column(String(LONGEST_ENGINE), default="", server_default="")
    voice: Mapped[str] = mapped_column(String(LONGEST_VOICE), default="", server_default="")
    alert: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())

    @property
    def own_words(self) -> Words:
        """What this bulletin alone has read otherwise, written and spoken."""
        return tuple((written, spoken) for written, spoken in self.words)

    @property
    def manner(self) -> Manner:
        """How it is given to the people, as its author chose."""
        return Manner(
            self.issuer,
            self.readings,
            self.own_words,
            self.pace,
            self.register,
            self.engine,
            self.voice,
            self.alert,
        )


class ProgrammeItem(Base):
    """One part of a programme's wording, by its position; written once, with its revision.

    `text`: the spoken text (SPEECH), or a description of the recording. `item`: a bulletin and its revision.
    """

    __tablename__ = "programme_items"

    bulletin: Mapped[BulletinId] = mapped_column(String(ID_LENGTH), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[ItemKind] = mapped_column(Word(ItemKind))
    text: Mapped[str | None] = mapped_column(Text)
    item: Mapped[BulletinId | None] = mapped_column(ForeignKey("bulletins.id"), index=True)
    item_revision: Mapped[int | None] = mapped_column(Integer)
    upload: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    seconds: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        ForeignKeyConstraint(["bulletin", "revision"], ["revisions.bulletin", "revisions.number"]),
    )


class LegalReference(Searchable, Base):
    """The legal act that a bulletin announces; `in_force_until` is the last day on which it is in force.

    `ended_at`: when the station found it no longer in force and stopped airing the bulletin.
    """

    __tablename__ = "legal_references"
    SEARCHED = ("kind", "number", "issuer")

    bulletin: Mapped[BulletinId] = mapped_column(ForeignKey("bulletins.id"), primary_key=True)
    number: Mapped[str | None] = mapped_column(String(100))
    kind: Mapped[str | None] = mapped_column(String(100))
    issuer: Mapped[str | None] = mapped_column(String(200))
    dated: Mapped[date | None] = mapped_column(Date)
    in_force_from: Mapped[date | None] = mapped_column(Date)
    in_force_until: Mapped[date | None] = mapped_column(Date, index=True)
    set_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Rendering(Base):
    """The rendering of one revision's recording: the order, its state and its result.

    Who makes it: `worker`, in words; `claim` names this one attempt of it, and only who knows it hands over.
    `claimed_until`, by the database's clock; None: as long as the station that claimed it leads.
    `stage` with `steps_done` of `steps`: how far it is. `made`: what the worker handed over, until the
    station that leads has taken it in.
    """

    __tablename__ = "renderings"

    id: Mapped[RenderingId] = mapped_column(String(ID_LENGTH), primary_key=True)
    bulletin: Mapped[BulletinId] = mapped_column(String(ID_LENGTH))
    revision: Mapped[int] = mapped_column(Integer)
    state: Mapped[RenderingState] = mapped_column(Word(RenderingState), index=True)
    engine: Mapped[str] = mapped_column(String(50))
    voice: Mapped[str] = mapped_column(String(100))
    rate: Mapped[float] = mapped_column(Float)
    fallback: Mapped[str | None] = mapped_column(String(50))
    register: Mapped[Register] = mapped_column(String(20), default="radio", server_default="literal")
    rests: Mapped[float] = mapped_column(Float, default=1.0, server_default="1")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recording: Mapped[RecordingId | None] = mapped_column(ForeignKey("recordings.id"))
    engine_used: Mapped[str | None] = mapped_column(String(50))
    fallback_reason: Mapped[str | None] = mapped_column(Text)
    spoken_text: Mapped[str | None] = mapped_column(Text)
    text_characters: Mapped[int | None] = mapped_column(Integer)
    phrases: Mapped[int | None] = mapped_column(Integer)
    phrases_cached: Mapped[int | None] = mapped_column(Integer)
    fault: Mapped[str | None] = mapped_column(String(100))
    fault_sentence: Mapped[str | None] = mapped_column(Text)
    worker: Mapped[str | None] = mapped_column(String(WORKER_LENGTH))
    claim: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stage: Mapped[Stage | None] = mapped_column(String(20))
    steps_done: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    steps: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    made: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (
        Unique("bulletin", "revision"),
        ForeignKeyConstraint(["bulletin", "revision"], ["revisions.bulletin", "revisions.number"]),
    )


class Recording(Base):
    """Finished audio by its SHA-256; `manifest` is the Manifest message as JSON.

    `rendition_of`: the MP3 of which this is another coding.
    """

    __tablename__ = "recordings"

    id: Mapped[RecordingId] = mapped_column(String(ID_LENGTH), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    codec: Mapped[str] = mapped_column(String(16))
    sample_rate: Mapped[int] = mapped_column(Integer)
    loudness_lufs: Mapped[float | None] = mapped_column(Float)
    true_peak_dbtp: Mapped[float | None] = mapped_column(Float)
    manifest: Mapped[dict[str, Any]] = mapped_column(JSON)
    rendition_of: Mapped[RecordingId | None] = mapped_column(ForeignKey("recordings.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @classmethod
    def described_by(cls, manifest: Manifest, now: datetime) -> Self:
        """Return the row of a recording that is in the store."""
        return cls(
            id=manifest.recording,
            size=manifest.size,
            duration_ms=manifest.duration_ms,
            codec=manifest.codec,
            sample_rate=manifest.sample_rate,
            manifest=manifest.model_dump(mode="json"),
            created_at=now,
        )


class Approved(Base):
    """A person's approval of one revision, text and recording; `jws` is what nodes verify.

    `author_kid`: by which key its author has signed, too; None: not.
    `areas`, `grade` and `valid_from` to `expires_at` are its scope. An older approval has none: nodes refuse
    it, so it is not in force, and its bulletin is to be approved again.
    """

    __tablename__ = "approvals"

    bulletin: Mapped[BulletinId] = mapped_column(String(ID_LENGTH), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    approver: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    text_sha256: Mapped[str] = mapped_column(String(ID_LENGTH))
    recording: Mapped[RecordingId] = mapped_column(ForeignKey("recordings.id"))
    kid: Mapped[KeyId] = mapped_column(ForeignKey("keys.kid"))
    jws: Mapped[str] = mapped_column(Text)
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    areas: Mapped[list[AreaCode] | None] = mapped_column(JSON)
    grade: Mapped[Grade | None] = mapped_column(Word(Grade))
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    author_kid: Mapped[KeyId | None] = mapped_column(String(ID_LENGTH))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        ForeignKeyConstraint(["bulletin", "revision"], ["revisions.bulletin", "revisions.number"]),
    )


class Authored(Base):
    """What its author has signed of a wording: this recording, up to this grade; approvals carry `jws`."""

    __tablename__ = "authorships"

    bulletin: Mapped[BulletinId] = mapped_column(String(ID_LENGTH), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    author: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    recording: Mapped[RecordingId] = mapped_column(ForeignKey("recordings.id"))
    grade: Mapped[Grade] = mapped_column(Word(Grade))
    kid: Mapped[KeyId] = mapped_column(ForeignKey("keys.kid"))
    jws: Mapped[str] = mapped_column(Text)
    authored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        ForeignKeyConstraint(["bulletin", "revision"], ["revisions.bulletin", "revisions.number"]),
    )


class FormerApproval(Base):
    """An approval used for an airing, then replaced by a later one of the same wording and recording."""

    __tablename__ = "former_approvals"

    bulletin: Mapped[BulletinId] = mapped_column(String(ID_LENGTH), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    approver: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    recording: Mapped[RecordingId] = mapped_column(ForeignKey("recordings.id"))
    kid: Mapped[KeyId] = mapped_column(ForeignKey("keys.kid"))
    jws: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        ForeignKeyConstraint(["bulletin", "revision"], ["revisions.bulletin", "revisions.number"]),
    )


class Listened(Base):
    """A person's listening to a recording: first served `at`; `played`: the parts played, in ms."""

    __tablename__ = "listenings"

    operator: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    recording: Mapped[RecordingId] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    played: Mapped[list[list[int]]] = mapped_column(JSON)


class BulletinComment(Base):
    """What an approver says about one sentence of a wording; `sentence` is quoted as it was written there."""

    __tablename__ = "bulletin_comments"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    bulletin: Mapped[BulletinId] = mapped_column(String(ID_LENGTH), index=True)
    revision: Mapped[int] = mapped_column(Integer)
    sentence: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        ForeignKeyConstraint(["bulletin", "revision"], ["revisions.bulletin", "revisions.number"]),
    )
