"""Rows of what a technician heard of a test of one loudspeaker."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime
from controller.model.permissions import OperatorId
from devices.ids import AiringId, NodeId


class SpeakerTestResult(Base):
    """Whether somebody at the pole heard a test; a later word about the same test replaces the first.

    `at`: when the test began, not when it was written down: it answers only what was reported before.
    """

    __tablename__ = "speaker_test_results"

    airing: Mapped[AiringId] = mapped_column(ForeignKey("airings.id"), primary_key=True)
    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"))
    heard: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[OperatorId] = mapped_column(String(ID_LENGTH), ForeignKey("operators.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_speaker_test_results_node_at", "node", "at"),)
