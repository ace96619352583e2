"""Rows of the journal, append-only (held by triggers), and of the security log, which counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, WORD_LENGTH, Base, UtcDateTime

LONGEST_SUBJECT = 120


class Entry(Base):
    """One act. `hash` covers all fields and the previous hash; `signature` is the station's over `hash`."""

    __tablename__ = "journal"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    by: Mapped[str] = mapped_column(String(ID_LENGTH))
    act: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    subject: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(ID_LENGTH))
    hash: Mapped[str] = mapped_column(String(ID_LENGTH))
    kid: Mapped[str] = mapped_column(String(ID_LENGTH))
    signature: Mapped[str] = mapped_column(String(100))
    peaks: Mapped[bytes | None] = mapped_column(LargeBinary)
    """`MerkleTree.peaks` up to and with this entry; None: written by a version without the tree."""

    __table_args__ = (Index("ix_journal_by_seq", "by", "seq"),)


class SecurityEvent(Base):
    """A refused request and how often it came within an hour: counted, not in the hash chain."""

    __tablename__ = "security_events"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    times: Mapped[int] = mapped_column(Integer)
    act: Mapped[str] = mapped_column(String(WORD_LENGTH))
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    by: Mapped[str] = mapped_column(String(ID_LENGTH))
    address: Mapped[str] = mapped_column(String(ID_LENGTH))
    outcome: Mapped[str] = mapped_column(String(ID_LENGTH))
