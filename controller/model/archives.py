"""Rows of archives: the files that hold a year's logs and receipts, and receipts that left the database.

docs/storage.md, "Years".
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, WORD_LENGTH, Base, UtcDateTime
from controller.model.permissions import OperatorId
from devices.ids import NodeId


class YearArchive(Base):
    """A file that was written and verified: all that the station wrote down in [`since`, `until`).

    `aired_last` and `journal_last`: the last entries of both logs in it, with their hashes; each archive goes
    on where the one before it ends. `sha256`: of the file.
    """

    __tablename__ = "archives"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    file: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(ID_LENGTH))
    size: Mapped[int] = mapped_column(BigInteger)
    receipts: Mapped[int] = mapped_column(BigInteger)
    aired_last: Mapped[int] = mapped_column(Integer)
    aired_hash: Mapped[str] = mapped_column(String(ID_LENGTH))
    journal_last: Mapped[int] = mapped_column(Integer)
    journal_hash: Mapped[str] = mapped_column(String(ID_LENGTH))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReceiptRemoval(Base):
    """A person's order to take the receipts of an archived year out of the database, and how far it is.

    While `ended_at` is None, and only of such years, the triggers of `receipts` let signed rows be deleted.
    `went_through`: receipts of the archive's file that were compared; `removed` of them are deleted.
    `waits`: the code of why the last attempt stopped; None: it did not.
    """

    __tablename__ = "receipt_removals"

    year: Mapped[int] = mapped_column(ForeignKey("archives.year"), primary_key=True, autoincrement=False)
    asked_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    went_through: Mapped[int] = mapped_column(BigInteger, default=0)
    removed: Mapped[int] = mapped_column(BigInteger, default=0)
    waits: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RemovedNumbers(Base):
    """Numbers of one key's receipts, from `first` to `last`, that were stored and are in archives alone."""

    __tablename__ = "removed_numbers"

    node: Mapped[NodeId] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    kid: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    first: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger)
