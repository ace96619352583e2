"""Rows of drills: a test bulletin aired to see who can be heard, and what became of each loudspeaker."""

from datetime import datetime
from typing import NewType

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, WORD_LENGTH, Base, UtcDateTime, Word
from controller.model.drill_states import DrillCause
from controller.model.permissions import OperatorId
from devices.ids import AiringId, AreaCode, NodeId

DrillId = NewType("DrillId", str)
"""Id of one drill."""


class Drill(Base):
    """One drill and what counts as heard in it. `airing`: what it airs, with all parts of that.

    `start_within_s`: how late a loudspeaker may begin; `least_percent`: how much of the recording it must
    sound; `needs_level`: only what was measured behind the amplifier counts.
    `every_months`: the next one is planned when this one is judged; None: it is not repeated.
    `repeats`: the drill that planned this one; `retry_of`: the drill whose failed loudspeakers it asks again.
    `judged_at`: up to when what loudspeakers told is in the results; None before.
    """

    __tablename__ = "drills"

    id: Mapped[DrillId] = mapped_column(String(ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    airing: Mapped[AiringId] = mapped_column(ForeignKey("airings.id"), unique=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    start_within_s: Mapped[int] = mapped_column(Integer)
    least_percent: Mapped[int] = mapped_column(Integer)
    needs_level: Mapped[bool] = mapped_column(Boolean)
    every_months: Mapped[int | None] = mapped_column(Integer)
    repeats: Mapped[DrillId | None] = mapped_column(ForeignKey("drills.id"))
    retry_of: Mapped[DrillId | None] = mapped_column(ForeignKey("drills.id"))
    created_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DrillResult(Base):
    """What became of one loudspeaker in one drill, in the area where it stood.

    It stays as it was judged: vitals, from which a cause may come, are thinned later. Only what the
    loudspeaker itself tells late changes it. `reason`: the loudspeaker's own word, if any; `at`: when the
    drill began, to find the newest result of a loudspeaker.
    """

    __tablename__ = "drill_results"

    drill: Mapped[DrillId] = mapped_column(ForeignKey("drills.id"), primary_key=True)
    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    airing: Mapped[AiringId] = mapped_column(ForeignKey("airings.id"))
    cause: Mapped[DrillCause] = mapped_column(Word(DrillCause))
    percent: Mapped[int | None] = mapped_column(Integer)
    late_ms: Mapped[int | None] = mapped_column(Integer)
    level_dbfs: Mapped[float | None] = mapped_column(Float)
    reason: Mapped[str | None] = mapped_column(String(WORD_LENGTH * 4))

    __table_args__ = (Index("ix_drill_results_node_at", "node", "at"),)
