"""Rows of loudspeaker nodes: reported facts only; a node's status is computed from them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.permissions import OperatorId
from controller.model.searchable import Searchable
from devices.ids import AreaCode, NodeId

TOLD = (
    "sounding",
    "clock_error_ms",
    "storage_free",
    "temperature_c",
    "battery_percent",
    "mains",
    "amplifier_ok",
    "level_dbfs",
    "volume",
)
"""The vitals from which a node's status is computed."""


class Node(Searchable, Base):
    """One node; `session` is the newest of its birth messages, `vitals` the last that it reported.

    The vitals that a status is computed from have a column each too (`TOLD`), so that SQL can count them.
    Messages of a session below `first_session` came from hardware that was replaced since. Messages of a
    quarantined node are ignored, and it gets no plans. `capabilities`: as its newest birth told them, if it
    did. `loudest`: its own volume limit, percent.
    `flooded_at`: when its messages were last dropped because there were too many; `flooded`: how many.
    """

    __tablename__ = "nodes"
    SEARCHED = ("name", "id")

    id: Mapped[NodeId] = mapped_column(String(ID_LENGTH), primary_key=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    session: Mapped[int] = mapped_column(BigInteger, default=0)
    online: Mapped[bool] = mapped_column(Boolean, default=False)
    online_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    software: Mapped[str] = mapped_column(String(100), default="")
    capabilities: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    vitals: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    sounding: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    clock_error_ms: Mapped[float | None] = mapped_column(Float)
    storage_free: Mapped[int | None] = mapped_column(BigInteger)
    temperature_c: Mapped[float | None] = mapped_column(Float)
    battery_percent: Mapped[float | None] = mapped_column(Float)
    mains: Mapped[bool | None] = mapped_column(Boolean)
    amplifier_ok: Mapped[bool | None] = mapped_column(Boolean)
    level_dbfs: Mapped[float | None] = mapped_column(Float)
    volume: Mapped[int | None] = mapped_column(Integer)
    first_session: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    quarantined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    quarantine_reason: Mapped[str | None] = mapped_column(Text)
    loudest: Mapped[int] = mapped_column(Integer, default=100, server_default="100")
    flooded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    flooded: Mapped[int | None] = mapped_column(Integer)
    home: Mapped[int | None] = mapped_column(BigInteger)
    """Version of the home at which it says that it lives; None: where it was enrolled."""
    equipment: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """Maker, model and number as the list of loudspeakers has them; what it says itself: `capabilities`."""
    telephone: Mapped[str] = mapped_column(String(30), default="", server_default="")
    """Whom to call about it, or the number of its SIM, as the list has it."""


class EnrolmentCode(Base):
    """An enrolment code made by a technician: valid once, until it expires or is withdrawn.

    Only the keyed digest of the code is stored. `public`: the key of the node that claimed it. What a list
    says of the node, its place among it (degrees, WGS 84), becomes the node's when the code is claimed.
    """

    __tablename__ = "enrolments"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    node: Mapped[NodeId] = mapped_column(String(ID_LENGTH), index=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    name: Mapped[str] = mapped_column(String(200))
    code_hash: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    made_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    public: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    equipment: Mapped[str] = mapped_column(String(200), default="", server_default="")
    telephone: Mapped[str] = mapped_column(String(30), default="", server_default="")
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)


class Hardware(Base):
    """Present or former hardware of a node: its key, and its password as the broker checks it.

    `broker_hash` empty: it has no password of its own, as simulated loudspeakers. `enrolment`: the signed
    statement whose key this is, to prove it later; None of hardware from before these were kept.
    """

    __tablename__ = "hardware"

    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    public: Mapped[str] = mapped_column(String(ID_LENGTH))
    software: Mapped[str] = mapped_column(String(100))
    broker_hash: Mapped[str] = mapped_column(String(200))
    enrolment: Mapped[str | None] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Stay(Base):
    """Area of a node from `since` until `until`; None: still."""

    __tablename__ = "node_stays"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), index=True)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StateTurn(Base):
    """One connect or disconnect of a node, used to find outages and unstable links. Kept for some weeks."""

    __tablename__ = "node_turns"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    online: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (Index("ix_node_turns_node_at", "node", "at"),)


class RecentVitals(Base):
    """All vitals of one quarter of an hour (numbered since 1970), as `samples` writes them; kept two days."""

    __tablename__ = "vitals_recent"

    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    quarter: Mapped[int] = mapped_column(Integer, primary_key=True, index=True, autoincrement=False)
    samples: Mapped[str] = mapped_column(Text)


class VitalsDay(Base):
    """Vitals of one UTC day reduced to quarters of an hour, packed by `samples`; kept 400 days."""

    __tablename__ = "vitals_days"

    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True, index=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class Care(Base):
    """Who is assigned to a node's faults, and which of them were seen. The faults themselves are computed."""

    __tablename__ = "node_care"

    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    assignee: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    seen: Mapped[list[str]] = mapped_column(JSON, default=list)
    seen_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PositionSource(StrEnum):
    """How a node's position became known."""

    PHONE = "phone"
    MAP = "map"
    FILE = "file"


class NodePosition(Base):
    """Where a node's pole stands, in degrees (WGS 84); `accuracy_m`: as the phone said it, None otherwise.

    The row stays when the node's hardware is replaced: the pole stays too.
    """

    __tablename__ = "node_positions"

    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    source: Mapped[PositionSource] = mapped_column(Word(PositionSource))
    set_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NodePhoto(Base):
    """The newest photograph of a node's pole: a JPEG without metadata, `LARGEST_PHOTO` bytes at most."""

    __tablename__ = "node_photos"

    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)
    taken_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
