"""Writes of prepared recordings: from a built-in text or any bulletin; they go to nodes once approved."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.features.accounts.queries import require
from controller.features.areas.queries import get_area
from controller.features.bulletins.queries import get_revision, usable_bulletin
from controller.features.bulletins.revision_writes import write_revision
from controller.features.bulletins.scope import check_scope
from controller.features.bulletins.service import (
    ask_for_grade,
    draft_bulletin,
    submit_bulletin,
)
from controller.features.emergencies.queries import get_prepared
from controller.features.emergencies.texts import template_named
from controller.features.journal.service import record
from controller.model.bulletin_states import BulletinId, BulletinState, RevisionKind
from controller.model.bulletins import Bulletin
from controller.model.emergencies import Prepared
from controller.model.emergency_states import Kind, PreparedId
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.model.speech import Speech
from devices.ids import AreaCode, Grade

_UNASKED = frozenset({BulletinState.DRAFT, BulletinState.RETURNED})
"""What nobody was asked to approve yet, or not any more: it can still be meant for emergencies."""


def write_from_template(
    session: Session, template: str, area: AreaCode, *, by: Operator, now: datetime, speech: Speech
) -> Prepared:
    """Write a built-in text for an area and submit it; once another person approves it, nodes fetch it."""
    chosen = template_named(template)
    place = get_area(session, area).name
    text = chosen.written_for(place)
    bulletin = draft_bulletin(
        session, title=chosen.title, text=text, by=by, now=now, area=area, test=chosen.kind is Kind.TEST
    )
    row = prepare(session, bulletin.id, chosen.kind, area, by=by, now=now, template=chosen.key)
    submit_bulletin(session, bulletin.id, by=by, now=now, speech=speech)
    return row


def prepare(
    session: Session,
    bulletin_id: BulletinId,
    kind: Kind,
    area: AreaCode,
    *,
    by: Operator,
    now: datetime,
    template: str | None = None,
) -> Prepared:
    """Have the nodes of an area hold a bulletin's recording ready, from its approval on.

    A test is written as a test, and nothing else is: nodes tell them apart by their approvals.
    """
    if get_area(session, area).ended_at is not None:
        raise Conflict(f"Địa bàn {area} đã không còn.", code="area.ended")
    require(session, by, Act.AIR, area)
    bulletin = usable_bulletin(session, bulletin_id, by)
    _check_suits(session, bulletin, kind, area)
    if kind is Kind.ALARM and bulletin.state in _UNASKED:
        _begin_with_alert(session, bulletin, by=by, now=now)
    row = Prepared(
        id=PreparedId(f"keep-{new_id(now)}"),
        kind=kind,
        template=template,
        bulletin=bulletin_id,
        area=area,
        created_by=by.id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    record(session, by, "prepared.added", row.id, now, detail={"bulletin": bulletin_id, "area": area})
    return row


def _begin_with_alert(session: Session, bulletin: Bulletin, *, by: Operator, now: datetime) -> None:
    """Have a draft that is meant as an alarm begin with the alert tone; that is another wording."""
    before = get_revision(session, bulletin.id, bulletin.revision)
    if before.alert or before.kind is RevisionKind.PROGRAMME:
        return
    manner = replace(before.manner, alert=True)
    write_revision(session, bulletin, before.text, by, now, upload=before.upload, manner=manner)


def _check_suits(session: Session, bulletin: Bulletin, kind: Kind, area: AreaCode) -> None:
    """Raise for what cannot be called as this there; a draft is from now on meant for emergencies."""
    if bulletin.test != (kind is Kind.TEST):
        raise Conflict(
            "Bản phát thử phải được soạn là bản thử, và bản thật thì không. Hãy soạn một bản tin riêng.",
            code="emergency.test-mixed",
        )
    if kind is not Kind.ALARM and get_revision(session, bulletin.id, bulletin.revision).alert:
        raise Conflict(
            "Bản tin này mở đầu bằng tín hiệu báo động nên không dùng để báo yên. Hãy soạn bản tin riêng.",
            code="emergency.alert-misused",
        )
    if bulletin.state is BulletinState.WITHDRAWN:
        raise Conflict("Bản tin này đã bị rút nên không soạn sẵn được nữa.", code="bulletin.withdrawn")
    grade = Grade.PRIORITY if kind is Kind.TEST else Grade.EMERGENCY
    if bulletin.state in _UNASKED and grade is Grade.EMERGENCY:
        ask_for_grade(bulletin, grade)
    check_scope(session, bulletin, [area], grade)


def release(session: Session, prepared: PreparedId, *, by: Operator, now: datetime) -> None:
    """Stop holding a recording on nodes; an airing that sounds it goes on to its end."""
    row = get_prepared(session, prepared, lock=True)
    require(session, by, Act.AIR, row.area)
    if row.released_at is not None:
        raise Conflict("Bản ghi này đã thôi được giữ sẵn.", code="emergency.released")
    row.released_at = now
    record(session, by, "prepared.released", prepared, now)
