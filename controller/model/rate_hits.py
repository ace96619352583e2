"""Hits that rate limits count, where several processes serve pages: see `store.rate_counters`."""

from sqlalchemy import Float, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import Base

KEY_LENGTH = 300
"""Characters of what is counted: a name, an address, a purpose."""


class RateHit(Base):
    """One counted act; `at`: seconds since 1970, as `limits` counts them."""

    __tablename__ = "rate_hits"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    at: Mapped[float] = mapped_column(Float)

    __table_args__ = (Index("ix_rate_hits_key_at", "key", "at"), Index("ix_rate_hits_at", "at"))
