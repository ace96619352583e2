"""Notices to authors about what became of their bulletins."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.notices.service import notify, take_back
from controller.model.bulletins import Bulletin
from controller.model.notices import NoticeKind
from controller.model.permissions import Operator


def tell_returned(session: Session, bulletin: Bulletin, *, by: Operator, now: datetime) -> None:
    """Notify the author that it was returned, and why."""
    sentence = f"{by.display_name} trả lại «{bulletin.title}»: {bulletin.returned_reason}"
    notify(session, {bulletin.author} - {by.id}, NoticeKind.RETURNED, bulletin.id, sentence, now=now)


def tell_handed_in(session: Session, bulletin: Bulletin, *, now: datetime) -> None:
    """Close the notice of `tell_returned`: it was mended and handed in again."""
    take_back(session, NoticeKind.RETURNED, bulletin.id, "(Đã gửi duyệt lại.)", now=now)
