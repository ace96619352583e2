"""Rows of airings, their targets, one delivery per node, and every receipt as received."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.airing_states import AiringState, ChainFaultKind, DeliveryStage
from controller.model.base import ID_LENGTH, WORD_LENGTH, Base, UtcDateTime, Word
from controller.model.bulletin_states import BulletinId
from controller.model.permissions import OperatorId
from controller.model.schedule_states import ScheduleId
from devices.ids import AiringId, AreaCode, Grade, NodeId, RecordingId

DEFAULT_VOLUME = 70
"""Percent: default volume of an airing."""
TEST_VOLUME = 60
"""Percent: volume of a test of one loudspeaker; loud enough next to the pole."""

_TO_NOTE = text("ended_at IS NOT NULL AND noted_at IS NULL")
"""Few rows at a time: a partial index of them costs other airings nothing."""


class Airing(Base):
    """One occurrence with its targets.

    `asked_at`: the start that a person requested; `starts_at`: the one that applies now. Recording, revision
    and duration are fixed when delivery begins. `every_ms`: an emergency's recording starts again at this
    interval for `duration_ms`. `acknowledged_at`: when the broker first acknowledged a plan with this airing.
    `noted_at`: when it was written to the as-aired log; None before.
    `node`: a test of this one loudspeaker, in the node's own plan only; its target is the node's area.
    `only_chosen`: only for the nodes that have a delivery, in their own plans; no node joins it later.
    `linked_to`: the airing that this one is a part of: for areas with another language, without agreement
    yet, or with a later start.
    `follows`: the airing right after which it starts here, because a commune put the two in this order.
    `again_of`: the airing that a higher grade interrupted and that this one repeats.
    `turns`: in how many its nodes speak, each `turn_ms` after the one before; 1: all at once. Fixed when
    delivery begins, with each delivery's `turn`; then it is named in the nodes' own plans.
    """

    __tablename__ = "airings"

    id: Mapped[AiringId] = mapped_column(String(ID_LENGTH), primary_key=True)
    bulletin: Mapped[BulletinId] = mapped_column(ForeignKey("bulletins.id"))
    schedule: Mapped[ScheduleId | None] = mapped_column(ForeignKey("schedules.id"), index=True)
    node: Mapped[NodeId | None] = mapped_column(ForeignKey("nodes.id"))
    only_chosen: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[AiringState] = mapped_column(Word(AiringState))
    grade: Mapped[Grade] = mapped_column(Word(Grade))
    volume: Mapped[int] = mapped_column(Integer)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    latest_start_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int | None] = mapped_column(Integer)
    recording: Mapped[RecordingId | None] = mapped_column(ForeignKey("recordings.id"))
    duration_ms: Mapped[int | None] = mapped_column(Integer)
    every_ms: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivering_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    linked_to: Mapped[AiringId | None] = mapped_column(ForeignKey("airings.id"), index=True)
    follows: Mapped[AiringId | None] = mapped_column(ForeignKey("airings.id"))
    again_of: Mapped[AiringId | None] = mapped_column(ForeignKey("airings.id"), index=True)
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    turns: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    turn_ms: Mapped[int] = mapped_column(Integer, default=0, server_default="0")

    __table_args__ = (
        Index("ix_airings_bulletin_starts_at", "bulletin", "starts_at"),
        Index("ix_airings_state_starts_at", "state", "starts_at"),
        Index("ix_airings_to_note", "ended_at", sqlite_where=_TO_NOTE, postgresql_where=_TO_NOTE),
    )


def _start_of_airing(context: Any) -> datetime:
    """Return the start of a new target's airing, for code that adds a target without naming it."""
    airing = context.get_current_parameters()["airing"]
    found: datetime = context.connection.scalar(select(Airing.starts_at).where(Airing.id == airing))
    return found


