"""What the station tells a person by itself, with where each thing is looked at and put right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.notices.queries import notices_of
from controller.model.notices import Notice, NoticeId, NoticeKind
from controller.model.permissions import Operator, OperatorRole
from controller.model.schedules import Schedule
from controller.store import one_read

MOST = 10
"""Notices on the page of the day, the newest first; those below come up as these are read."""
MOST_KEPT = 100
"""Notices on the page of them all."""


_PLAIN = {
    NoticeKind.CORRECTED: ("Bản tin của bạn được sửa lỗi gõ", "/ban-tin/{}/lich-su", "Xem chỗ sửa"),
    NoticeKind.LEXICON: ("Cách đọc bạn đề nghị", "/thu-vien", "Xem từ điển"),
    NoticeKind.AUTHOR_SIGNS: ("Chờ bạn nghe và ký", "/ban-tin/{}", "Nghe và ký"),
    NoticeKind.SECOND_SIGNATURE: ("Chờ bạn ký", "/cho-ky", "Xem và ký"),
    NoticeKind.DELIVERY_LATE: ("Không kịp gửi tới mọi cụm loa", "/phat/{}", "Xem lượt phát"),
    NoticeKind.SCHEDULE_ENDS: ("Lịch phát sắp hết", "/lich/{}", "Xem lịch phát"),
}
"""Of kinds that lead to one place: headline, address with the subject, and what the button says."""


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
def notices_kept(session: Session, operator: Operator) -> list[NoticeLine]:
    """Return what the person was told of late, known or not, the newest first; two queries."""
    return _lines(session, operator, notices_of(session, operator.id, limit=MOST_KEPT))


def _lines(session: Session, operator: Operator, rows: Sequence[Notice]) -> list[NoticeLine]:
    schedules = _schedules_among(session, rows)
    may_approve = OperatorRole.APPROVER in operator.roles
    return [_line(row, of_schedule=row.subject in schedules, may_approve=may_approve) for row in rows]


def _line(row: Notice, *, of_schedule: bool, may_approve: bool) -> NoticeLine:
    ways: tuple[tuple[str, str], ...]
    if row.kind is NoticeKind.ACT_ENDED:
        headline, place = "Văn bản hết hiệu lực", f"/ban-tin/{row.subject}"
        ways = ((place, "Xem bản tin"), (f"{place}/van-ban", "Sửa thời hạn"))
    elif row.kind in {NoticeKind.APPROVAL_VOID, NoticeKind.APPROVAL_ENDS}:
        is_void = row.kind is NoticeKind.APPROVAL_VOID
        headline = "Phê duyệt không còn giá trị" if is_void else "Phê duyệt sắp hết hiệu lực"
        place, name = ("duyet", "Duyệt lại") if may_approve else ("ban-tin", "Xem bản tin")
        ways = ((f"/{place}/{row.subject}", name),)
    elif row.kind is NoticeKind.ACCOUNT:
        is_own = row.operator == row.subject
        headline = "Tài khoản của bạn thay đổi" if is_own else "Một tài khoản thay đổi"
        ways = (("/tai-khoan", "Xem tài khoản") if is_own else ("/nguoi-dung", "Xem người dùng"),)
    elif row.kind is NoticeKind.ENDS_SOON:
        is_policy = row.subject.startswith("policy.")
        place = f"/quy-dinh/{row.subject.removeprefix('policy.')}" if is_policy else "/cai-dat"
        headline, ways = "Sắp hết hạn", ((place, "Xem quy định" if is_policy else "Xem khóa ký"),)
    elif row.kind in _PLAIN:
        headline, place, name = _PLAIN[row.kind]
        ways = ((place.format(row.subject), name),)
    elif of_schedule:
        headline, ways = "Xã chưa đồng ý", ((f"/lich/{row.subject}", "Xem lịch phát"),)
    else:
        headline, ways = "Xã chưa đồng ý", ((f"/phat/{row.subject}", "Xem lượt phát"),)
    return NoticeLine(row.id, headline, row.sentence, row.at, row.read_at, ways)


def _schedules_among(session: Session, rows: Sequence[Notice]) -> frozenset[str]:
    subjects = [row.subject for row in rows if row.kind is NoticeKind.NOT_AGREED]
    if not subjects:
        return frozenset()
    return frozenset(session.scalars(select(Schedule.id).where(Schedule.id.in_(subjects))))
