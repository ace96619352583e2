"""Rings the people who may confirm a call, until one sees to it or the call's waiting time ends."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.accounts.queries import get_operator, nearest_of, people_who_may
from controller.features.areas.queries import get_area
from controller.features.notices.outbox import Ringing
from controller.features.notices.service import notify, take_back
from controller.model.bulletins import Bulletin
from controller.model.emergencies import Emergency
from controller.model.emergency_states import CALL_LIFE, EmergencyState
from controller.model.notice_ways import NoticeTopic, NoticeWay
from controller.model.notices import Notice, NoticeKind
from controller.model.permissions import Act, OperatorId
from controller.store import one_read

RINGS: Final = tuple(timedelta(seconds=after) for after in (0, 30, 90, 180, 300, 450))
"""After the call: at growing spacing, within the ten minutes for which it waits."""
_MOST_NAMED: Final = 3
"""Areas that a ring names; the page names all."""


def ring(session: Session, row: Emergency, *, now: datetime) -> None:
    """Ring those nearest to the call at once, and from the second ring on everybody else who may confirm.

    All at once where none of the nearest has a device or an address for it.
    """
    near, far = _tiers(session, row)
    if not _is_reached(session, near):
        near, far = near | far, set()
    sentence = _sentence(session, row)
    until = row.called_at + CALL_LIFE
    for people, rings in ((near, RINGS), (far, RINGS[1:])):
        ringing = Ringing(rings, until)
        notify(session, people, NoticeKind.CALL_WAITS, row.id, sentence, now=now, ringing=ringing)


def stop_ringing(session: Session, row: Emergency, word: str, *, now: datetime) -> None:
    """Close the notices of a call that waits no more."""
    take_back(session, NoticeKind.CALL_WAITS, row.id, word, now=now)


def close_lapsed(session: Session, *, now: datetime) -> None:
    """Close the notices of calls that nobody confirmed in time, and tell who called; by a beat."""
    query = (
        select(Emergency, Bulletin.title)
        .join(Bulletin, Bulletin.id == Emergency.bulletin)
        .where(Emergency.state == EmergencyState.CALLED)
        .where(Emergency.called_at <= now - CALL_LIFE, Emergency.called_at > now - _TOLD_WITHIN)
        .where(Emergency.id.not_in(select(Notice.subject).where(Notice.kind == NoticeKind.CALL_LAPSED)))
    )
    for row, title in session.execute(query):
        stop_ringing(session, row, "(Đã quá 10 phút, không ai xác nhận; chưa phát.)", now=now)
        sentence = f"Không ai xác nhận «{title}» trong 10 phút, nên loa chưa phát gì. Còn cần thì gọi lại."
        notify(session, [row.called_by], NoticeKind.CALL_LAPSED, row.id, sentence, now=now)


_TOLD_WITHIN: Final = timedelta(days=1)
"""A station that was off for longer tells of no call of before."""


@one_read
def ring_of(session: Session, emergency: str, operator: OperatorId) -> Notice | None:
    """Return the person's notice of a call that waits, while they have not said to see to it."""
    query = select(Notice).where(
        Notice.kind == NoticeKind.CALL_WAITS,
        Notice.subject == emergency,
        Notice.operator == operator,
        Notice.read_at.is_(None),
    )
    return session.scalars(query).first()


def _tiers(session: Session, row: Emergency) -> tuple[set[OperatorId], set[OperatorId]]:
    """Return who may be the second person: those whose area is nearest to the call's, and all others."""
    may_start = {one.id for one in people_who_may(session, Act.AIR_EMERGENCY, row.areas)}
    people = [one for one in people_who_may(session, Act.AIR, row.areas) if one.id != row.called_by]
    if row.called_by not in may_start:  # one of the two must be able to air emergencies
        people = [one for one in people if one.id in may_start]
    near = nearest_of(session, people)
    return near, {one.id for one in people} - near


def _is_reached(session: Session, people: set[OperatorId]) -> bool:
    query = select(NoticeWay.topics).where(NoticeWay.operator.in_(people), NoticeWay.ended_at.is_(None))
    return any(NoticeTopic.CALL in topics for topics in session.scalars(query))


def _sentence(session: Session, row: Emergency) -> str:
    title = session.get_one(Bulletin, row.bulletin).title
    where = ", ".join(get_area(session, area).name for area in row.areas[:_MOST_NAMED])
    if len(row.areas) > _MOST_NAMED:
        where += f" và {len(row.areas) - _MOST_NAMED} nơi nữa"
    caller = get_operator(session, row.called_by).display_name
    return f"{caller} gọi phát khẩn «{title}» tới {where}. Chờ bạn xác nhận; quá 10 phút thì phải gọi lại."
