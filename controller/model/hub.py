"""Rows of the hub as a province knows it: approvers that it accepts, documents, and the exchange's state."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.bulletin_states import BulletinId
from controller.model.permissions import OperatorId
from devices.ids import AreaCode, Grade, KeyId, RecordingId

ONE_HUB = "hub"
"""Key of the one row of the exchange's state."""


class HubApprover(Base):
    """An approver of a ministry, accepted by this province's administrators, by public key.

    `grade`: up to which grade their approval counts at loudspeakers here; None: what they approved comes as
    a draft. With a grade there is an account without a password, and a key of it that the root has to sign.
    `key`: the key as the hub told it (devices.statements.Key, JSON), as people compared it.
    """

    __tablename__ = "hub_approvers"

    kid: Mapped[KeyId] = mapped_column(String(ID_LENGTH), primary_key=True)
    holder: Mapped[str] = mapped_column(String(ID_LENGTH))
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[dict[str, Any]] = mapped_column(JSON)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    grade: Mapped[Grade | None] = mapped_column(Word(Grade))
    accepted_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HubDocument(Base):
    """A document of the hub that was verified; `content` is its file. What was taken stays for good.

    `has_sound`: its recording lies in the store of recordings. `gone_at`: the hub names it no longer.
    """

    __tablename__ = "hub_documents"

    sha256: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    kid: Mapped[KeyId] = mapped_column(ForeignKey("hub_approvers.kid"))
    title: Mapped[str] = mapped_column(String(300))
    grade: Mapped[Grade] = mapped_column(Word(Grade))
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recording: Mapped[RecordingId] = mapped_column(String(ID_LENGTH))
    content: Mapped[str] = mapped_column(Text)
    has_sound: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    came_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    bulletin: Mapped[BulletinId | None] = mapped_column(ForeignKey("bulletins.id"))


class HubExchange(Base):
    """How far the exchange with the hub is: one row. `feed`: the newest feed, as it was signed.

    `heard_at`: when the hub last gave a feed that is good and not older; `fault`: what is wrong since.
    `reported`: the newest report as it was signed; `sent_at`: when the hub took it.
    """

    __tablename__ = "hub_exchange"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    feed: Mapped[str] = mapped_column(Text, default="")
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fault: Mapped[str | None] = mapped_column(Text)
    reported: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    send_fault: Mapped[str | None] = mapped_column(Text)
