"""Rows of prepared recordings, of the nodes that store them, and of every emergency call."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.bulletin_states import BulletinId
from controller.model.emergency_states import EmergencyId, EmergencyState, Kind, PreparedId
from controller.model.permissions import OperatorId
from devices.ids import AiringId, AreaCode, KeyId, NodeId


class Prepared(Base):
    """A bulletin whose recording the nodes of an area store in advance while it is approved.

    `template`: the built-in text that it was written from, if any. `released_at`: nodes drop it from then on.
    """

    __tablename__ = "prepared_recordings"

    id: Mapped[PreparedId] = mapped_column(String(ID_LENGTH), primary_key=True)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    template: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    bulletin: Mapped[BulletinId] = mapped_column(ForeignKey("bulletins.id"), index=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), index=True)
    created_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Holding(Base):
    """State of one prepared recording at one node, computed from receipts in any order."""

    __tablename__ = "keepings"

    prepared: Mapped[PreparedId] = mapped_column(ForeignKey("prepared_recordings.id"), primary_key=True)
    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True, index=True)
    is_held: Mapped[bool] = mapped_column(Boolean)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)


class Emergency(Base):
    """One call: who requested and confirmed it (or why nobody confirmed), where, and the resulting airing.

    `alone_because`: the reason for which one person started it without a second. `clears`: the emergency that
    an all-clear ends. `call`: what they signed, as JSON, with the names of their keys; None of a test, and of
    what was called before calls were signed.
    """

    __tablename__ = "emergencies"

    id: Mapped[EmergencyId] = mapped_column(String(ID_LENGTH), primary_key=True)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    state: Mapped[EmergencyState] = mapped_column(Word(EmergencyState), index=True)
    prepared: Mapped[PreparedId | None] = mapped_column(ForeignKey("prepared_recordings.id"))
    bulletin: Mapped[BulletinId] = mapped_column(ForeignKey("bulletins.id"))
    areas: Mapped[list[AreaCode]] = mapped_column(JSON)
    volume: Mapped[int] = mapped_column(Integer)
    lasts_ms: Mapped[int] = mapped_column(BigInteger)
    called_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    called_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    confirmed_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    alone_because: Mapped[str | None] = mapped_column(Text)
    airing: Mapped[AiringId | None] = mapped_column(ForeignKey("airings.id"), unique=True)
    call: Mapped[str | None] = mapped_column(Text)
    called_kid: Mapped[KeyId | None] = mapped_column(String(ID_LENGTH))
    confirmed_kid: Mapped[KeyId | None] = mapped_column(String(ID_LENGTH))
    clears: Mapped[EmergencyId | None] = mapped_column(ForeignKey("emergencies.id"))
    ended_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(Text)
