"""What is told to the phones that follow a commune: written once with what happened, sent to each.

docs/decisions/139-a-commune-is-followed.md says what is promised. The emergency's own transaction writes one
row; the station's sender makes the messages of it, some hundred at a time, and sends them.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from controller.features.areas.queries import area_tree
from controller.features.notices.outbox import KEPT, LEASE, MOST_TRIES, pause_after
from controller.model.followers import (
    URGENT_ANNOUNCEMENTS,
    Announcement,
    AnnouncementId,
    AnnouncementKind,
    Follower,
    FollowerId,
    FollowerMessage,
)
from controller.model.new_ids import new_id
from controller.model.notice_ways import (
    LONGEST_BODY,
    LONGEST_TITLE,
    Letter,
    NotSent,
    WayId,
    WayKind,
    shortened,
)
from controller.store import one_read
from devices.ids import AiringId, AreaCode

_LOG = logging.getLogger(__name__)

WAITING: Final = 200
"""Messages of one urgency that are written ahead of their sending: few rows, whoever follows."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told, and to whom: `areas` with all below and above them."""

    kind: AnnouncementKind
    subject: str
    areas: Collection[AreaCode]
    title: str
    body: str
    airing: AiringId | None = None


def announce(
    session: Session, told: Told, *, now: datetime, until: datetime, due: datetime | None = None
) -> None:
    """Have all who follow these areas told; nothing is written where nobody does."""
    around = area_tree(session).around(told.areas)
    if not session.scalar(select(exists().where(Follower.area.in_(around)))):
        return
    session.add(_row(told, new_id(now), now=now, due=due or now, until=until))
    session.flush()


def welcome(session: Session, follower: Follower, name: str, *, now: datetime) -> None:
    """Tell one phone that it follows a commune now: an address that is none is found out at once."""
    row_id = AnnouncementId(f"theo-doi-{follower.area}")
    row = session.get(Announcement, row_id)
    if row is None:
        body = "Máy này sẽ báo khi có thông báo khẩn cấp. Thôi theo dõi ở trang của xã, phường."
        told = Told(AnnouncementKind.WELCOME, row_id, [follower.area], f"Đang theo dõi {name}", body)
        row = _row(told, row_id, now=now, due=now, until=now)
        row.done_at = now
        session.add(row)
        session.flush()
    row.until = now + timedelta(hours=1)
    session.execute(insert(FollowerMessage), [_message(row.id, follower.id, now)])


def announced(
    session: Session, kind: AnnouncementKind, *, subject: str | None = None, since: datetime
) -> Sequence[Announcement]:
    """Return what was told of a kind since an instant, of one subject or of all."""
    query = select(Announcement).where(Announcement.kind == kind, Announcement.at > since)
    return session.scalars(query if subject is None else query.where(Announcement.subject == subject)).all()


def take_back_announced(
    session: Session, subject: str, *, now: datetime, areas: Collection[AreaCode] | None = None
) -> bool:
    """Tell nobody more of what holds no more, there or (None) anywhere; return whether it was announced."""
    rows = session.scalars(
        select(Announcement).where(Announcement.subject == subject).with_for_update()
    ).all()
    tree = area_tree(session) if rows and areas is not None else None
    for row in rows:
        messages = delete(FollowerMessage).where(FollowerMessage.announcement == row.id)
        left = () if tree is None else tree.without(row.areas, areas or ())
        if left and tree is not None and areas is not None:
            there = select(Follower.id).where(Follower.area.in_(tree.below(areas)))
            messages = messages.where(FollowerMessage.follower.in_(there))
            row.areas = list(left)
        else:
            row.done_at = row.done_at or now
        session.execute(messages)
    return bool(rows)


def _row(told: Told, row_id: str, *, now: datetime, due: datetime, until: datetime) -> Announcement:
    return Announcement(
        id=AnnouncementId(row_id),
        kind=told.kind,
        subject=told.subject,
        areas=sorted(told.areas),
        airing=told.airing,
        title=shortened(told.title, LONGEST_TITLE),
        body=shortened(told.body, LONGEST_BODY),
        urgent=told.kind in URGENT_ANNOUNCEMENTS,
        at=now,
        due_at=due,
        until=until,
        told_to="",
    )


def _message(announcement: AnnouncementId, follower: FollowerId, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(now),
        "announcement": announcement,
        "follower": follower,
        "claimed": False,
        "due_at": now,
        "tries": 0,
    }


# --- sending; called by the station's sender alone


def recover_told(session: Session, now: datetime) -> None:
    """Make due what was being sent when the station was killed: nobody knows whether it went out."""
    session.execute(update(FollowerMessage).where(FollowerMessage.claimed).values(due_at=now))


@one_read
def next_told(session: Session) -> datetime | None:
    """Return when the next message or announcement is due; None while nothing waits."""
    messages = session.scalar(select(func.min(FollowerMessage.due_at)))
    unwritten = session.scalar(select(func.min(Announcement.due_at)).where(Announcement.done_at.is_(None)))
    return min((one for one in (messages, unwritten) if one is not None), default=None)


