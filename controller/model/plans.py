"""Rows of what is retained at the broker, and of the policies that administrators signed."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.permissions import OperatorId
from controller.model.plan_states import DocumentKind


class Published(Base):
    """One retained document; one row a (kind, target).

    `payload` is the signed text, `document` the same unsigned as JSON, `digest` of its content without
    version and times. `acknowledged_at`: the broker said that it has this version; until then it is offered
    again and again. An empty payload takes the topic back.
    """

    __tablename__ = "published"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    kind: Mapped[DocumentKind] = mapped_column(Word(DocumentKind))
    target: Mapped[str] = mapped_column(String(ID_LENGTH))
    version: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(ID_LENGTH))
    kid: Mapped[str] = mapped_column(String(ID_LENGTH))
    payload: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))

    __table_args__ = (Unique("kind", "target"),)
