"""Until when a bulletin may be aired: not longer than its legal act is in force."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import Bulletin, LegalReference, ProgrammeItem
from controller.model.local_time import ZONE


class BeyondValidity(Conflict):
    """The bulletin's legal act no longer holds at the start that was asked for."""

    code = "airing.beyond-validity"


def end_of(last_day: date) -> datetime:
    """Return the first instant at which an act is no longer in force, from its last day; pure."""
    return datetime.combine(last_day + timedelta(days=1), time(), ZONE)


def ends_of(session: Session, bulletins: Collection[BulletinId]) -> dict[BulletinId, datetime]:
    """Return, for the bulletins whose act has an end, the first instant after that end.

    A variant has the act of its bulletin, a programme the acts of all bulletins that it holds.
    """
    return {
        bulletin: end_of(reference.in_force_until)
        for bulletin, reference in _first_to_end(session, bulletins).items()
        if reference.in_force_until is not None
    }


def check_in_force(session: Session, bulletin_id: BulletinId, starts_at: datetime) -> None:
    """Raise BeyondValidity if the bulletin's act is no longer in force at that start."""
    reference = _first_to_end(session, [bulletin_id]).get(bulletin_id)
    if reference is None or reference.in_force_until is None:
        return
    last = reference.in_force_until
    if starts_at >= end_of(last):
        raise BeyondValidity(
            f"{named(reference)} chỉ có hiệu lực đến hết ngày {last:%d/%m/%Y} nên không đặt phát sau ngày đó "
            "được. Hãy chọn ngày sớm hơn, hoặc sửa lại thời hạn của văn bản nếu đã được gia hạn.",
            facts={"in_force_until": last.isoformat()},
        )


def _first_to_end(session: Session, bulletins: Collection[BulletinId]) -> dict[BulletinId, LegalReference]:
    """Return, for each bulletin with an act that has an end, the act that ends first."""
    held = (ProgrammeItem.bulletin == Bulletin.id) & (ProgrammeItem.revision == Bulletin.revision)
    origin = func.coalesce(Bulletin.variant_of, Bulletin.id)
    query = (
        select(Bulletin.id, LegalReference)
        .outerjoin(ProgrammeItem, held & ProgrammeItem.item.is_not(None))
        .join(LegalReference, LegalReference.bulletin.in_([origin, ProgrammeItem.item]))
        .where(Bulletin.id.in_(bulletins), LegalReference.in_force_until.is_not(None))
        .order_by(LegalReference.in_force_until.desc(), LegalReference.bulletin)
    )
    return {bulletin: reference for bulletin, reference in session.execute(query)}  # noqa: C416 - the last counts


def named(reference: LegalReference) -> str:
    """Return the act's usual name: its kind and number."""
    number = f" số {reference.number}" if reference.number else ""
    return f"{reference.kind or 'Văn bản'}{number}"
