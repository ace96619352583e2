"""Rows of documents retained at the broker, and of policies signed by administrators."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime, Word
from controller.model.permissions import OperatorId
from controller.model.plan_states import DocumentKind


class Published(Base):
    """One retained document; one row per (kind, target).

    `payload` is the signed text, `document` the same as unsigned JSON, `digest` the SHA-256 of its content
    without version and times. `acknowledged_at`: when the broker acknowledged this version; until then it is
    published again and again. An empty payload deletes the topic. `second_kid`, `confirmed_by`: of the second
    administrator, where two have signed.
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
    second_kid: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    confirmed_by: Mapped[OperatorId | None] = mapped_column(String(ID_LENGTH))

    __table_args__ = (Unique("kind", "target"),)
