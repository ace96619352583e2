"""Rows of airings, their targets, one delivery a node, and every receipt as it came."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.airing_states import AiringState, Rung
from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.bulletin_states import BulletinId
from controller.model.permissions import OperatorId
from controller.model.schedule_states import ScheduleId
from devices.ids import AiringId, AreaCode, Grade, NodeId, RecordingId
from devices.messages import ReceiptKind

DEFAULT_VOLUME = 70
"""Percent, of an airing for which nobody chose another volume."""
TEST_VOLUME = 60
"""Percent, of a test of one loudspeaker: loud enough next to the pole."""

_TO_NOTE = text("ended_at IS NOT NULL AND noted_at IS NULL")
"""Few rows at a time: an index of them alone costs what is planned nothing."""


class Airing(Base):
    """One occurrence with its targets.

    `asked_at` is the start that a person asked for; `starts_at` the one that holds now. Recording, revision
    and duration are fixed when delivering begins. `every_ms`: an emergency whose recording begins again so
    often, for as long as `duration_ms` says. `acknowledged_at`: the broker first said that it has a plan
    that names this airing. `noted_at`: the as-aired log says of it what is known; None while it does not.
    `node`: a test for this one loudspeaker, in its own plan alone; its target is then where that stands.
    `only_chosen`: meant for the nodes alone that have a delivery, in their own plans; nobody joins it later.
    `linked_to`: the airing whose part this is: for areas that hear another language, that have not agreed
    yet, or in which it starts later.
    `follows`: the airing right after which it starts here, because a commune put the two in this order.
    `again_of`: the airing that a higher grade cut off, and that comes again with this one.
    """

    __tablename__ = "airings"

    id: Mapped[AiringId] = mapped_column(String(ID_LENGTH), primary_key=True)
    bulletin: Mapped[BulletinId] = mapped_column(ForeignKey("bulletins.id"), index=True)
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

    __table_args__ = (
        Index("ix_airings_state_starts_at", "state", "starts_at"),
        Index("ix_airings_to_note", "ended_at", sqlite_where=_TO_NOTE, postgresql_where=_TO_NOTE),
    )


def _start_of_airing(context: Any) -> datetime:
    """Return the start of the airing that a new target is of, where who adds it does not name it."""
    airing = context.get_current_parameters()["airing"]
    found: datetime = context.connection.scalar(select(Airing.starts_at).where(Airing.id == airing))
    return found


class Target(Base):
    """An area that an airing is meant for; never one below another target of the same airing.

    `starts_at` is the airing's, kept here too: so an area's next hours are found by one index.
    """

    __tablename__ = "airing_targets"

    airing: Mapped[AiringId] = mapped_column(ForeignKey("airings.id"), primary_key=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_start_of_airing)

    __table_args__ = (Index("ix_airing_targets_area_starts_at", "area", "starts_at"),)


class Answer(Base):
    """What a commune said of an airing, or of all occurrences of a schedule, that came from above.

    Of one airing the newest word counts, whether it was said of the airing or of its schedule.
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
    """Airing × node: how far it came. Folded from receipts, whatever their order.

    `area`: where the node stood when it was planned; a node that moves takes no history along.
    """

    __tablename__ = "deliveries"

    airing: Mapped[AiringId] = mapped_column(ForeignKey("airings.id"), primary_key=True)
    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True, index=True)
    area: Mapped[AreaCode | None] = mapped_column(ForeignKey("areas.code"))
    rung: Mapped[int] = mapped_column(Integer, default=int(Rung.PLANNED))
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    start_offset_ms: Mapped[int | None] = mapped_column(Integer)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heard_ms: Mapped[int] = mapped_column(Integer, default=0)
    clock_error_ms: Mapped[float | None] = mapped_column(Float)
    reason: Mapped[str | None] = mapped_column(Text)
    reason_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StoredReceipt(Base):
    """One receipt as it came: the as-aired log. Written once, never changed."""

    __tablename__ = "receipts"

    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    airing: Mapped[AiringId] = mapped_column(String(ID_LENGTH), index=True)
    recording: Mapped[RecordingId] = mapped_column(String(ID_LENGTH))
    kind: Mapped[ReceiptKind] = mapped_column(Word(ReceiptKind))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    offset_ms: Mapped[int] = mapped_column(Integer)
    heard_ms: Mapped[int] = mapped_column(Integer)
    clock_error_ms: Mapped[float | None] = mapped_column(Float)
    reason: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
