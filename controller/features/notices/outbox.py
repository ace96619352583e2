"""The outbox: messages are written in the transaction of what happened, claimed, sent, and kept as the log.

docs/decisions/124-notices-leave-by-an-outbox.md says what is promised.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from controller.features.notices.quiet_times import after_quiet
from controller.features.notices.words import HEADLINES
from controller.model.accounts import Account
from controller.model.new_ids import new_id
from controller.model.notice_ways import (
    LONGEST_BODY,
    LONGEST_TITLE,
    OPEN,
    TOPIC_OF,
    URGENT,
    Letter,
    MessageId,
    MessageState,
    NoticeMessage,
    NoticeWay,
    NotSent,
    WayId,
    WayKind,
    shortened,
)
from controller.model.notices import Notice, NoticeId, NoticeKind
from controller.model.permissions import OperatorId
from controller.store import one_read

_LOG = logging.getLogger(__name__)

LIFE: Final = timedelta(hours=24)
"""A message that could not be sent for a day is given up: its notice stands on the page."""
LEASE: Final = timedelta(seconds=60)
"""Longer than any way takes: a claimed message whose sender never came back is due again then."""
KEPT: Final = timedelta(days=90)
MOST_A_DAY: Final = 50
"""Messages to one device or address in 24 hours, urgent ones aside: SMS cost money, and nobody reads more."""
MOST_A_DAY_OF_WEBHOOK: Final = 2000
"""A program gets what all people of the province are told; on a stormy day that is hundreds."""
MOST_TRIES: Final = 12
_FIRST, _FIRST_URGENT = timedelta(seconds=30), timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(hours=2)
_GROWTH, _GROWTH_URGENT = 4, 2
_AT_ONCE: Final = (timedelta(),)
_LAST_OF_DAY = "Hôm nay đã gửi {} tin theo cách này. Những thông báo tiếp theo, hãy xem ở trang Thông báo."


class SendLane(StrEnum):
    """What is sent beside each other: a slow receiver of one lane holds up no other."""

    URGENT = "urgent"
    ORDINARY = "ordinary"
    WEBHOOK = "webhook"
    EMERGENCY = "emergency"  # to phones that follow a commune
    PUBLIC = "public"  # to these, while no emergency is on its way


@dataclass(frozen=True, slots=True)
class Ringing:
    """How often a notice is sent: after so long each, none once it holds no more or from `until` on.

    A webhook gets what is sent at once and none of the repetitions: a program takes what it gets.
    """

    after: Sequence[timedelta]
    until: datetime


def post(session: Session, notices: Sequence[Notice], *, now: datetime, ringing: Ringing | None) -> None:
    """Write a message for each way that wants these notices, all of one kind and subject."""
    if not notices:
        return
    first = notices[0]
    by_person = {notice.operator: notice for notice in notices}
    ways = [one for one in _ways_of(session, by_person) if TOPIC_OF[first.kind] in one.topics]
    if not ways:
        return
    urgent = first.kind in URGENT
    used = {} if urgent else _used_today(session, [one.id for one in ways], now)
    for way in ways:
        most = MOST_A_DAY_OF_WEBHOOK if way.operator is None else MOST_A_DAY
        if (count := used.get(way.id, 0)) >= most:
            _LOG.warning("way %s has its messages of the day; a notice of %s is left out", way.id, first.kind)
            continue
        notice = by_person.get(way.operator) if way.operator is not None else None
        body = _LAST_OF_DAY.format(most) if count == most - 1 else (notice or first).sentence
        after = ringing.after if ringing else _AT_ONCE
        for offset in after if way.operator is not None else [one for one in after if not one]:
            due = now + offset if urgent else after_quiet(now + offset, way.quiet_from, way.quiet_to)
            until = ringing.until if ringing else due + LIFE
            session.add(_message(way, notice, first, body, now=now, due=due, until=until))
    session.flush()


def _ways_of(session: Session, people: Iterable[OperatorId]) -> Sequence[NoticeWay]:
    whose = or_(NoticeWay.operator.in_(list(people)), NoticeWay.operator.is_(None))
    query = select(NoticeWay).where(whose, NoticeWay.ended_at.is_(None)).order_by(NoticeWay.id)
    return session.scalars(query).all()


def _used_today(session: Session, ways: Collection[WayId], now: datetime) -> dict[WayId, int]:
    query = (
        select(NoticeMessage.way, func.count())
        .where(NoticeMessage.way.in_(ways), NoticeMessage.at > now - LIFE, NoticeMessage.urgent.is_(False))
        .group_by(NoticeMessage.way)
    )
    return {way: used for way, used in session.execute(query)}  # noqa: C416 - typed rows


def _message(
    way: NoticeWay,
    notice: Notice | None,
    first: Notice,
    body: str,
    *,
    now: datetime,
    due: datetime,
    until: datetime,
) -> NoticeMessage:
    return NoticeMessage(
        id=MessageId(new_id(now)),
        way=way.id,
        notice=None if notice is None else notice.id,
        kind=first.kind,
        subject=first.subject,
        title=shortened(HEADLINES[first.kind], LONGEST_TITLE),
        body=shortened(body, LONGEST_BODY),
        path="/thong-bao" if notice is None else f"/thong-bao/{notice.id}",
        urgent=first.kind in URGENT,
        state=MessageState.WAITING,
        at=now,
        due_at=due,
        until=until,
        tries=0,
    )


def post_test(session: Session, way: NoticeWay, *, now: datetime) -> NoticeMessage:
    """Write a message by which a person sees that a way works; it goes out at once."""
    row = NoticeMessage(
        id=MessageId(new_id(now)),
        way=way.id,
        notice=None,
        kind=None,
        subject=way.id,
        title="Tin thử",
        body="Đây là tin thử của Loa. Nhận được tin này là cách báo này dùng được.",
        path="/bao-cho-toi" if way.operator is not None else "/bao-ra-ngoai",
        urgent=True,
        state=MessageState.WAITING,
        at=now,
        due_at=now,
        until=now + timedelta(minutes=2),
        tries=0,
    )
    session.add(row)
    session.flush()
    return row


def drop(session: Session, *which: ColumnElement[bool], now: datetime) -> None:
    """Leave out what was not sent yet and holds no more."""
    session.execute(
        update(NoticeMessage)
        .where(NoticeMessage.state.in_(OPEN), *which)
        .values(state=MessageState.DROPPED, done_at=now)
    )


def drop_about(session: Session, kind: NoticeKind, subject: str, *, now: datetime) -> None:
    """Leave out all messages about what holds no more."""
    drop(session, NoticeMessage.kind == kind, NoticeMessage.subject == subject, now=now)


# --- sending; called by the station's sender alone


def recover(session: Session, now: datetime) -> None:
    """Make due what was being sent when the station was killed: nobody knows whether it went out."""
    session.execute(
        update(NoticeMessage).where(NoticeMessage.state == MessageState.SENDING).values(due_at=now)
    )


@one_read
def next_due(session: Session) -> datetime | None:
    """Return when the next message is due; None while nothing waits."""
    query = select(func.min(NoticeMessage.due_at)).where(NoticeMessage.state.in_(OPEN))
    return session.scalar(query)


def claim(
    session: Session, lane: SendLane, *, most: int, busy: Collection[WayId], now: datetime
) -> list[Letter]:
    """Claim messages that are due, one a way: they count as being sent, for `LEASE`, before they are sent."""
    if most <= 0:
        return []
    query = (
        select(NoticeMessage, NoticeWay, Account.disabled_at)
        .join(NoticeWay, NoticeWay.id == NoticeMessage.way)
        .outerjoin(Account, Account.id == NoticeWay.operator)
        .where(NoticeMessage.state.in_(OPEN), NoticeMessage.due_at <= now, _in_lane(lane))
        .where(NoticeWay.id.not_in(busy))
        .order_by(NoticeMessage.due_at, NoticeMessage.id)
        .limit(_LOOKED_AT)
        .with_for_update(of=NoticeMessage, skip_locked=True)
    )
    found: dict[WayId, Letter] = {}
    for row, way, disabled_at in session.execute(query):
        if way.ended_at is not None or disabled_at is not None:
            row.state, row.done_at = MessageState.DROPPED, now
        elif row.until <= now:
            row.state, row.done_at = MessageState.FAILED, now
            row.error = row.error or "Quá hạn mà chưa gửi được."
        elif way.id not in found and len(found) < most:
            row.state, row.due_at = MessageState.SENDING, now + LEASE
            found[way.id] = _letter(row, way)
    session.flush()
    return list(found.values())


_LOOKED_AT = 50
"""Rows of one look at a lane."""


def _in_lane(lane: SendLane) -> ColumnElement[bool]:
    is_webhook = NoticeWay.kind == WayKind.WEBHOOK
    if lane is SendLane.WEBHOOK:
        return is_webhook
    return and_(NoticeWay.kind != WayKind.WEBHOOK, NoticeMessage.urgent.is_(lane is SendLane.URGENT))


def _letter(row: NoticeMessage, way: NoticeWay) -> Letter:
    return Letter(
        id=row.id,
        way=way.id,
        to=way.kind,
        address=way.address,
        keys=way.keys or "",
        kind=row.kind,
        subject=row.subject,
        title=row.title,
        body=row.body,
        path=row.path,
        tag=row.notice or row.id,
        urgent=row.urgent,
        at=row.at,
        until=row.until,
    )


def note_sent(session: Session, letter: Letter, *, now: datetime) -> None:
    """Note that a way took a message, also where it was dropped meanwhile."""
    row = session.get(NoticeMessage, letter.id, with_for_update=True)
    if row is not None:
        row.state, row.done_at, row.error, row.tries = MessageState.SENT, now, None, row.tries + 1
        _LOG.info("notice %s went out by %s", letter.id, letter.to)


def note_failed(session: Session, letter: Letter, failed: NotSent, *, now: datetime) -> None:
    """Note that a way did not take a message: it is tried again later, with an end."""
    row = session.get(NoticeMessage, letter.id, with_for_update=True)
    if row is None:
        return
    row.tries, row.error = row.tries + 1, shortened(str(failed), LONGEST_BODY)
    _LOG.warning("notice %s did not go out by %s: %s", letter.id, letter.to, row.error)
    if failed.gone:
        _end(session, letter.way, row.error, now)
    if row.state is not MessageState.SENDING:
        return
    due = now + max(pause_after(row.tries, urgent=row.urgent), timedelta(seconds=failed.retry_after))
    if failed.final or row.tries >= MOST_TRIES or due >= row.until:
        row.state, row.done_at = MessageState.FAILED, now
    else:
        row.state, row.due_at = MessageState.WAITING, due


def pause_after(tries: int, *, urgent: bool) -> timedelta:
    """Return how long to wait after so many tries."""
    first, growth = (_FIRST_URGENT, _GROWTH_URGENT) if urgent else (_FIRST, _GROWTH)
    times: int = growth ** (tries - 1)
    return min(first * times, _LONGEST_PAUSE)


def _end(session: Session, way_id: WayId, why: str, now: datetime) -> None:
    """Send nothing by a way any more, and tell its person: an alarm would not reach them there."""
    way = session.get(NoticeWay, way_id, with_for_update=True)
    if way is None or way.ended_at is not None:
        return
    way.ended_at, way.end_reason = now, why
    drop(session, NoticeMessage.way == way_id, NoticeMessage.state == MessageState.WAITING, now=now)
    if way.operator is None:
        return
    told = Notice(
        id=NoticeId(new_id(now)),
        operator=way.operator,
        kind=NoticeKind.WAY_ENDED,
        subject=way_id,
        sentence=f"«{way.name}» không nhận được thông báo nữa. {why} Hãy bật lại trên máy đó.",
        at=now,
    )
    session.add(told)
    session.flush()
    post(session, [told], now=now, ringing=None)


def sweep_messages(session: Session, *, now: datetime) -> None:
    """Delete messages that have been done for `KEPT`."""
    old = (NoticeMessage.state.not_in(OPEN), NoticeMessage.at < now - KEPT)
    session.execute(delete(NoticeMessage).where(*old))
