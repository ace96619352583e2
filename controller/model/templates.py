"""Rows of an area's own templates; a removed one is kept as history."""

from datetime import datetime
from typing import NewType

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from controller.model.base import ID_LENGTH, Base, UtcDateTime
from controller.model.permissions import OperatorId
from controller.model.wording import LONGEST_TITLE
from devices.ids import AreaCode

TemplateId = NewType("TemplateId", str)
"""Id of a template: of a row, or the key of a built-in one (`builtin`)."""

_LIVE = text("removed_at IS NULL")


class BulletinTemplate(Base):
    """A title and a text for bulletins of an area and its descendants, offered until it is removed."""

    __tablename__ = "bulletin_templates"

    id: Mapped[TemplateId] = mapped_column(String(ID_LENGTH), primary_key=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    text: Mapped[str] = mapped_column(Text)
    area: Mapped[AreaCode] = mapped_column(ForeignKey("areas.code"))
    added_by: Mapped[OperatorId] = mapped_column(ForeignKey("operators.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by: Mapped[OperatorId | None] = mapped_column(ForeignKey("operators.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_bulletin_templates_live",
            "area",
            "title",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )
