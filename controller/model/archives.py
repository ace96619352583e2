"""Rows of archives: the files that hold a year's logs and receipts; docs/storage.md, "Years"."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime


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
