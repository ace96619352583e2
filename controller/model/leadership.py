"""Which station leads: one row each time that another one took the lead."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime


class Leadership(Base):
    """A lead that began; `epoch` is when, in ms, and only grows. `token` stands in the leader's home too."""

    __tablename__ = "leaderships"

    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(String(ID_LENGTH))
    host: Mapped[str] = mapped_column(String(ID_LENGTH))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
