"""Rows of schedules, their targets, and the occurrences that they have made."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.bulletins.lifecycle import BulletinId
from controller.operators.permissions import OperatorId
from controller.programmes.lifecycle import ScheduleId, ScheduleState
from controller.store.base import ID_LENGTH, Base, UtcDateTime, Word
from devices.messages import AiringId, AreaCode, Grade


class Schedule(Base):
    """A repeating rule (`rule`: iCalendar); its occurrences are made up to `made_until`."""

    __tablename__ = "schedules"

    id: Mapped[ScheduleId] = mapped_column(String(ID_LENGTH), primary_key=True)
    bulletin: Mapped[BulletinId] = mapped_column(ForeignKey("bulletins.id"), index=True)
    state: Mapped[ScheduleState] = mapped_column(Word(ScheduleState), index=True)
    rule: Mapped[str] = mapped_column(Text)
    latest_after_s: Mapped[int] = mapped_column(Integer)
    grade: Mapped[Grade] = mapped_column(Word(Grade))
    volume: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_until: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ScheduleTarget(Base):
    """An area that a schedule's airings are meant for."""

    __tablename__ = "schedule_targets"

    schedule: Mapped[ScheduleId] = mapped_column(ForeignKey("schedules.id"), primary_key=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), primary_key=True)


class Occurrence(Base):
    """One dated instance of a schedule: made exactly once."""

    __tablename__ = "occurrences"

    schedule: Mapped[ScheduleId] = mapped_column(ForeignKey("schedules.id"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    airing: Mapped[AiringId] = mapped_column(ForeignKey("airings.id"), unique=True)
