"""Rows of notices: one person, one sentence, read or not."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.permissions import OperatorId

NoticeId = NewType("NoticeId", str)
"""One notice to one person."""


class NoticeKind(StrEnum):
    """What a notice is about: programs and pages choose the picture by it."""

    ACCOUNT = "account"  # an administrator changed an account: its person's, or one that others watch over
    ACT_ENDED = "act-ended"  # a legal act holds no more, its bulletin left the air
    APPROVAL_ENDS = "approval-ends"  # the approval of something planned or prepared ends by date
    APPROVAL_VOID = "approval-void"  # its key is compromised: the bulletin is not heard any more
    DELIVERY_LATE = "delivery-late"  # loudspeakers will not all have an airing's recording before it starts
    ENDS_SOON = "ends-soon"  # a key, the key set, a policy or places end by date
    SCHEDULE_ENDS = "schedule-ends"  # a schedule's last day by its own rule is near
    NOT_AGREED = "not-agreed"  # communes did not agree to a routine airing from above


class Notice(Base):
    """Something that one person should know; `subject` is the id of the bulletin or airing it is about."""

    __tablename__ = "notices"

    id: Mapped[NoticeId] = mapped_column(String(ID_LENGTH), primary_key=True)
    operator: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    kind: Mapped[NoticeKind] = mapped_column(Word(NoticeKind))
    subject: Mapped[str] = mapped_column(String(ID_LENGTH))
    sentence: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_notices_operator_read_at", "operator", "read_at"),)
