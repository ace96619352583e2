"""Until when a bulletin may be aired: its legal act holds no longer than it says of itself."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.airings.timing import ZONE
from controller.bulletins.lifecycle import BulletinId
from controller.bulletins.tables import LegalReference
from controller.errors import Conflict


class BeyondValidity(Conflict):
    """The bulletin's legal act no longer holds at the start that was asked for."""

    code = "airing.beyond-validity"


def end_of(last_day: date) -> datetime:
    """Return the first instant at which an act whose last day is given holds no more; pure."""
    return datetime.combine(last_day + timedelta(days=1), time(), ZONE)


def ends_of(session: Session, bulletins: Collection[BulletinId]) -> dict[BulletinId, datetime]:
    """Return, of the bulletins whose act has an end, the first instant at which it holds no more."""
    query = select(LegalReference.bulletin, LegalReference.in_force_until).where(
        LegalReference.bulletin.in_(bulletins), LegalReference.in_force_until.is_not(None)
    )
    return {bulletin: end_of(last) for bulletin, last in session.execute(query) if last is not None}


def check_in_force(session: Session, bulletin_id: BulletinId, starts_at: datetime) -> None:
    """Raise BeyondValidity where the bulletin's act holds no more at that start."""
    reference = session.get(LegalReference, bulletin_id)
    if reference is None or reference.in_force_until is None:
        return
    if starts_at >= end_of(reference.in_force_until):
        last = f"{reference.in_force_until:%d/%m/%Y}"
        raise BeyondValidity(
            f"{named(reference)} chỉ có hiệu lực đến hết ngày {last} nên không đặt phát sau ngày đó được. "
            "Hãy chọn ngày sớm hơn, hoặc sửa lại thời hạn của văn bản nếu đã được gia hạn.",
            facts={"in_force_until": reference.in_force_until.isoformat()},
        )


def named(reference: LegalReference) -> str:
    """Return an act as a person names it: its kind and number."""
    number = f" số {reference.number}" if reference.number else ""
    return f"{reference.kind or 'Văn bản'}{number}"
