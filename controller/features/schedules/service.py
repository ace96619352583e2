"""Writes of schedules: creating, changing single occurrences, ending."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.accounts.scope import scope_of
from controller.features.airings.cancellation import cancel_airing, cancel_airings_of
from controller.features.airings.conflicts import Meeting
from controller.features.airings.consent import forget_answers
from controller.features.airings.page_queries import visible_airing
from controller.features.airings.planning import check_policies, move_airing
from controller.features.airings.queries import get_airing
from controller.features.airings.service import FURTHEST, SLIP, check_sound, check_targets
from controller.features.airings.timing import LATEST_AFTER
from controller.features.areas.queries import area_tree
from controller.features.bulletins.queries import usable_bulletin
from controller.features.bulletins.validity import check_in_force
from controller.features.journal.service import record
from controller.features.schedules.conflict_check import (
    RequestedSchedule,
    check_schedule_conflicts,
    requested_of,
)
from controller.features.schedules.conflict_choices import refuse_forbidden, resolved_rule, resolved_start
from controller.features.schedules.occurrence_making import finish, keep_current
from controller.features.schedules.queries import (
    airing_of_moved,
    airings_to_come,
    dated_without_skips,
    get_occurrence,
    occurrence_of,
    own_days,
    version_of_schedule,
    visible_schedule,
)
from controller.model.airing_states import OPEN
from controller.model.airings import DEFAULT_VOLUME
from controller.model.base import LONGEST_REASON
from controller.model.local_time import wall
from controller.model.new_ids import new_id
from controller.model.permissions import Act, Operator
from controller.model.row_versions import check_version
from controller.model.schedule_states import IllegalScheduleTransition, ScheduleId, ScheduleState
from controller.model.schedules import Occurrence, Schedule, ScheduleTarget
from controller.store import one_write
from devices.ids import AiringId, AreaCode, Grade
from schedules.icalendar import from_text, to_text
from schedules.recurrence import Recurrence, RuleError, cancel, carry, move, occurrences, start_of
from schedules.skips import Skips

CANCELLED = "Lần phát này đã bị hủy."
_NO_SKIPS = Skips()


@one_write
def schedule_each(
    session: Session,
    /,
    bulletin_id: str,
    rules: Sequence[Recurrence],
    *,
    by: Operator,
    now: datetime,
    **how: Any,
) -> list[Schedule]:
    """Make a schedule for each rule: all of them, or none; `how`: as in `schedule_bulletin`."""
    return [schedule_bulletin(session, bulletin_id, rule=rule, by=by, now=now, **how) for rule in rules]


def schedule_bulletin(
    session: Session,
    bulletin_id: str,
    *,
    areas: Collection[AreaCode],
    rule: Recurrence,
    by: Operator,
    now: datetime,
    skips: Skips = _NO_SKIPS,
    grade: Grade = Grade.ROUTINE,
    volume: int = DEFAULT_VOLUME,
    latest_after: timedelta | None = None,
    meeting: Meeting = Meeting.ACCEPT,
) -> Schedule:
    """Schedule a bulletin with a recurrence rule; the airings of the next 14 days are made at once.

    `meeting`: what to do with conflicts in the next 14 days: REFUSE raises MeetsOthers with the outlook,
    AFTER moves the occurrences, REPLACE cancels the others, ACCEPT lets the grades decide. If policies forbid
    the first occurrence, the schedule is always refused; later ones are checked when they are delivered.
    """
    bulletin = usable_bulletin(session, bulletin_id, by)
    tree = area_tree(session)
    check_targets(session, tree, areas, grade, by)
    check_sound(session, bulletin, areas, grade, volume)
    first = _first_start(session, rule, skips, now)
    check_in_force(session, bulletin.id, first)
    patience = latest_after or LATEST_AFTER[grade]
    requested = RequestedSchedule(bulletin.id, areas, patience, grade, volume)
    check_policies(session, bulletin.id, requested.asking(first), now=now)
    rule = resolved_rule(session, requested, rule, skips, meeting, by=by, now=now)
    schedule = _row_of(requested, rule, skips, by, now)
    _lay_down(session, schedule, tree.outermost(areas), by, now)
    return schedule


def _row_of(
    requested: RequestedSchedule, rule: Recurrence, skips: Skips, by: Operator, now: datetime
) -> Schedule:
    return Schedule(
        id=ScheduleId(new_id(now)),
        bulletin=requested.bulletin,
        state=ScheduleState.RUNNING,
        rule=to_text(rule),
        latest_after_s=int(requested.latest_after.total_seconds()),
        grade=requested.grade,
        volume=requested.volume,
        created_by=by.id,
        created_at=now,
        next_at=now,
        **_columns(skips),
    )


def _first_start(session: Session, rule: Recurrence, skips: Skips, now: datetime) -> datetime:
    coming = dated_without_skips(rule, skips, own_days(session), now, now + FURTHEST)
    if not coming:
        raise BadInput("Lịch phát này không có lần nào trong một năm tới.", code="schedule.never")
    return min(one.starts_at for one in coming)


def _lay_down(
    session: Session, schedule: Schedule, areas: Collection[AreaCode], by: Operator, now: datetime
) -> None:
    session.add(schedule)
    session.flush()
    session.execute(insert(ScheduleTarget), [{"schedule": schedule.id, "area": area} for area in areas])
    detail = {
        "bulletin": schedule.bulletin,
        "rule": schedule.rule,
        "areas": list(areas),
        **_columns(schedule.skips),
    }
    keep_current(session, [schedule], now=now, by=by)
    record(session, by, "schedule.made", schedule.id, now, detail=detail)


@one_write
def change_schedule(
    session: Session,
    schedule_id: str,
    *,
    rule: Recurrence,
    skips: Skips = _NO_SKIPS,
    by: Operator,
    now: datetime,
    based_on: str | None = None,
) -> None:
    """Change the rule of a running schedule: cancel occurrences it no longer has, make the new ones.

    Occurrences added, moved and cancelled by hand stay on the days that the new rule still has. If policies
    forbid any occurrence of the next 14 days, raises AgainstPolicy with the outlook in `facts`. The communes'
    consent to the schedule becomes void: they are asked again. `based_on`: the version that was changed
    (`version_of_schedule`); Newer if it has another rule by now.
    """
    schedule, areas = visible_schedule(session, by, schedule_id, lock=True)
    check_targets(session, area_tree(session), areas, schedule.grade, by)
    before = _running(schedule)
    check_version(based_on, version_of_schedule(schedule), what="lịch phát", code="schedule.newer")
    rule = carry(before, rule)
    _first_start(session, rule, skips, now)
    now_has = airings_to_come(session, schedule.id, now)
    outlook = check_schedule_conflicts(
        session, requested_of(schedule, areas), rule, skips, now=now, without=now_has
    )
    refuse_forbidden(session, outlook, now=now)
    schedule.rule = to_text(rule)
    for name, value in _columns(skips).items():
        setattr(schedule, name, value)
    forgotten = forget_answers(session, schedule.id)  # communes agreed to other times
    detail = {"rule": schedule.rule, "answers_void": forgotten, **_columns(skips)}
    keep_current(session, [schedule], now=now, by=by)
    record(session, by, "schedule.changed", schedule_id, now, detail=detail)


@one_write
def end_schedule(
    session: Session, schedule_id: str, *, by: Operator, now: datetime, reason: str = ""
) -> None:
    """End a schedule and stop its remaining airings."""
    schedule, areas = visible_schedule(session, by, schedule_id, lock=True)
    require(session, by, Act.STOP, *areas)
    reason = reason.strip()[:LONGEST_REASON] or "Lịch phát đã kết thúc."
    finish(session, schedule, by, now, reason)
    cancel_airings_of(session, schedule.bulletin, reason=reason, by=by, now=now, schedule=schedule.id)


@one_write
def cancel_occurrence(
    session: Session,
    schedule_id: str,
    original_at: datetime,
    *,
    by: Operator,
    now: datetime,
    reason: str = "",
) -> None:
    """Cancel one occurrence of a schedule, whether its airing is made yet or not; the others stay."""
    schedule, areas = visible_schedule(session, by, schedule_id, lock=True)
    rule = _running(schedule)
    require(session, by, Act.STOP, *areas)
    row = _still_to_come(session, schedule, rule, original_at, now, sounding=True)
    reason = reason.strip()[:LONGEST_REASON] or CANCELLED
    with _in_words():
        schedule.rule = to_text(cancel(rule, original_at))
    if row is not None:
        cancel_airing(session, row.airing, by=by, now=now, reason=reason)
        session.delete(row)
        session.flush()
    detail = {"original_at": wall(original_at), "reason": reason}
    record(session, by, "schedule.occurrence_cancelled", schedule_id, now, detail=detail)


@one_write
def move_occurrence(
    session: Session,
    schedule_id: str,
    original_at: datetime,
    *,
    to: datetime,
    by: Operator,
    now: datetime,
    meeting: Meeting = Meeting.ACCEPT,
) -> None:
    """Move one occurrence to another start; its original start undoes an earlier move.

    Days off are not checked: the person has chosen the day. The airing is cancelled and planned again.
    `meeting`: as for `schedule_bulletin`, for conflicts at the new start.
    """
    schedule, areas = visible_schedule(session, by, schedule_id, lock=True)
    check_targets(session, area_tree(session), areas, schedule.grade, by)
    rule = _running(schedule)
    if to < now - SLIP:
        raise BadInput(f"Giờ phát {wall(to)} đã qua.", code="airing.start-in-past")
    if to > now + FURTHEST:
        raise BadInput("Giờ phát cách đây hơn một năm. Hãy kiểm tra lại ngày.", code="airing.too-far")
    row = _still_to_come(session, schedule, rule, original_at, now, sounding=False)
    to = to.replace(microsecond=0)
    if _moved(rule, original_at, to) == rule:
        return
    now_has = frozenset() if row is None else frozenset({row.airing})
    requested = requested_of(schedule, areas)
    to = resolved_start(session, requested, original_at, to, meeting=meeting, by=by, now=now, without=now_has)
    moved = _moved(rule, original_at, to)
    check_in_force(session, schedule.bulletin, to)
    schedule.rule = to_text(moved)
    detail = {"original_at": wall(original_at), "to": wall(to)}
    keep_current(session, [schedule], now=now, by=by)
    record(session, by, "schedule.occurrence_moved", schedule_id, now, detail=detail)


@one_write
def move_one(
    session: Session,
    airing_id: str,
    *,
    to: datetime,
    by: Operator,
    now: datetime,
    meeting: Meeting | None = None,
) -> AiringId | None:
    """Move the airing, or the occurrence that it was made for; return the airing that stands for it now.

    Without `meeting`, an airing that would meet others is refused; an occurrence is moved as its grade says.
    """
    airing = visible_airing(session, scope_of(session, by), airing_id).id
    row = occurrence_of(session, airing)
    if row is None:
        alone = meeting or Meeting.REFUSE
        return move_airing(session, airing, to=to, by=by, now=now, meeting=alone).id
    schedule, original_at, meeting = row.schedule, row.original_at, meeting or Meeting.ACCEPT
    move_occurrence(session, schedule, original_at, to=to, by=by, now=now, meeting=meeting)
    return airing_of_moved(session, schedule, original_at)


def _moved(rule: Recurrence, original_at: datetime, to: datetime) -> Recurrence:
    """Return the rule with one occurrence moved; Conflict if another of its occurrences has that start."""
    with _in_words():
        others, moved = cancel(rule, original_at), move(rule, original_at, to)
    if occurrences(others, to, to + timedelta(seconds=1)):
        raise Conflict("Lịch này đã có một lần phát vào đúng giờ đó.", code="schedule.taken")
    return moved


def _running(schedule: Schedule) -> Recurrence:
    if schedule.state is not ScheduleState.RUNNING:
        raise IllegalScheduleTransition("Lịch phát này đã kết thúc rồi.")
    return from_text(schedule.rule)


def _still_to_come(
    session: Session,
    schedule: Schedule,
    rule: Recurrence,
    original_at: datetime,
    now: datetime,
    *,
    sounding: bool,
) -> Occurrence | None:
    """Return the row of an occurrence that may still be changed, or None if it is not made yet.

    BadInput if the schedule has no such occurrence; Conflict if it is over, or began and `sounding` is False.
    """
    with _in_words():
        starts_at = start_of(rule, original_at)
    row = get_occurrence(session, schedule.id, original_at)
    if row is None:
        if starts_at <= now:
            raise Conflict("Lần phát này đã qua.", code="schedule.occurrence-over")
        return None
    state = get_airing(session, row.airing, lock=True).state
    if state not in OPEN or (row.starts_at <= now and not sounding):
        raise Conflict("Lần phát này đã tới giờ hoặc đã xong.", code="schedule.occurrence-over")
    return row


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn rule errors (no such occurrence, change not possible) into errors in the user's words."""
    try:
        yield
    except RuleError as error:
        raise BadInput(
            "Lịch phát này không có lần phát nào vào giờ đó, hoặc lần đó đã bị hủy.",
            code="schedule.no-occurrence",
        ) from error


def _columns(skips: Skips) -> dict[str, Any]:
    """Return the columns that hold the days that a schedule skips."""
    only, never = (",".join(map(str, sorted(days))) for days in (skips.only_lunar, skips.never_lunar))
    return {"days_off": skips.days_off, "only_lunar": only, "never_lunar": never}
