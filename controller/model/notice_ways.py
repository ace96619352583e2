"""Ways by which notices reach people outside of the pages, and the messages sent by them.

docs/decisions/124-notices-leave-by-an-outbox.md
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.notices import NoticeId, NoticeKind
from controller.model.permissions import OperatorId

WayId = NewType("WayId", str)
"""Id of one device or address of a person, or of one webhook of the station."""
MessageId = NewType("MessageId", str)
"""Id of one message by one way; receivers know by it that they have it already."""
LONGEST_TITLE, LONGEST_BODY = 120, 600
"""Characters: a push holds 4,096 bytes, encrypted, and a letter of Vietnamese takes up to three."""


class WayKind(StrEnum):
    """Kind of a way."""

    PUSH = "push"
    MAIL = "mail"
    SMS = "sms"
    CHAT = "chat"
    WEBHOOK = "webhook"


class NoticeTopic(StrEnum):
    """What a person chooses to be told of by one way."""

    CALL = "call"
    TASK = "task"
    ENDING = "ending"
    LOUDSPEAKER = "loudspeaker"
    LISTENER = "listener"
    OTHER = "other"


TOPIC_OF: Final = {
    NoticeKind.ACCOUNT: NoticeTopic.OTHER,
    NoticeKind.ACT_ENDED: NoticeTopic.ENDING,
    NoticeKind.APPROVAL_ENDS: NoticeTopic.ENDING,
    NoticeKind.APPROVAL_VOID: NoticeTopic.ENDING,
    NoticeKind.AIRING_MISSED: NoticeTopic.LOUDSPEAKER,
    NoticeKind.APPROVAL_WAITS: NoticeTopic.TASK,
    NoticeKind.CALL_LAPSED: NoticeTopic.CALL,
    NoticeKind.CALL_WAITS: NoticeTopic.CALL,
    NoticeKind.CORRECTED: NoticeTopic.OTHER,
    NoticeKind.DOCUMENT_CAME: NoticeTopic.TASK,
    NoticeKind.DOCUMENT_GONE: NoticeTopic.TASK,
    NoticeKind.DRILL_JUDGED: NoticeTopic.LOUDSPEAKER,
    NoticeKind.DELIVERY_LATE: NoticeTopic.LOUDSPEAKER,
    NoticeKind.ENDS_SOON: NoticeTopic.ENDING,
    NoticeKind.AUTHOR_SIGNS: NoticeTopic.TASK,
    NoticeKind.LISTENER_REPORT: NoticeTopic.LISTENER,
    NoticeKind.MACHINE: NoticeTopic.LOUDSPEAKER,
    NoticeKind.OUTAGE: NoticeTopic.LOUDSPEAKER,
    NoticeKind.PLANS_UNSENT: NoticeTopic.LOUDSPEAKER,
    NoticeKind.RETURNED: NoticeTopic.TASK,
    NoticeKind.SECOND_SIGNATURE: NoticeTopic.TASK,
    NoticeKind.SCHEDULE_ENDS: NoticeTopic.ENDING,
    NoticeKind.LEXICON: NoticeTopic.OTHER,
    NoticeKind.NOT_AGREED: NoticeTopic.LOUDSPEAKER,
    NoticeKind.WAY_ENDED: NoticeTopic.OTHER,
}
"""The topic of each kind of notice."""
URGENT: Final = frozenset({NoticeKind.CALL_WAITS, NoticeKind.CALL_LAPSED})
"""Kinds that go through in quiet times, and before all others."""


class MessageState(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    SENDING = "sending"  # claimed; whether it went out is not known yet
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"  # what it says holds no more, or its way has too many


OPEN: Final = (MessageState.WAITING, MessageState.SENDING)
"""States in which a message may still be sent."""


class NoticeWay(Base):
    """A device or address of a person, or (`operator` None) a webhook of the station.

    `address`: of a push, what the browser gave; of mail, SMS and chat, who gets it; of a webhook, its URL.
    `keys`: of a push, the browser's public key and secret, both base64url, with a dot between. `quiet_from`,
    `quiet_to`: wall times, “22:00”. `ended_at`: nothing is sent any more, for the reason `end_reason`.
    """

    __tablename__ = "notice_ways"

    id: Mapped[WayId] = mapped_column(String(ID_LENGTH), primary_key=True)
    operator: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"), index=True)
    kind: Mapped[WayKind] = mapped_column(Word(WayKind))
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(Text)
    keys: Mapped[str | None] = mapped_column(Text)
    topics: Mapped[list[str]] = mapped_column(JSON)
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_to: Mapped[str | None] = mapped_column(String(5))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(Text)


class NoticeMessage(Base):
    """One message by one way: written with what it tells of, sent after the commit, kept as the log.

    `notice`: whose; None of a webhook's and of a test. `due_at`: not before; of one that is being sent, when
    it is tried again if nobody says how it went. `until`: it is given up then.
    """

    __tablename__ = "notice_messages"

    id: Mapped[MessageId] = mapped_column(String(ID_LENGTH), primary_key=True)
    way: Mapped[WayId] = mapped_column(ForeignKey("notice_ways.id"))
    notice: Mapped[NoticeId | None] = mapped_column(ForeignKey("notices.id"), index=True)
    kind: Mapped[NoticeKind | None] = mapped_column(Word(NoticeKind))
    subject: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    body: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(String(200))
    urgent: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[MessageState] = mapped_column(Word(MessageState))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("ix_notice_messages_state_due_at", "state", "due_at"),
        Index("ix_notice_messages_way_at", "way", "at"),
    )


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as a way sends it. `path`: the page that shows what is asked; `subject`: what it is about."""

    id: MessageId
    way: WayId
    to: WayKind
    address: str
    keys: str
    kind: NoticeKind | None
    subject: str
    title: str
    body: str
    path: str
    tag: str
    """The same for all messages about one thing: a phone shows the newest in place of those before."""
    urgent: bool
    at: datetime
    until: datetime
    is_public: bool = False
    """To a phone that follows a commune: nobody there is to decide anything."""


def shortened(text: str, most: int) -> str:
    """Return a text with at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


class NotSent(Exception):  # noqa: N818 - named by what is the case
    """A way did not take a message. `final`: another try would end the same; `gone`: the way is no more."""

    def __init__(self, why: str, *, final: bool = False, gone: bool = False, retry_after: float = 0) -> None:
        super().__init__(why)
        self.final = final or gone
        self.gone = gone
        self.retry_after = retry_after
