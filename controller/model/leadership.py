"""Which station leads: the lease that one holds now, and one row each time that another took the lead."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Float, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime

PLACE_LENGTH = 300
"""Characters of the machine, process and folder of a holder, in words."""


class Leadership(Base):
    """A lead that began; `epoch` is when, in ms, and only grows. `token` stands in the leader's home too."""

    __tablename__ = "leaderships"

    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(String(ID_LENGTH))
    host: Mapped[str] = mapped_column(String(ID_LENGTH))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StationLease(Base):
    """The one lease of a PostgreSQL database (`id` 1); on SQLite there is none.

    Who holds it may publish and write until `expires_at` by the server's clock. `epoch` grows each time that
    it is taken; the holder's transactions compare it. `holder` is the name of the holder's sessions.
    What the pages of other processes say of the holder stands beside: whether it has the broker, and at which
    share of the set rate it sends recordings.
    """

    __tablename__ = "station_leases"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(BigInteger)
    holder: Mapped[str] = mapped_column(String(ID_LENGTH))
    place: Mapped[str] = mapped_column(String(PLACE_LENGTH))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    broker_up: Mapped[bool] = mapped_column(Boolean)
    pace_share: Mapped[float] = mapped_column(Float)
