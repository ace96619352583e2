"""Applies the choice of the person who saves a schedule to its occurrences with conflicts."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from controller.errors import BadInput
from controller.features.airings.conflict_check import facts_of
from controller.features.airings.conflict_messages import against_policy_sentence, meets_others_sentence
from controller.features.airings.conflicts import Meeting
from controller.features.airings.planning import AgainstPolicy, MeetsOthers, area_names, replace_met
from controller.features.schedules.conflict_check import (
    Coming,
    Outlook,
    RequestedSchedule,
    check_move_conflicts,
    check_schedule_conflicts,
    outlook_shown,
)
from controller.model.permissions import Operator
from devices.ids import AiringId
from schedules.recurrence import Recurrence, RuleError, move
from schedules.skips import Skips


def resolved_rule(
    session: Session,
    requested: RequestedSchedule,
    rule: Recurrence,
    skips: Skips,
    meeting: Meeting,
    *,
    by: Operator,
    now: datetime,
) -> Recurrence:
    """Return the rule to save; raise if there is a conflict that was not accepted."""
    if meeting is Meeting.ACCEPT:
        return rule
    outlook = check_schedule_conflicts(session, requested, rule, skips, now=now)
    while meeting is Meeting.REPLACE and replace_others(session, outlook, by=by, now=now):
        outlook = check_schedule_conflicts(session, requested, rule, skips, now=now)
    if meeting is Meeting.AFTER and outlook.meeting:
        rule = after_others(rule, outlook)
        outlook = check_schedule_conflicts(session, requested, rule, skips, now=now)
    refuse(session, outlook, meeting, now=now)
    return rule


def resolved_start(
    session: Session,
    requested: RequestedSchedule,
    original_at: datetime,
    to: datetime,
    *,
    meeting: Meeting,
    by: Operator,
    now: datetime,
    without: Collection[AiringId],
) -> datetime:
    """Return the new start of one occurrence; raise if there is a conflict that was not accepted."""

    def look(at: datetime) -> Outlook:
        return check_move_conflicts(session, requested, original_at, at, now=now, without=without)

    outlook = look(to)
    while meeting is Meeting.REPLACE and replace_others(session, outlook, by=by, now=now):
        outlook = look(to)
    if meeting is Meeting.AFTER and outlook.meeting:
        to = (outlook.meeting[0].foresight.clear_at or to).replace(microsecond=0)
        outlook = look(to)
    refuse(session, outlook, meeting, now=now)
    return to


def refuse(session: Session, outlook: Outlook, meeting: Meeting, *, now: datetime) -> None:
    """Raise AgainstPolicy or MeetsOthers with the outlook in `facts`, unless the choice allows it.

    The first occurrence may never violate a policy: a schedule silent from its first day is a mistake.
    Later ones may, if that was accepted: each is checked again when it is delivered.
    """
    is_first = bool(outlook.occurrences) and outlook.occurrences[0].is_forbidden
    if is_first or meeting is not Meeting.ACCEPT:
        refuse_forbidden(session, outlook, now=now)
    met = [one for one in outlook.occurrences if one.foresight.others]
    if met and meeting is not Meeting.ACCEPT:
        raise MeetsOthers(_met(session, met, outlook, now), facts=facts_of(outlook_shown(outlook)))


def refuse_forbidden(session: Session, outlook: Outlook, *, now: datetime) -> None:
    """Raise AgainstPolicy if policies leave any of the occurrences no start at which it could play whole."""
    forbidden = [one for one in outlook.occurrences if one.is_forbidden]
    if forbidden:
        raise AgainstPolicy(
            _forbidden(session, forbidden, outlook, now), facts=facts_of(outlook_shown(outlook))
        )


def after_others(rule: Recurrence, outlook: Outlook) -> Recurrence:
    """Return the rule with each conflicting occurrence moved to its first free start of that day.

    An occurrence without a free start is not moved. BadInput if two would start at the same instant.
    """
    for one in outlook.meeting:
        clear = one.foresight.clear_at
        if clear is None or clear == one.starts_at:
            continue
        try:
            rule = move(rule, one.original_at, clear.replace(microsecond=0))
        except RuleError as error:
            raise BadInput(
                "Có hai lần phát cùng dời về một giờ. Hãy chọn giờ khác cho lịch này.", code="schedule.taken"
            ) from error
    return rule


def replace_others(session: Session, outlook: Outlook, *, by: Operator, now: datetime) -> bool:
    """Cancel the conflicting airings except emergencies; return whether anything was cancelled."""
    return replace_met(session, [one.foresight for one in outlook.meeting], by=by, now=now)


def _forbidden(session: Session, forbidden: Sequence[Coming], outlook: Outlook, now: datetime) -> str:
    first = forbidden[0]
    sentence = against_policy_sentence(
        first.foresight.against_policy, first.starts_at, first.foresight.clear_at, area_names(session), now
    )
    return _of(len(forbidden), outlook) + sentence


def _met(session: Session, met: Sequence[Coming], outlook: Outlook, now: datetime) -> str:
    first = met[0].foresight
    sentence = meets_others_sentence(first.others, first.titles, first.clear_at, area_names(session), now)
    return _of(len(met), outlook) + sentence


def _of(count: int, outlook: Outlook) -> str:
    total = len(outlook.occurrences)
    if total == 1:
        return ""
    return f"Trong {total} lần phát của hai tuần tới có {count} lần bị vướng. Lần đầu: "
