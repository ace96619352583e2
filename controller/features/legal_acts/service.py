"""Writes of legal acts: set by a person, ended by the calendar; what ends leaves the air with its reason."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.accounts.queries import require
from controller.features.airings.cancellation import cancel_airings_of
from controller.features.bulletins.queries import get_bulletin, get_revision, reference_given, usable_bulletin
from controller.features.bulletins.validity import end_of, named
from controller.features.imports.legal_references import Reference
from controller.features.journal.service import record
from controller.features.notices.service import notify
from controller.model.airing_states import OPEN
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import LegalReference
from controller.model.local_time import ZONE
from controller.model.notices import NoticeKind
from controller.model.permissions import Act, Operator, OperatorId
from controller.store import one_write
from devices.ids import AiringId

MOST_AT_ONCE = 50
"""Acts that end in one transaction; on the first of January there may be many."""
_LONGEST_WORD, _LONGEST_ISSUER = 100, 200


@one_write
def set_reference(
    session: Session, bulletin_id: str, reference: Reference, *, by: Operator, now: datetime
) -> list[AiringId]:
    """Say which act a bulletin tells of; airings planned beyond its end are cancelled, and returned.

    An empty reference takes it back. The act is no part of the wording: nothing is approved anew.
    """
    bulletin = usable_bulletin(session, bulletin_id, by, lock=True)
    require(session, by, Act.WRITE, bulletin.area)
    reference = _checked(reference)
    row = session.get(LegalReference, bulletin.id)
    if row is None:
        row = LegalReference(bulletin=bulletin.id)
        session.add(row)
    for name, value in asdict(reference).items():
        setattr(row, name, value)
    row.set_by, row.set_at, row.ended_at = by.id, now, None
    session.flush()
    cancelled = _take_off(session, row, by=by, now=now)
    until = row.in_force_until
    detail = {"number": row.number, "in_force_until": None if until is None else until.isoformat()}
    record(session, by, "bulletin.reference_set", bulletin.id, now, detail=detail)
    return cancelled


@one_write
def name_reference(
    session: Session, bulletin_id: BulletinId, reference: Reference | None, *, by: Operator, now: datetime
) -> None:
    """Name the legal act that a bulletin tells of; None, or what is named already, changes nothing."""
    if reference is None or reference == (reference_given(session, bulletin_id) or Reference()):
        return
    set_reference(session, bulletin_id, reference, by=by, now=now)


def end_acts(session: Session, *, now: datetime) -> list[BulletinId]:
    """Withdraw bulletins whose legal act has ended, and notify their owners; called periodically.

    A missed, late or repeated call changes nothing: each act ends once.
    """
    today = now.astimezone(ZONE).date()
    query = (
        select(LegalReference)
        .where(LegalReference.in_force_until < today, LegalReference.ended_at.is_(None))
        .order_by(LegalReference.in_force_until, LegalReference.bulletin)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    ended = []
    for row in session.scalars(query).all():
        row.ended_at = now
        owners = _owners(session, row.bulletin)
        cancelled = _take_off(session, row, by=None, now=now)
        _tell(session, row, owners, len(cancelled), now)
        record(session, None, "bulletin.act_ended", row.bulletin, now, detail={"airings": len(cancelled)})
        ended.append(row.bulletin)
    return ended


def _take_off(session: Session, row: LegalReference, *, by: Operator | None, now: datetime) -> list[AiringId]:
    if row.in_force_until is None:
        return []
    reason = f"{named(row)} hết hiệu lực từ ngày {end_of(row.in_force_until):%d/%m/%Y}."
    since = end_of(row.in_force_until)
    return cancel_airings_of(session, row.bulletin, reason=reason, by=by, now=now, since=since)


def _owners(session: Session, bulletin_id: BulletinId) -> set[OperatorId]:
    """Return who wrote the bulletin or its newest wording, and who planned what was still to be heard."""
    bulletin = get_bulletin(session, bulletin_id)
    planners = (
        select(Airing.created_by).where(Airing.bulletin == bulletin_id, Airing.state.in_(OPEN)).distinct()
    )
    return {
        bulletin.author,
        get_revision(session, bulletin_id, bulletin.revision).author,
        *session.scalars(planners),
    }


def _tell(
    session: Session, row: LegalReference, owners: set[OperatorId], cancelled: int, now: datetime
) -> None:
    title = get_bulletin(session, row.bulletin).title
    off = f" {cancelled} lượt phát đã hủy." if cancelled else ""
    sentence = (
        f"{named(row)} đã hết hiệu lực, nên bản tin «{title}» không phát nữa.{off} "
        "Nếu văn bản được gia hạn, hãy sửa lại thời hạn rồi đặt lịch phát lại."
    )
    notify(session, owners, NoticeKind.ACT_ENDED, row.bulletin, sentence, now=now)


def _checked(reference: Reference) -> Reference:
    """Return it on one line each, empty ones None; BadInput for what is too long or ends before it begins."""
    number, kind = _line(reference.number, _LONGEST_WORD), _line(reference.kind, _LONGEST_WORD)
    begins, ends = reference.in_force_from, reference.in_force_until
    if begins is not None and ends is not None and ends < begins:
        raise BadInput("Ngày hết hiệu lực phải sau ngày có hiệu lực.", code="reference.ends-before-it-begins")
    return Reference(number, kind, _line(reference.issuer, _LONGEST_ISSUER), reference.dated, begins, ends)


def _line(words: str | None, longest: int) -> str | None:
    line = " ".join((words or "").split())
    if len(line) > longest or not (line.isprintable()):
        raise BadInput(
            f"Số hiệu, loại và cơ quan ban hành phải là chữ thường đọc được, không quá {longest} ký tự.",
            code="reference.bad",
        )
    return line or None
