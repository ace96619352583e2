"""Rows of the as-aired log, append-only (triggers on both engines refuse changes), and sums of it."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.airing_states import AiringState
from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.bulletin_states import BulletinId
from devices.ids import AiringId, AreaCode, Grade, NodeId, RecordingId

MONTH_LENGTH = 7
"""Characters of `2026-11`."""


class AsAired(Base):
    """What one node did with one airing, as known at `at`; `corrects` is the entry that it replaces.

    `planned_at` and `planned_ms`: planned start and duration; `area`: the node's area when its first entry
    was written. `hash` covers all fields and the previous hash; the journal has the last hash of each batch.
    """

    __tablename__ = "as_aired"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    corrects: Mapped[int | None] = mapped_column(Integer, unique=True)
    airing: Mapped[AiringId] = mapped_column(String(ID_LENGTH), index=True)
    node: Mapped[NodeId] = mapped_column(String(ID_LENGTH))
    area: Mapped[AreaCode] = mapped_column(String(ID_LENGTH))
    bulletin: Mapped[BulletinId] = mapped_column(String(ID_LENGTH))
    revision: Mapped[int | None] = mapped_column(Integer)
    recording: Mapped[RecordingId | None] = mapped_column(String(ID_LENGTH))
    grade: Mapped[Grade] = mapped_column(Word(Grade))
    state: Mapped[AiringState] = mapped_column(Word(AiringState))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    planned_ms: Mapped[int] = mapped_column(Integer)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    start_offset_ms: Mapped[int | None] = mapped_column(Integer)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heard_ms: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(ID_LENGTH))
    hash: Mapped[str] = mapped_column(String(ID_LENGTH))


class ReportSum(Base):
    """What the log says of one bulletin in one area and month, so that reports need not read its entries.

    `month`: of the planned start in local time, `2026-11`; `bulletin` empty: of all bulletins there. The four
    texts are names joined by commas, each once: airings, those that a node began, nodes, those that began.
    `planned_ms` and `heard_ms` are sums over nodes. `features/reports/sums.py` makes all of it from entries.
    """

    __tablename__ = "report_sums"

    month: Mapped[str] = mapped_column(String(MONTH_LENGTH), primary_key=True)
    bulletin: Mapped[BulletinId] = mapped_column(String(ID_LENGTH), primary_key=True)
    area: Mapped[AreaCode] = mapped_column(String(ID_LENGTH), primary_key=True)
    airings: Mapped[str] = mapped_column(Text)
    airings_heard: Mapped[str] = mapped_column(Text)
    nodes: Mapped[str] = mapped_column(Text)
    nodes_heard: Mapped[str] = mapped_column(Text)
    planned_ms: Mapped[int] = mapped_column(BigInteger)
    heard_ms: Mapped[int] = mapped_column(BigInteger)


class ReportProgress(Base):
    """How far the sums go; one row, and none before the first step.

    All entries up to `through` are in the sums of the months from `from_month` on; empty: of every month.
    `filling`: the month before that which is being summed, bulletin by bulletin, as far as `filled_to`.
    """

    __tablename__ = "report_progress"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    through: Mapped[int] = mapped_column(Integer)
    from_month: Mapped[str] = mapped_column(String(MONTH_LENGTH))
    filling: Mapped[str] = mapped_column(String(MONTH_LENGTH))
    filled_to: Mapped[BulletinId] = mapped_column(String(ID_LENGTH))
