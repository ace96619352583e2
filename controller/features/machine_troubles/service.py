"""Tells of faults of the station's machines once each, and when each is over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.accounts.queries import people_who_may
from controller.features.areas.queries import top_area
from controller.features.machine_troubles.rules import LASTS, TroubleKey, TroubleKind, kind_of, leaf_key
from controller.features.notices.service import notify, take_back
from controller.model.local_time import ZONE
from controller.model.machine_troubles import MachineTrouble
from controller.model.notices import NoticeKind
from controller.model.permissions import Act

AGAIN: Final = timedelta(hours=1)
"""A fault that comes and goes is told at most this often."""
_OVER: Final[Mapping[str, str]] = {
    TroubleKind.BACKUP: "Đã có bản sao lưu mới.",
    TroubleKind.BROKER: "Đài đã nối lại với trạm trung chuyển.",
    TroubleKind.CERTIFICATE: "Chứng thư TLS đã được thay.",
    TroubleKind.CLOCK: "Giờ của máy chủ lại được chỉnh qua mạng.",
    TroubleKind.DISK: "Ổ đĩa của đài đã có chỗ trống.",
    TroubleKind.DOCTOR: "«loa doctor» không còn thấy điều gì sai.",
    TroubleKind.DOCTOR_AWAY: "«loa doctor» đã kiểm tra lại.",
    TroubleKind.LEAF: "Trạm nhánh đã nối lại với trạm gốc.",
    TroubleKind.STANDBY: "Đã đủ đài chờ.",
}
"""Of the database nothing: it is back when its notice can be written."""


def tell_of_machine(session: Session, found: Mapping[TroubleKey, str], *, now: datetime) -> int:
    """Note what is wrong now, and tell technicians and administrators what lasts and what is over.

    Returns how many were told of. Called by a beat: a look that is late or comes twice changes nothing.
    """
    rows = {row.kind: row for row in session.scalars(select(MachineTrouble).with_for_update())}
    told = 0
    for key, sentence in found.items():
        row = rows.get(key)
        if row is None:
            row = MachineTrouble(kind=key, since=now, seen_at=now)
            session.add(row)
        elif row.ended_at is not None:
            row.since, row.ended_at = now, None
        row.seen_at = now
        told += _tell(session, key, sentence, row, now)
    for key, row in rows.items():
        if key not in found and row.ended_at is None and now - row.seen_at >= LASTS:
            row.ended_at = now
            told += _tell_over(session, key, row, now)
    return told


def leaves_away(session: Session) -> list[tuple[str, datetime]]:
    """Return each leaf of the tree of brokers that was told to be away, and since when."""
    query = select(MachineTrouble).where(
        MachineTrouble.kind.startswith(leaf_key("")), MachineTrouble.ended_at.is_(None)
    )
    told = query.where(MachineTrouble.told_at >= MachineTrouble.since).order_by(MachineTrouble.kind)
    return [(row.kind.removeprefix(leaf_key("")), row.since) for row in session.scalars(told)]


def _tell(session: Session, key: TroubleKey, sentence: str, row: MachineTrouble, now: datetime) -> bool:
    is_told = row.told_at is not None and (row.told_at >= row.since or now - row.told_at < AGAIN)
    lasts = key == TroubleKind.DATABASE or now - row.since >= LASTS
    if is_told or not lasts:
        return False
    row.told_at = now
    _notify(session, key, sentence, now)
    return True


def _tell_over(session: Session, key: TroubleKey, row: MachineTrouble, now: datetime) -> bool:
    """Close what was told of it, and say that it is over: to phones too."""
    over = _OVER.get(kind_of(key))
    if row.told_at is None or row.told_at < row.since or over is None:
        return False
    take_back(session, NoticeKind.MACHINE, key, f"(Hết lúc {now.astimezone(ZONE):%H:%M}.)", now=now)
    _notify(session, key, over, now)
    return True


def _notify(session: Session, key: TroubleKey, sentence: str, now: datetime) -> None:
    people = {one.id for one in people_who_may(session, Act.ENROL, [top_area(session).code])}
    notify(session, people, NoticeKind.MACHINE, key, sentence, now=now)
