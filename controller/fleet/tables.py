"""Rows of loudspeaker nodes: facts only; a node's status is derived from them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.store.base import ID_LENGTH, Base, UtcDateTime
from devices.messages import AreaCode, NodeId


class Node(Base):
    """One node; `session` is the newest that it was born with, `vitals` the last that it told."""

    __tablename__ = "nodes"

    id: Mapped[NodeId] = mapped_column(String(ID_LENGTH), primary_key=True)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    session: Mapped[int] = mapped_column(BigInteger, default=0)
    online: Mapped[bool] = mapped_column(Boolean, default=False)
    online_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    software: Mapped[str] = mapped_column(String(100), default="")
    vitals: Mapped[dict[str, Any] | None] = mapped_column(JSON)
