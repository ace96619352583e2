"""Rows of listeners' reports."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.listener_report_states import ReportId, ReportState, Trouble
from controller.model.permissions import OperatorId
from devices.ids import AiringId, AreaCode, NodeId


class ListenerReport(Base):
    """One anonymous report; `code_sha256`: SHA-256 of the code with which the sender reads the answer.

    `airing`: the airing that sounded there at the time or last before it on that day, if any.
    """

    __tablename__ = "listener_reports"

    id: Mapped[ReportId] = mapped_column(String(ID_LENGTH), primary_key=True)
    code_sha256: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"))
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    airing: Mapped[AiringId | None] = mapped_column(ForeignKey("airings.id"))
    trouble: Mapped[Trouble] = mapped_column(Word(Trouble))
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[ReportState] = mapped_column(Word(ReportState))
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_listener_reports_area_reported_at", "area", "reported_at"),
        Index("ix_listener_reports_node_reported_at", "node", "reported_at"),
    )
