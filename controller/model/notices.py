"""Rows of notices: one sentence to one person, read or not."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.permissions import OperatorId

NoticeId = NewType("NoticeId", str)
"""Id of one notice to one person."""


class NoticeKind(StrEnum):
    """Kind of a notice; pages choose the icon by it."""

    ACCOUNT = "account"  # an account was changed: to its person and to the administrators of its area
    ACT_ENDED = "act-ended"  # a legal act is no longer in force; its bulletin is not aired any more
    APPROVAL_ENDS = "approval-ends"  # the approval of something planned or prepared expires soon
    AIRING_MISSED = "airing-missed"  # no loudspeaker began it: to its planner and author
    APPROVAL_WAITS = "approval-waits"  # a bulletin waits for an approver for hours
    APPROVAL_VOID = "approval-void"  # its key is compromised: the bulletin is not aired any more
    CALL_LAPSED = "call-lapsed"  # nobody confirmed an emergency in time: to who called it
    CALL_WAITS = "call-waits"  # an emergency waits for a second person: to those who may confirm it
    CORRECTED = "corrected"  # an approver mended letters of a bulletin: to its author
    DOCUMENT_CAME = "document-came"  # the hub handed down a document: to who may take it
    DOCUMENT_GONE = "document-gone"  # a document that was taken is named no longer: to who may withdraw it
    DRILL_JUDGED = "drill-judged"  # a drill has a result: to its planner and to who mends loudspeakers there
    DELIVERY_LATE = "delivery-late"  # some loudspeakers will not have the recording before the airing starts
    ENDS_SOON = "ends-soon"  # a key, the key set, a policy or signed places expire soon
    AUTHOR_SIGNS = "author-signs"  # the recording of one's own bulletin is made, and waits for the signature
    MACHINE = "machine"  # a fault of the station's own machines, or its end
    LISTENER_REPORT = "listener-report"  # somebody at a loudspeaker reported something
    OUTAGE = "outage"  # many of a commune's loudspeakers went away together
    PLANS_UNSENT = "plans-unsent"  # new plans do not come to the broker
    RETURNED = "returned"  # an approver returned a bulletin: to its author
    SECOND_SIGNATURE = "second-signature"  # an administrator signed what a second one must sign too
    SCHEDULE_ENDS = "schedule-ends"  # the last day of a schedule's rule is near
    LEXICON = "lexicon"  # a proposed reading was decided: to who proposed it
    WAY_ENDED = "way-ended"  # a device or address of the person takes no notices any more
    NOT_AGREED = "not-agreed"  # communes did not agree to a routine airing of a higher level


class Notice(Base):
    """A notice to one person; `subject` is the id of its bulletin or airing."""

    __tablename__ = "notices"

    id: Mapped[NoticeId] = mapped_column(String(ID_LENGTH), primary_key=True)
    operator: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    kind: Mapped[NoticeKind] = mapped_column(Word(NoticeKind))
    subject: Mapped[str] = mapped_column(String(ID_LENGTH))
    sentence: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_notices_operator_read_at", "operator", "read_at"),)
