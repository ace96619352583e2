"""Writes of a commune's yes and no to what is routine and was planned above it; docs/decisions/041."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.accounts.scope import scope_of
from controller.features.airings.consent import standing_in_family
from controller.features.airings.page_queries import visible_airing
from controller.features.airings.precedence import order_airings
from controller.features.airings.queries import get_airing
from controller.features.airings.reopening import reopen_airings
from controller.features.airings.split import root_of
from controller.features.journal.service import record
from controller.features.schedules.queries import standing_of_schedule, visible_schedule
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Answer
from controller.model.base import LONGEST_REASON
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.model.schedule_states import IllegalScheduleTransition, ScheduleState
from controller.store import one_write
from devices.ids import Grade

_OF_AIRING = {True: "airing.agreed", False: "airing.declined"}
_OF_SCHEDULE = {True: "schedule.agreed", False: "schedule.declined"}
_NOT_ASKED = (
    "Lượt phát này không chờ xã của bạn trả lời: chỉ bản tin mức thông thường do cấp trên đặt mới cần "
    "xã đồng ý."
)


@one_write
def answer_airing(
    session: Session, airing_id: str, *, agrees: bool, by: Operator, now: datetime, reason: str = ""
) -> Answer:
    """Say yes or no for the own commune to one airing, until it goes into the plans there; the newest counts.

    Conflict where nobody waits for the commune's word, or it comes too late.
    """
    seen = visible_airing(session, scope_of(session, by), airing_id).id
    airing = get_airing(session, seen, lock=True)
    require(session, by, Act.ANSWER, by.area)
    root = root_of(airing)
    _reopen(session, (Airing.id == root) | (Airing.linked_to == root), now)
    _check_awaited(session, airing, by)
    query = select(Answer).where(Answer.airing == root, Answer.area == by.area)
    row = session.scalars(query.with_for_update()).one_or_none() or Answer(area=by.area, airing=root)
    return _answer(session, row, agrees=agrees, reason=reason, by=by, now=now)


@one_write
def answer_schedule(
    session: Session, schedule_id: str, *, agrees: bool, by: Operator, now: datetime, reason: str = ""
) -> Answer:
    """Say yes or no for the own commune to all occurrences of a schedule that are in no plan there yet."""
    schedule, _ = visible_schedule(session, by, schedule_id, lock=True)
    require(session, by, Act.ANSWER, by.area)
    if schedule.state is not ScheduleState.RUNNING:
        raise IllegalScheduleTransition("Lịch phát này đã kết thúc rồi.")
    standing = standing_of_schedule(session, schedule)
    if by.area not in standing.agreed | standing.silent:
        raise Conflict(_NOT_ASKED, code="airing.not-asked")
    _reopen(session, Airing.schedule == schedule.id, now)
    query = select(Answer).where(Answer.schedule == schedule.id, Answer.area == by.area)
    row = session.scalars(query.with_for_update()).one_or_none()
    row = row or Answer(area=by.area, schedule=schedule.id)
    return _answer(session, row, agrees=agrees, reason=reason, by=by, now=now)


@one_write
def order_visible(session: Session, first: str, then: str, *, by: Operator, now: datetime) -> Airing:
    """Put one of two priority airings that the person sees right after the other; return it."""
    scope = scope_of(session, by)
    before, after = (visible_airing(session, scope, name).id for name in (first, then))
    return order_airings(session, before, after, by=by, now=now)


def keep_answers(session: Session, of: Airing, airing: Airing, *, now: datetime) -> None:
    """Have what communes said of an airing, or of its schedule, hold for another that stands in for it."""
    meant = Answer.airing == root_of(of)
    if of.schedule is not None:
        meant |= Answer.schedule == of.schedule
    newest = {row.area: row for row in session.scalars(select(Answer).where(meant).order_by(Answer.at))}
    for row in newest.values():
        kept = Answer(id=new_id(now), airing=airing.id, area=row.area, agrees=row.agrees, reason=row.reason)
        kept.by, kept.at = row.by, row.at
        session.add(kept)


def _reopen(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    """Take what starts hours later out of the plans: it goes in again as communes have answered."""
    reopen_airings(session, which & (Airing.grade == Grade.ROUTINE) & Airing.node.is_(None), now)


def _check_awaited(session: Session, airing: Airing, by: Operator) -> None:
    """Raise Conflict unless the airing, or a part of it, waits for this person's commune."""
    found = standing_in_family(session, airing, lock=True).values()
    if any(by.area in one.agreed | one.silent for one in found):
        return
    if airing.grade is Grade.ROUTINE and airing.state is not AiringState.PLANNED:
        raise Conflict(
            "Đã quá giờ trả lời: lượt phát này đã gửi tới loa của xã, đã phát hoặc đã kết thúc. Nếu loa đang "
            "phát và cần dừng, hãy báo cho người đặt.",
            code="airing.answer-too-late",
        )
    raise Conflict(_NOT_ASKED, code="airing.not-asked")


def _answer(
    session: Session, row: Answer, *, agrees: bool, reason: str, by: Operator, now: datetime
) -> Answer:
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON:
        raise BadInput("Lý do dài quá 1000 ký tự.", code="answer.reason")
    row.id = row.id or new_id(now)
    row.agrees, row.reason, row.by, row.at = agrees, reason, by.id, now
    session.add(row)
    session.flush()
    detail = {"area": row.area, "reason": reason}
    if row.airing is not None:
        record(session, by, _OF_AIRING[agrees], row.airing, now, detail=detail)
    elif row.schedule is not None:
        record(session, by, _OF_SCHEDULE[agrees], row.schedule, now, detail=detail)
    return row
