"""Notices of what nobody saw to: bulletins that wait, communes that are away, plans that are not sent."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.features.accounts.queries import people_who_may
from controller.features.areas.queries import get_area, top_area
from controller.features.expiries.endings import was_notified
from controller.features.fleet.events import EventKind, FleetEvent
from controller.features.fleet.watch import events_now
from controller.features.notices.service import notify, take_back
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Bulletin
from controller.model.local_time import ZONE
from controller.model.notices import Notice, NoticeKind
from controller.model.permissions import Act
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published

APPROVAL_WAITS: Final = (timedelta(hours=4), timedelta(hours=24))
"""How long a bulletin waits for an approver before they are told, and again."""
OUTAGE_LASTED: Final = timedelta(minutes=5)
"""A broker or a station that starts again has its loudspeakers back by then."""
UNSENT_FOR: Final = timedelta(minutes=10)
"""A broker that starts again takes what it lacks within seconds."""
MANY: Final = 5
"""Communes that go away together are one notice: the line or the broker is down, not each of them."""


def tell_of_troubles(session: Session, *, now: datetime) -> None:
    """Send and close notices of all three; called by a beat."""
    tell_of_waiting(session, now=now)
    tell_of_outages(session, now=now)
    tell_of_unsent(session, now=now)


def tell_of_waiting(session: Session, *, now: datetime) -> int:
    """Notify approvers of bulletins that wait for hours, once for each of `APPROVAL_WAITS`."""
    told = 0
    query = select(Bulletin).where(Bulletin.state == BulletinState.SUBMITTED)
    for row in session.scalars(query.where(Bulletin.changed_at <= now - APPROVAL_WAITS[0])):
        passed = max(one for one in APPROVAL_WAITS if row.changed_at + one <= now)
        if was_notified(session, NoticeKind.APPROVAL_WAITS, row.id, row.changed_at + passed):
            continue
        since = row.changed_at.astimezone(ZONE).strftime("%H:%M ngày %d/%m")
        people = {one.id for one in people_who_may(session, Act.APPROVE, [row.area])} - {row.author}
        sentence = f"«{row.title}» chờ duyệt từ {since}."
        notify(session, people, NoticeKind.APPROVAL_WAITS, row.id, sentence, now=now)
        told += 1
    for subject in _open(session, NoticeKind.APPROVAL_WAITS):
        bulletin = session.get(Bulletin, subject)
        if bulletin is None or bulletin.state is not BulletinState.SUBMITTED:
            take_back(session, NoticeKind.APPROVAL_WAITS, subject, "(Không còn chờ duyệt.)", now=now)
    return told


def tell_of_outages(session: Session, *, now: datetime) -> int:
    """Notify technicians and the communes of outages that last, once each; close those that are over."""
    out = [one for one in events_now(session, None, now) if one.kind is EventKind.OUTAGE]
    top = top_area(session).code
    fresh = [
        one
        for one in out
        if one.since <= now - OUTAGE_LASTED
        and not was_notified(session, NoticeKind.OUTAGE, one.area, one.since)
        and not was_notified(session, NoticeKind.OUTAGE, top, one.since)
    ]
    if len(fresh) > MANY:
        nodes = sum(len(one.nodes) for one in fresh)
        sentence = (
            f"{nodes} cụm loa ở {len(fresh)} xã, phường cùng mất liên lạc. Hãy xem đường truyền và trạm "
            "trung chuyển; loa vẫn phát theo kế hoạch đã nhận."
        )
        people = {one.id for one in people_who_may(session, Act.ENROL, [top])}
        notify(session, people, NoticeKind.OUTAGE, top, sentence, now=now)
    else:
        for one in fresh:
            _tell_outage(session, one, now)
    still = {one.area for one in out} | ({top} if out else set())
    for subject in _open(session, NoticeKind.OUTAGE):
        if subject not in still:
            at = now.astimezone(ZONE).strftime("%H:%M")
            take_back(session, NoticeKind.OUTAGE, subject, f"(Đến {at} đã có lại.)", now=now)
    return len(fresh)


def _tell_outage(session: Session, one: FleetEvent, now: datetime) -> None:
    since = one.since.astimezone(ZONE).strftime("%H:%M")
    how = "tất cả" if one.is_whole else f"{len(one.nodes)}/{one.size}"
    sentence = (
        f"{get_area(session, one.area).name}: {how} cụm loa mất liên lạc từ {since}. "
        "Loa vẫn phát theo kế hoạch đã nhận."
    )
    people = {person.id for person in people_who_may(session, Act.ENROL, [one.area])}
    writers = people_who_may(session, Act.WRITE, [one.area])
    people |= {person.id for person in writers if person.area == one.area}
    notify(session, people, NoticeKind.OUTAGE, one.area, sentence, now=now)


def tell_of_unsent(session: Session, *, now: datetime) -> bool:
    """Notify technicians that new plans do not come to the broker, once, and close that when they do."""
    query = select(func.min(Published.issued_at)).where(
        Published.kind == DocumentKind.PLAN, Published.acknowledged_at.is_(None)
    )
    since = session.scalar(query)
    if since is None:
        take_back(session, NoticeKind.PLANS_UNSENT, _PLANS, "(Đã gửi được.)", now=now)
        return False
    is_told = _open(session, NoticeKind.PLANS_UNSENT) or was_notified(
        session, NoticeKind.PLANS_UNSENT, _PLANS, since
    )
    if since > now - UNSENT_FOR or is_told:
        return False
    sentence = (
        f"Kế hoạch từ {since.astimezone(ZONE):%H:%M ngày %d/%m} chưa gửi được tới trạm trung chuyển. "
        "Loa vẫn phát theo kế hoạch đã nhận, nhưng không biết những gì mới. "
        "Hãy xem trạm trung chuyển và đường truyền."
    )
    people = {one.id for one in people_who_may(session, Act.ENROL, [top_area(session).code])}
    notify(session, people, NoticeKind.PLANS_UNSENT, _PLANS, sentence, now=now)
    return True


_PLANS: Final = "plans"


def _open(session: Session, kind: NoticeKind) -> list[str]:
    query = select(Notice.subject).where(Notice.kind == kind, Notice.read_at.is_(None)).distinct()
    return list(session.scalars(query))
