"""Reads of ways: a person's, and the station's webhooks, each with its last message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, NotFound
from controller.features.accounts.queries import require
from controller.features.areas.queries import top_area
from controller.features.notice_ways.views import WayShown
from controller.model.notice_ways import NoticeMessage, NoticeWay, WayId, WayKind
from controller.model.permissions import Act, Operator, OperatorId
from controller.settings import Settings
from controller.store import one_read

SHOWN_FOR: Final = timedelta(days=30)
"""So long a way that ended by itself is still shown, with its reason."""


@one_read
def ways_of(session: Session, operator: OperatorId | None, now: datetime) -> list[WayShown]:
    """Return a person's ways (None: the station's webhooks), oldest first; none that the person removed."""
    query = select(NoticeWay).where(whose_ways(operator), NoticeWay.address != "")
    rows = [
        row
        for row in session.scalars(query.order_by(NoticeWay.created_at))
        if row.ended_at is None or (row.end_reason and now - row.ended_at < SHOWN_FOR)
    ]
    last = _last_messages(session, [row.id for row in rows])
    return [WayShown(row, last.get(row.id)) for row in rows]


def whose_ways(operator: OperatorId | None) -> ColumnElement[bool]:
    """Return what holds of a person's ways; None: of the station's webhooks."""
    return NoticeWay.operator.is_(None) if operator is None else NoticeWay.operator == operator


def _last_messages(session: Session, ways: Sequence[WayId]) -> dict[WayId, NoticeMessage]:
    newest = select(func.max(NoticeMessage.id)).where(NoticeMessage.way.in_(ways)).group_by(NoticeMessage.way)
    query = select(NoticeMessage).where(NoticeMessage.id.in_(newest))
    return {row.way: row for row in session.scalars(query)}


def known_way(session: Session, way: WayId, by: Operator) -> NoticeWay:
    """Return a way that the person may change: one's own, or as administrator of the province a webhook."""
    row = session.get(NoticeWay, way, with_for_update=True)
    if row is None or row.address == "" or row.operator not in {None, by.id}:
        raise NotFound("Không có cách báo này.", code="notice-way.unknown")
    if row.operator is None:
        require_province(session, by)
    return row


def require_province(session: Session, by: Operator) -> None:
    """Raise NotAllowed for who does not rule the whole province."""
    require(session, by, Act.RULE, top_area(session).code)


def offered(settings: Settings) -> tuple[WayKind, ...]:
    """Return the ways by an address that the station is set up for."""
    by = {
        WayKind.MAIL: settings.notice_mail,
        WayKind.SMS: settings.notice_sms,
        WayKind.CHAT: settings.notice_chat,
    }
    return tuple(kind for kind, address in by.items() if address)


def known_kind(text: str) -> WayKind:
    """Return the way that a form names, or raise BadInput."""
    if text not in set(WayKind):
        raise BadInput("Hãy chọn cách báo.", code="notice-way.unknown-kind")
    return WayKind(text)
