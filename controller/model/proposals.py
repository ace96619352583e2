"""Rows of proposals: what one administrator has signed, and a second must sign before it is done."""

from datetime import datetime
from typing import Any, NewType

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime
from controller.model.permissions import OperatorId
from devices.ids import AreaCode

ProposalId = NewType("ProposalId", str)


class Proposal(Base):
    """An act with its first signatures; nothing of it is done until the second administrator signs.

    `act`, `command`: what is run again then, for the instant `at`; it must make the very texts that the first
    has signed (`texts`, compact JWS by the key `kid`). `words`: what will change. `closed_at`: it was done
    or withdrawn.
    """

    __tablename__ = "proposals"

    id: Mapped[ProposalId] = mapped_column(String(ID_LENGTH), primary_key=True)
    act: Mapped[str] = mapped_column(String(ID_LENGTH))
    command: Mapped[dict[str, Any]] = mapped_column(JSON)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    words: Mapped[str] = mapped_column(Text)
    texts: Mapped[list[str]] = mapped_column(JSON)
    kid: Mapped[str] = mapped_column(String(ID_LENGTH))
    by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    closed_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
