"""Rows of schedules, their targets, the occurrences that they created, and the province's days off."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.bulletin_states import BulletinId
from controller.model.permissions import OperatorId
from controller.model.schedule_states import ScheduleId, ScheduleState
from devices.ids import AiringId, AreaCode, Grade
from schedules.skips import Skips

LONGEST_DAY_NAME = 200


class Schedule(Base):
    """A repeating rule (`rule`: iCalendar) and the kinds of days that it skips.

    `only_lunar` and `never_lunar` are days of the lunar month, separated by commas. `next_at`: the earliest
    occurrence still to be created (None: no more), indexed so that the periodic job finds due schedules.
    """

    __tablename__ = "schedules"

    id: Mapped[ScheduleId] = mapped_column(String(ID_LENGTH), primary_key=True)
    bulletin: Mapped[BulletinId] = mapped_column(ForeignKey("bulletins.id"), index=True)
    state: Mapped[ScheduleState] = mapped_column(Word(ScheduleState))
    rule: Mapped[str] = mapped_column(Text)
    days_off: Mapped[bool] = mapped_column(Boolean, default=False)
    only_lunar: Mapped[str] = mapped_column(String(100), default="")
    never_lunar: Mapped[str] = mapped_column(String(100), default="")
    latest_after_s: Mapped[int] = mapped_column(Integer)
    grade: Mapped[Grade] = mapped_column(Word(Grade))
    volume: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_schedules_state_next_at", "state", "next_at"),)

    @property
    def skips(self) -> Skips:
        """The kinds of days that it skips."""
        return skips_of(self.days_off, self.only_lunar, self.never_lunar)


class ScheduleTarget(Base):
    """A target area of a schedule's airings."""

    __tablename__ = "schedule_targets"

    schedule: Mapped[ScheduleId] = mapped_column(ForeignKey("schedules.id"), primary_key=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), primary_key=True, index=True)


class Occurrence(Base):
    """One occurrence of a schedule: created exactly once, identified by the start that the rule gave it.

    `starts_at` differs if a person moved it. A cancelled or skipped one has no row; its airing stays.
    """

    __tablename__ = "occurrences"

    schedule: Mapped[ScheduleId] = mapped_column(ForeignKey("schedules.id"), primary_key=True)
    original_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    airing: Mapped[AiringId] = mapped_column(ForeignKey("airings.id"), unique=True)

    __table_args__ = (Index("ix_occurrences_schedule_starts_at", "schedule", "starts_at"),)


class OwnDay(Base):
    """The province's entry for a day: off, or (`off` False) a working day although the state lists it."""

    __tablename__ = "days_off"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_DAY_NAME))
    off: Mapped[bool] = mapped_column(Boolean)
    created_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


def skips_of(days_off: bool, only_lunar: str, never_lunar: str) -> Skips:  # noqa: FBT001 - the columns
    """Return the skips that a schedule's columns hold."""
    return Skips(days_off, _days(only_lunar), _days(never_lunar))


def _days(text: str) -> frozenset[int]:
    return frozenset(int(day) for day in text.split(",") if day)
