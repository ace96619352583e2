"""Rows of the province's pronunciations and of what is proposed; an entry is only removed, never changed."""

from datetime import datetime
from typing import NewType

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime
from controller.model.permissions import OperatorId
from devices.ids import AreaCode

EntryId = NewType("EntryId", str)
"""Id of one entry."""

ProposalId = NewType("ProposalId", str)
"""Id of one proposal."""

LONGEST_WRITTEN, LONGEST_SPOKEN = 200, 500
"""Size of the column; entries are limited further by `tts.normalization.check_entry`."""
_LIVE = text("removed_at IS NULL")


class LexiconEntry(Base):
    """How a written form is spoken in an area and its descendants, until it is removed."""

    __tablename__ = "lexicon"

    id: Mapped[EntryId] = mapped_column(String(ID_LENGTH), primary_key=True)
    written: Mapped[str] = mapped_column(String(LONGEST_WRITTEN))
    spoken: Mapped[str] = mapped_column(String(LONGEST_SPOKEN))
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    added_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_lexicon_live", "area", "written", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    )


class LexiconProposal(Base):
    """A reading that somebody without the right to teach proposes; decided once, then kept as history.

    `entry`: what came of a yes; a decided proposal without one was refused.
    """

    __tablename__ = "lexicon_proposals"

    id: Mapped[ProposalId] = mapped_column(String(ID_LENGTH), primary_key=True)
    written: Mapped[str] = mapped_column(String(LONGEST_WRITTEN))
    spoken: Mapped[str] = mapped_column(String(LONGEST_SPOKEN))
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    proposed_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    entry: Mapped[EntryId | None] = mapped_column(ForeignKey("lexicon.id"))
