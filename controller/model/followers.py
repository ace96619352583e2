"""Phones that follow a commune, and what is announced to them.

docs/decisions/139-a-commune-is-followed.md
"""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.notice_ways import LONGEST_TITLE, MessageId
from devices.ids import AiringId, AreaCode

FollowerId = NewType("FollowerId", str)
"""Id of one browser that follows one commune."""
AnnouncementId = NewType("AnnouncementId", str)
"""Id of what is told to all who follow some communes."""


class AnnouncementKind(StrEnum):
    """What is told to followers."""

    EMERGENCY = "emergency"
    OVER = "over"  # an alarm that was told has ended, or was ended by an all-clear
    BULLETIN = "bulletin"  # only to who asked for these too
    WELCOME = "welcome"  # to one phone: that it follows now


URGENT_ANNOUNCEMENTS = frozenset({AnnouncementKind.EMERGENCY, AnnouncementKind.OVER})
"""What goes before all else that is told to followers."""


class Follower(Base):
    """One browser that follows one commune; nothing else is known of it, and it is deleted once it is gone.

    `address`, `keys`: what the browser gave, as in `NoticeWay`. `bulletins`: new bulletins are told, too.
    """

    __tablename__ = "followers"

    id: Mapped[FollowerId] = mapped_column(String(ID_LENGTH), primary_key=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    address: Mapped[str] = mapped_column(Text)
    keys: Mapped[str] = mapped_column(Text)
    bulletins: Mapped[bool] = mapped_column(Boolean)
    since: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("address", "area"), Index("ix_followers_area_id", "area", "id"))


class Announcement(Base):
    """What is told to all who follow the areas, written with what it tells of.

    Its messages are written a few hundred at a time, in the order of the followers' ids: `told_to` is the
    last of them. `done_at`: all are written, or it holds no more. `subject`: the emergency or the bulletin.
    """

    __tablename__ = "announcements"

    id: Mapped[AnnouncementId] = mapped_column(String(ID_LENGTH), primary_key=True)
    kind: Mapped[AnnouncementKind] = mapped_column(Word(AnnouncementKind))
    subject: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    areas: Mapped[list[AreaCode]] = mapped_column(JSON)
    airing: Mapped[AiringId | None] = mapped_column(ForeignKey("airings.id"))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    body: Mapped[str] = mapped_column(Text)
    urgent: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    told_to: Mapped[str] = mapped_column(String(ID_LENGTH), default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_announcements_done_at_due_at", "done_at", "due_at"),)


class FollowerMessage(Base):
    """An announcement on its way to one follower; deleted once it was taken or given up.

    `claimed`: it is being sent; `due_at` is then when it is tried again if nobody says how it went.
    """

    __tablename__ = "follower_messages"

    id: Mapped[MessageId] = mapped_column(String(ID_LENGTH), primary_key=True)
    announcement: Mapped[AnnouncementId] = mapped_column(ForeignKey("announcements.id"))
    follower: Mapped[FollowerId] = mapped_column(ForeignKey("followers.id"), index=True)
    claimed: Mapped[bool] = mapped_column(Boolean)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    tries: Mapped[int] = mapped_column(Integer)

    __table_args__ = (UniqueConstraint("announcement", "follower"),)
