"""Rows of signed documents that are kept because an airing rests on them."""

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, Word
from controller.model.plan_states import DocumentKind
from devices.ids import AiringId


class KeptDocument(Base):
    """A key set, plan or manifest as it was published when an airing began: for its proof (decision 081)."""

    __tablename__ = "kept_documents"

    kind: Mapped[DocumentKind] = mapped_column(Word(DocumentKind), primary_key=True)
    target: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    payload: Mapped[str] = mapped_column(Text)


class AiringDocument(Base):
    """Which kept documents an airing rests on."""

    __tablename__ = "airing_documents"

    airing: Mapped[AiringId] = mapped_column(ForeignKey("airings.id"), primary_key=True)
    kind: Mapped[DocumentKind] = mapped_column(Word(DocumentKind), primary_key=True)
    target: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
