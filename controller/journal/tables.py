"""Rows of the journal: appended, never changed; triggers forbid it on both engines."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.store.base import ID_LENGTH, Base, UtcDateTime


class Entry(Base):
    """One act. `hash` covers all fields and the hash before; `signature` is the station's over `hash`."""

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
