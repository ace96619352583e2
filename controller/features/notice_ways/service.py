"""Writes of ways: added, changed, removed, tried; a person's own, and webhooks by administrators."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.journal.service import record
from controller.features.notice_ways.queries import known_way, offered, require_province, whose_ways
from controller.features.notices.outbox import LIFE, drop, post_test
from controller.host.addressed import is_receiver
from controller.host.http_post import may_post
from controller.host.web_push import are_push_keys
from controller.model.new_ids import new_id
from controller.model.notice_ways import (
    MessageId,
    MessageState,
    NoticeMessage,
    NoticeTopic,
    NoticeWay,
    WayId,
    WayKind,
)
from controller.model.permissions import Operator, OperatorId
from controller.model.plain_text import one_line
from controller.settings import Settings
from controller.store import one_write

MOST_WAYS: Final = 10
"""Of one person, and webhooks of the station."""
LONGEST_NAME, LONGEST_ADDRESS = 100, 1000
MOST_TESTS: Final = 20
"""Tests of one person in 24 hours, by all ways, removed ones too: an SMS costs money, and whoever is at a
signed-in phone can write down anybody's number. As many of the station's webhooks."""
_CLOCK: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_WRONG_RECEIVER: Final = {
    WayKind.MAIL: "Hãy ghi một địa chỉ thư, như lan@tinh.gov.vn.",
    WayKind.SMS: "Hãy ghi một số điện thoại, như 0905123456.",
    WayKind.CHAT: "Hãy ghi số hiệu người nhận của Telegram hoặc Zalo: chỉ gồm chữ số.",
}


@dataclass(frozen=True, slots=True)
class WantedNotices:
    """What a way is to tell, and when: quiet times are wall times, “22:00”, both or none."""

    topics: Collection[NoticeTopic]
    quiet_from: str = ""
    quiet_to: str = ""


@one_write
def add_push(
    session: Session,
    *,
    name: str,
    endpoint: str,
    keys: str,
    wanted: WantedNotices,
    settings: Settings,
    by: Operator,
    now: datetime,
) -> NoticeWay:
    """Send notices to the browser that gave this subscription; one of before, anybody's, is replaced."""
    if not may_post(endpoint, settings.push_hosts) or not are_push_keys(keys):
        raise BadInput(
            "Trình duyệt này dùng một dịch vụ báo tin mà đài không gửi tới. Hãy dùng Chrome, Edge, Firefox "
            "hoặc Safari.",
            code="notice-way.push-service",
        )
    query = select(NoticeWay).where(NoticeWay.address == endpoint, NoticeWay.ended_at.is_(None))
    for former in session.scalars(query.with_for_update()):
        _end(session, former, now)
    return _add(session, WayKind.PUSH, name, endpoint, wanted, keys=keys, by=by, now=now)


@one_write
def add_address(
    session: Session,
    *,
    kind: WayKind,
    name: str,
    address: str,
    wanted: WantedNotices,
    settings: Settings,
    by: Operator,
    now: datetime,
) -> NoticeWay:
    """Send notices to an address of the person: mail, SMS or chat, as far as the station is set up for it."""
    if kind not in offered(settings):
        raise BadInput("Đài chưa cài đặt cách gửi này.", code="notice-way.not-offered")
    address = address.strip()
    if not is_receiver(kind, address):
        raise BadInput(_WRONG_RECEIVER[kind], code="notice-way.bad-address")
    return _add(session, kind, name, address, wanted, by=by, now=now)


@one_write
def add_webhook(
    session: Session, *, name: str, address: str, wanted: WantedNotices, by: Operator, now: datetime
) -> NoticeWay:
    """Post notices to a program, signed; as administrator of the province."""
    require_province(session, by)
    address = address.strip()
    if len(address) > LONGEST_ADDRESS or not may_post(address):
        raise BadInput(
            "Địa chỉ nhận phải bắt đầu bằng https:// và không có tên, mật khẩu ở trong.",
            code="notice-way.bad-address",
        )
    return _add(session, WayKind.WEBHOOK, name, address, wanted, by=by, now=now)