class Target(Base):
    """A target area of an airing; never below another target of the same airing.

    `starts_at` is a copy of the airing's, so that one index finds the airings of an area's next hours.
    """

    __tablename__ = "airing_targets"

    airing: Mapped[AiringId] = mapped_column(ForeignKey("airings.id"), primary_key=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_start_of_airing)

    __table_args__ = (Index("ix_airing_targets_area_starts_at", "area", "starts_at"),)


class Answer(Base):
    """A commune's answer to an airing, or to all occurrences of a schedule, that a higher level planned.

    For one airing the newest answer counts, whether it was given to the airing or to its schedule.
    """

    __tablename__ = "answers"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    airing: Mapped[AiringId | None] = mapped_column(ForeignKey("airings.id"))
    schedule: Mapped[ScheduleId | None] = mapped_column(ForeignKey("schedules.id"))
    agrees: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("(airing IS NULL) <> (schedule IS NULL)", name="of_one_thing"),
        UniqueConstraint("airing", "area"),
        UniqueConstraint("schedule", "area"),
    )


class Delivery(Base):
    """State of one airing at one node, computed from receipts in any order.

    `area`: the node's area when the airing was planned; it does not change when the node moves.
    `turn`: which of the airing's turns is this node's, from 0 on.
    PostgreSQL keeps the foreign keys of no delivery: a call to a province would look up thousands (0077).
    """

    __tablename__ = "deliveries"

    airing: Mapped[AiringId] = mapped_column(ForeignKey("airings.id"), primary_key=True)
    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True, index=True)
    area: Mapped[AreaCode | None] = mapped_column(ForeignKey("areas.code"))
    rung: Mapped[int] = mapped_column(Integer, default=int(DeliveryStage.PLANNED))
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    start_offset_ms: Mapped[int | None] = mapped_column(Integer)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heard_ms: Mapped[int] = mapped_column(Integer, default=0)
    clock_error_ms: Mapped[float | None] = mapped_column(Float)
    reason: Mapped[str | None] = mapped_column(Text)
    reason_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    turn: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class StoredReceipt(Base):
    """One receipt as received. Written once, never changed.

    `id`: the SHA-256 of its JWS text, which `sealed` holds packed (features/airings/sealed_receipts.py), so
    that it can be proven later; `kid` and `seq`: the node's key that signed it, and its number. All are None
    of a receipt from before receipts were signed. `kind` may be unknown to this release.
    `at` None: the node did not know the time.
    """

    __tablename__ = "receipts"

    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    airing: Mapped[AiringId] = mapped_column(String(ID_LENGTH), index=True)
    recording: Mapped[RecordingId] = mapped_column(String(ID_LENGTH))
    kind: Mapped[str] = mapped_column(String(WORD_LENGTH))
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offset_ms: Mapped[int] = mapped_column(Integer)
    heard_ms: Mapped[int] = mapped_column(Integer)
    clock_error_ms: Mapped[float | None] = mapped_column(Float)
    volume: Mapped[int | None] = mapped_column(Integer)
    level_dbfs: Mapped[float | None] = mapped_column(Float)
    reason: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kid: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    seq: Mapped[int | None] = mapped_column(BigInteger)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class ReceiptChain(Base):
    """How far the station knows the receipts of one key of a node: the highest number and that receipt."""

    __tablename__ = "receipt_chains"

    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    kid: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    newest: Mapped[str] = mapped_column(String(ID_LENGTH))


class ChainFault(Base):
    """Something wrong in the receipts of one key of a node, at the numbers from `first` to `last`.

    Of a gap, `before` is the id of the receipt before it, and `expected` the id that the last missing one
    must have: what fills the gap later is checked by them.
    """

    __tablename__ = "chain_faults"

    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    kid: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    kind: Mapped[ChainFaultKind] = mapped_column(Word(ChainFaultKind), primary_key=True)
    first: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[str] = mapped_column(String(ID_LENGTH), default="")
    expected: Mapped[str] = mapped_column(String(ID_LENGTH), default="")
    noticed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReceiptRefusal(Base):
    """How many receipts of a node were refused, and why the last of them was."""

    __tablename__ = "receipt_refusals"

    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(ID_LENGTH))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
