"""Rows of unfinished forms."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime
from controller.model.permissions import OperatorId


class Draft(Base):
    """A form's fields as last typed; `place`: the bulletin they belong to, or NEW for a new one.

    Private to its author: not shown to others, not in the journal, deleted when the form is sent.
    """

    __tablename__ = "drafts"

    operator: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SentForm(Base):
    """A form that was sent, by the number that its page gave it: sent again, it is this very bulletin."""

    __tablename__ = "sent_forms"

    operator: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    form: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    bulletin: Mapped[str] = mapped_column(String(ID_LENGTH))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Editing(Base):
    """That a person has a bulletin's form open; its page says so again each half a minute."""

    __tablename__ = "editings"

    bulletin: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    operator: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