@one_write
def change_way(session: Session, way: WayId, wanted: WantedNotices, *, by: Operator, now: datetime) -> None:
    """Choose anew what a way tells, and its quiet times."""
    row = known_way(session, way, by)
    _set(row, wanted)
    record(session, by, "notice-way.changed", row.id, now, detail={"topics": row.topics})


@one_write
def remove_way(session: Session, way: WayId, *, by: Operator, now: datetime) -> None:
    """Send nothing by a way any more, and forget the address; what was written for it is left out."""
    row = known_way(session, way, by)
    _end(session, row, now)
    record(session, by, "notice-way.removed", row.id, now, detail={"kind": row.kind})


@one_write
def try_way(session: Session, way: WayId, *, by: Operator, now: datetime) -> MessageId:
    """Send a test by a way; the way's last message says how it went."""
    row = known_way(session, way, by)
    if row.ended_at is not None:
        raise Conflict("Cách báo này đã ngừng. Hãy bật lại trên máy đó.", code="notice-way.ended")
    of_owner = select(NoticeWay.id).where(whose_ways(row.operator))
    tests = select(func.count()).where(
        NoticeMessage.way.in_(of_owner), NoticeMessage.kind.is_(None), NoticeMessage.at > now - LIFE
    )
    if (session.scalar(tests) or 0) >= MOST_TESTS:
        raise Conflict(f"Trong 24 giờ chỉ thử được {MOST_TESTS} lần.", code="notice-way.tested")
    message = post_test(session, row, now=now)
    record(session, by, "notice-way.tried", row.id, now)
    return message.id


def _add(
    session: Session,
    kind: WayKind,
    name: str,
    address: str,
    wanted: WantedNotices,
    *,
    by: Operator,
    now: datetime,
    keys: str | None = None,
) -> NoticeWay:
    owner = None if kind is WayKind.WEBHOOK else by.id
    name = one_line(name)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadInput("Hãy đặt tên để nhận ra (tối đa 100 chữ).", code="notice-way.bad-name")
    _check_room(session, owner)
    row = NoticeWay(
        id=WayId(new_id(now)),
        operator=owner,
        kind=kind,
        name=name,
        address=address,
        keys=keys,
        topics=[],
        created_at=now,
    )
    _set(row, wanted)
    session.add(row)
    session.flush()
    record(session, by, "notice-way.added", row.id, now, detail={"kind": kind, "topics": row.topics})
    return row


def _check_room(session: Session, owner: OperatorId | None) -> None:
    used = session.scalar(select(func.count()).where(whose_ways(owner), NoticeWay.ended_at.is_(None))) or 0
    if used >= MOST_WAYS:
        raise Conflict(
            f"Đã có {MOST_WAYS} cách báo. Hãy bỏ một cách không dùng rồi thêm lại.", code="notice-way.full"
        )


def _set(row: NoticeWay, wanted: WantedNotices) -> None:
    quiet = wanted.quiet_from.strip(), wanted.quiet_to.strip()
    if any(quiet) and not all(_CLOCK.fullmatch(one) for one in quiet):
        raise BadInput("Giờ yên tĩnh ghi như 22:00, cả lúc bắt đầu và lúc hết.", code="notice-way.bad-quiet")
    row.topics = [topic.value for topic in NoticeTopic if topic in wanted.topics]
    row.quiet_from, row.quiet_to = (quiet[0] or None), (quiet[1] or None)


def _end(session: Session, row: NoticeWay, now: datetime) -> None:
    row.ended_at, row.end_reason = row.ended_at or now, None
    row.address, row.keys = "", None
    drop(session, NoticeMessage.way == row.id, NoticeMessage.state == MessageState.WAITING, now=now)