def spread(session: Session, now: datetime) -> None:
    """Write the next messages of what is announced, emergencies first; at most `WAITING` wait to be sent.

    The messages and how far they go are one transaction: a kill leaves out nobody, and nobody gets two.
    """
    query = (
        select(Announcement)
        .where(Announcement.done_at.is_(None), Announcement.due_at <= now)
        .order_by(Announcement.urgent.desc(), Announcement.due_at, Announcement.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.scalars(query).first()
    if row is None:
        return
    if row.until <= now:
        row.done_at = now
        return
    waiting = (
        select(func.count())
        .join_from(FollowerMessage, Announcement, Announcement.id == FollowerMessage.announcement)
        .where(Announcement.urgent.is_(row.urgent))
    )
    most = WAITING - (session.scalar(waiting) or 0)
    if most <= 0:
        return
    found = session.scalars(_following(session, row).order_by(Follower.id).limit(most)).all()
    if found:
        session.execute(insert(FollowerMessage), [_message(row.id, one, now) for one in found])
    row.told_to = found[-1] if found else row.told_to
    if len(found) < most:
        row.done_at = now


def _following(session: Session, told: Announcement) -> Select[FollowerId]:
    """Return the followers to tell after `told_to`; a phone that follows several of the communes once."""
    around = area_tree(session).around(told.areas)
    other = aliased(Follower)
    is_second = exists().where(
        other.address == Follower.address, other.area.in_(around), other.id < Follower.id
    )
    query = select(Follower.id).where(Follower.area.in_(around), Follower.id > told.told_to)
    if told.kind is AnnouncementKind.BULLETIN:
        query, is_second = query.where(Follower.bulletins), is_second.where(other.bulletins)
    return query.where(~is_second)


def claim_told(
    session: Session, *, urgent: bool, most: int, busy: Collection[WayId], now: datetime
) -> list[Letter]:
    """Claim messages that are due, one a phone: they count as being sent, for `LEASE`, before they are."""
    if most <= 0:
        return []
    query = (
        select(FollowerMessage, Announcement, Follower)
        .join(Announcement, Announcement.id == FollowerMessage.announcement)
        .join(Follower, Follower.id == FollowerMessage.follower)
        .where(FollowerMessage.due_at <= now, Announcement.urgent.is_(urgent), Follower.id.not_in(busy))
        .order_by(FollowerMessage.due_at, FollowerMessage.id)
        .limit(2 * most)
        .with_for_update(of=FollowerMessage, skip_locked=True)
    )
    found: dict[FollowerId, Letter] = {}
    for message, told, follower in session.execute(query):
        if told.until <= now:
            session.delete(message)
        elif follower.id not in found and len(found) < most:
            message.claimed, message.due_at = True, now + LEASE
            found[follower.id] = _letter(message, told, follower)
    session.flush()
    return list(found.values())


def _letter(message: FollowerMessage, told: Announcement, follower: Follower) -> Letter:
    place = f"/cong-khai/{follower.area}"
    return Letter(
        id=message.id,
        way=WayId(follower.id),
        to=WayKind.PUSH,
        address=follower.address,
        keys=follower.keys,
        kind=None,
        subject=told.subject,
        title=told.title,
        body=told.body,
        path=place if told.airing is None else f"{place}/ban-tin/{told.airing}",
        tag=told.subject,
        urgent=told.urgent,
        at=told.at,
        until=told.until,
        is_public=True,
    )


def note_told(session: Session, letter: Letter) -> None:
    """Note that a phone's push service took a message: nothing of it is kept."""
    session.execute(delete(FollowerMessage).where(FollowerMessage.id == letter.id))


def note_untold(session: Session, letter: Letter, failed: NotSent, *, now: datetime) -> None:
    """Note that a push service did not take a message; one that knows the phone no more has it forgotten."""
    if failed.gone:
        forget(session, [FollowerId(letter.way)])
        return
    row = session.get(FollowerMessage, letter.id, with_for_update=True)
    if row is None:
        return
    row.tries += 1
    due = now + max(pause_after(row.tries, urgent=letter.urgent), timedelta(seconds=failed.retry_after))
    if failed.final or row.tries >= MOST_TRIES or due >= letter.until:
        _LOG.warning("announcement %s did not reach a follower: %s", letter.subject, failed)
        session.delete(row)
    else:
        row.claimed, row.due_at = False, due


def forget(session: Session, followers: Collection[FollowerId]) -> None:
    """Delete phones that follow no more, with all that was to be sent to them."""
    session.execute(delete(FollowerMessage).where(FollowerMessage.follower.in_(followers)))
    session.execute(delete(Follower).where(Follower.id.in_(followers)))


def sweep_announcements(session: Session, *, now: datetime) -> None:
    """Delete what was told `KEPT` ago."""
    on_its_way = exists().where(FollowerMessage.announcement == Announcement.id)
    old = (Announcement.done_at < now - KEPT, Announcement.at < now - KEPT, ~on_its_way)
    session.execute(delete(Announcement).where(*old).execution_options(synchronize_session=False))
