"""What the station tells a person by itself, with where each thing is looked at and put right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.notices.queries import notices_of
from controller.features.notices.words import HEADLINES
from controller.model.notices import Notice, NoticeId, NoticeKind
from controller.model.permissions import Operator, OperatorRole
from controller.model.schedules import Schedule
from controller.store import one_read

MOST = 10
"""Notices on the page of the day, the newest first; those below come up as these are read."""
MOST_KEPT = 100
"""Notices on the page of them all."""


_OF_AIRINGS = frozenset({NoticeKind.AIRING_MISSED, NoticeKind.NOT_AGREED})
"""Kinds whose subject is an airing, or the schedule that it is of."""
_PLAIN = {
    NoticeKind.APPROVAL_WAITS: ("/duyet/{}", "Nghe và duyệt"),
    NoticeKind.LISTENER_REPORT: ("/phan-anh", "Xem phản ánh"),
    NoticeKind.MACHINE: ("/cai-dat/lap-dai", "Xem đài"),
    NoticeKind.OUTAGE: ("/su-co", "Xem sự cố"),
    NoticeKind.PLANS_UNSENT: ("/su-co", "Xem sự cố"),
    NoticeKind.RETURNED: ("/ban-tin/{}", "Xem và sửa"),
    NoticeKind.CALL_LAPSED: ("/khan/{}", "Xem lệnh khẩn cấp"),
    NoticeKind.CALL_WAITS: ("/khan/{}", "Xem và xác nhận"),
    NoticeKind.CORRECTED: ("/ban-tin/{}/lich-su", "Xem chỗ sửa"),
    NoticeKind.LEXICON: ("/thu-vien", "Xem từ điển"),
    NoticeKind.AUTHOR_SIGNS: ("/ban-tin/{}", "Nghe và ký"),
    NoticeKind.SECOND_SIGNATURE: ("/cho-ky", "Xem và ký"),
    NoticeKind.DOCUMENT_CAME: ("/trung-tam", "Xem văn bản"),
    NoticeKind.DOCUMENT_GONE: ("/ban-tin/{}", "Xem bản tin"),
    NoticeKind.DRILL_JUDGED: ("/dien-tap/{}", "Xem kết quả"),
    NoticeKind.DELIVERY_LATE: ("/phat/{}", "Xem lượt phát"),
    NoticeKind.SCHEDULE_ENDS: ("/lich/{}", "Xem lịch phát"),
    NoticeKind.WAY_ENDED: ("/bao-cho-toi", "Xem cách báo"),
}
"""Of kinds that lead to one place: address with the subject, and what the button says."""


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice in words, and what can be done about it: addresses with the words of their buttons."""

    id: NoticeId
    headline: str
    sentence: str
    at: datetime
    read_at: datetime | None
    ways: tuple[tuple[str, str], ...]


def notices_shown(session: Session, operator: Operator) -> list[NoticeLine]:
    """Return what the person has not said to know yet; two queries."""
    return _lines(session, operator, notices_of(session, operator.id, unread=True, limit=MOST))


@one_read
def place_of(session: Session, operator: Operator, notice_id: NoticeId) -> str:
    """Return the address of the page that shows what a notice asks; NotFound for another person's."""
    row = session.get(Notice, notice_id)
    if row is None or row.operator != operator.id:
        raise NotFound("Không có thông báo này.", code="notice.unknown")
    (line,) = _lines(session, operator, [row])
    return line.ways[0][0]


@one_read
def notices_kept(session: Session, operator: Operator) -> list[NoticeLine]:
    """Return what the person was told of late, known or not, the newest first; two queries."""
    return _lines(session, operator, notices_of(session, operator.id, limit=MOST_KEPT))


def _lines(session: Session, operator: Operator, rows: Sequence[Notice]) -> list[NoticeLine]:
    schedules = _schedules_among(session, rows)
    may_approve = OperatorRole.APPROVER in operator.roles
    return [_line(row, of_schedule=row.subject in schedules, may_approve=may_approve) for row in rows]


def _line(row: Notice, *, of_schedule: bool, may_approve: bool) -> NoticeLine:
    ways: tuple[tuple[str, str], ...]
    headline, ways = HEADLINES[row.kind], ((f"/phat/{row.subject}", "Xem lượt phát"),)
    if row.kind is NoticeKind.ACT_ENDED:
        place = f"/ban-tin/{row.subject}"
        ways = ((place, "Xem bản tin"), (f"{place}/van-ban", "Sửa thời hạn"))
    elif row.kind in {NoticeKind.APPROVAL_VOID, NoticeKind.APPROVAL_ENDS}:
        place, name = ("duyet", "Duyệt lại") if may_approve else ("ban-tin", "Xem bản tin")
        ways = ((f"/{place}/{row.subject}", name),)
    elif row.kind is NoticeKind.ACCOUNT:
        is_own = row.operator == row.subject
        headline = "Tài khoản của bạn thay đổi" if is_own else headline
        ways = (("/tai-khoan", "Xem tài khoản") if is_own else ("/nguoi-dung", "Xem người dùng"),)
    elif row.kind is NoticeKind.ENDS_SOON:
        is_policy = row.subject.startswith("policy.")
        place = f"/quy-dinh/{row.subject.removeprefix('policy.')}" if is_policy else "/cai-dat"
        ways = ((place, "Xem quy định" if is_policy else "Xem khóa ký"),)
    elif row.kind in _PLAIN:
        place, name = _PLAIN[row.kind]
        ways = ((place.format(row.subject), name),)
    elif of_schedule:
        ways = ((f"/lich/{row.subject}", "Xem lịch phát"),)
    return NoticeLine(row.id, headline, row.sentence, row.at, row.read_at, ways)


def _schedules_among(session: Session, rows: Sequence[Notice]) -> frozenset[str]:
    subjects = [row.subject for row in rows if row.kind in _OF_AIRINGS]
    if not subjects:
        return frozenset()
    return frozenset(session.scalars(select(Schedule.id).where(Schedule.id.in_(subjects))))
