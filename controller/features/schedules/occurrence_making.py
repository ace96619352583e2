"""Makes airings of schedules 14 days ahead, each exactly once, and updates them when schedules change.

It compares the occurrences of the rules in that period with the existing airings. So after any event (a lost
or repeated beat, a crash, a moved occurrence, a changed day off, a database from yesterday), the next
comparison ends in the same state.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from controller.errors import LoaError
from controller.features.accounts.queries import get_operator
from controller.features.airings.cancellation import parts_of
from controller.features.airings.service import check_targets
from controller.features.areas.queries import area_tree
from controller.features.bulletins.validity import ends_of
from controller.features.journal.service import record
from controller.features.schedules.queries import (
    LOOKED_AHEAD,
    due_schedules,
    next_occurrences,
    occurrences_of,
    own_days,
    targets_of_schedules,
)
from controller.model.airing_states import AiringEvent, AiringState
from controller.model.airing_states import after as airing_after
from controller.model.airings import Airing, Target
from controller.model.area_tree import AreaTree
from controller.model.bulletin_states import BulletinId, BulletinState
from controller.model.bulletins import Bulletin
from controller.model.local_time import wall
from controller.model.new_ids import new_id
from controller.model.permissions import Operator, OperatorId
from controller.model.schedule_states import ScheduleAction, ScheduleId, after
from controller.model.schedules import Occurrence, Schedule
from devices.ids import AiringId, AreaCode, Grade
from schedules.icalendar import from_text
from schedules.recurrence import RuleError, is_over, start_of, wall_of
from schedules.skips import OwnDays, why_skipped

AHEAD = timedelta(days=14)
"""Occurrences are made two weeks ahead: an officer sees them, and days without the station lose none."""

MOST_AT_ONCE = 50
"""Schedules of one transaction: a tenth of a second or so, so that an emergency never waits for it."""

_ONE_MORE = timedelta(days=8)
"""Looked through beyond the stretch for the first occurrence after it: most rules have one within a week."""

_TO_TAKE_BACK = (AiringState.PLANNED, AiringState.DELIVERING)
"""An airing that nobody has begun to hear can be taken back; one that sounds is a person's affair."""

CHANGED = "Lịch phát đã thay đổi."
WITHDRAWN = "Bản tin đã bị rút."
ACT_ENDED = "Văn bản pháp luật của bản tin đã hết hiệu lực."


@dataclass(slots=True)
class OccurrencesMade:
    """Result of a beat: the airings that it made, and the number of schedules that it checked."""

    airings: list[AiringId] = field(default_factory=list)
    schedules: int = 0

    @property
    def is_all(self) -> bool:
        """Whether nothing was left for the next beat."""
        return self.schedules < MOST_AT_ONCE


@dataclass(slots=True)
class _Comparison:
    session: Session
    now: datetime
    until: datetime
    tree: AreaTree
    own: OwnDays
    targets: dict[ScheduleId, tuple[AreaCode, ...]]
    ends: dict[BulletinId, datetime]
    """When the legal acts of bulletins hold no more: nothing is made from then on."""
    rows: list[dict[str, object]] = field(default_factory=list)
    dated: list[dict[str, object]] = field(default_factory=list)
    aimed: list[dict[str, object]] = field(default_factory=list)
    made: dict[ScheduleId, int] = field(default_factory=lambda: defaultdict(int))
    taken_back: list[tuple[AiringId, str]] = field(default_factory=list)


def make_occurrences(session: Session, *, now: datetime, until: datetime | None = None) -> OccurrencesMade:
    """Make the due airings of a bounded number of schedules; past occurrences are not made.

    A schedule whose bulletin was withdrawn, or whose maker may no longer air there, ends.
    """
    until = until or now + AHEAD
    due = due_schedules(session, until, MOST_AT_ONCE)
    if not due:
        return OccurrencesMade()
    going_on = []
    for schedule, refused in _judged(session, due, now):
        if refused is None:
            going_on.append(schedule)
        else:
            finish(session, schedule, None, now, refused)
    airings = keep_current(session, going_on, now=now, until=until)
    return OccurrencesMade(airings, len(due))


def keep_current(
    session: Session,
    schedules: Sequence[Schedule],
    *,
    now: datetime,
    until: datetime | None = None,
    by: Operator | None = None,
) -> list[AiringId]:
    """Make missing airings of the schedules up to an instant; cancel those that the rules no longer name.

    The rows of the schedules are locked by the caller. Returns the new airings.
    """
    ids = [schedule.id for schedule in schedules]
    at = _Comparison(
        session,
        now,
        until or now + AHEAD,
        area_tree(session),
        own_days(session),
        targets_of_schedules(session, ids),
        ends_of(session, {schedule.bulletin for schedule in schedules}),
    )
    there = _there(session, ids, now)
    for schedule in schedules:
        named = occurrences_of(schedule, at.own, at.now, at.until + _ONE_MORE)
        end = _until(at, schedule)
        wanted = {one.original_at: one.starts_at for one in named if one.starts_at < end}
        coming = next((one.starts_at for one in named if one.starts_at >= at.until), None)
        _compare(at, schedule, wanted, there.get(schedule.id, {}))
        schedule.next_at = coming or _next(schedule, at)
    session.flush()
    _take_back(at)
    _insert(at)
    _note(at, by)
    return [AiringId(str(row["id"])) for row in at.rows]


def finish(
    session: Session, schedule: Schedule, by: Operator | None, now: datetime, reason: str | None = None
) -> None:
    """Stop a schedule from making airings; those already made stay."""
    schedule.state = after(schedule.state, ScheduleAction.END)
    schedule.ended_at = now
    schedule.next_at = None
    record(session, by, "schedule.ended", schedule.id, now, detail={"reason": reason} if reason else None)


def _judged(
    session: Session, due: Sequence[Schedule], now: datetime
) -> Iterator[tuple[Schedule, str | None]]:
    """Yield each schedule with the reason it must end, or None; each maker is checked only once."""
    tree = area_tree(session)
    targets = targets_of_schedules(session, [schedule.id for schedule in due])
    bulletins = {schedule.bulletin for schedule in due}
    query = select(Bulletin.id).where(Bulletin.id.in_(bulletins), Bulletin.state == BulletinState.WITHDRAWN)
    withdrawn = set(session.scalars(query))
    ends = ends_of(session, bulletins)
    groups: dict[tuple[OperatorId, Grade], list[Schedule]] = defaultdict(list)
    for schedule in due:
        groups[schedule.created_by, schedule.grade].append(schedule)
    for (maker, grade), group in groups.items():
        areas = {area for schedule in group for area in targets[schedule.id]}
        all_may = _refusal(session, tree, areas, grade, maker) is None
        for schedule in group:
            if schedule.bulletin in withdrawn:
                yield schedule, WITHDRAWN
            elif ends.get(schedule.bulletin, now) < now:
                yield schedule, ACT_ENDED
            elif all_may:
                yield schedule, None
            else:
                yield schedule, _refusal(session, tree, targets[schedule.id], grade, maker)


def _refusal(
    session: Session, tree: AreaTree, areas: Collection[AreaCode], grade: Grade, maker: OperatorId
) -> str | None:
    """Return why a person may not air there (any more), or None."""
    try:
        check_targets(session, tree, areas, grade, get_operator(session, maker))
    except LoaError as error:
        return error.sentence
    return None


class _There(NamedTuple):
    """An occurrence for which an airing exists."""

    schedule: ScheduleId
    original_at: datetime
    starts_at: datetime
    airing: AiringId
    state: AiringState


def _there(
    session: Session, ids: Sequence[ScheduleId], now: datetime
) -> dict[ScheduleId, dict[datetime, _There]]:
    """Return the future airings made for each schedule, by the original start that the rule gave."""
    found: dict[ScheduleId, dict[datetime, _There]] = defaultdict(dict)
    query = (
        select(
            Occurrence.schedule, Occurrence.original_at, Occurrence.starts_at, Occurrence.airing, Airing.state
        )
        .join(Airing, Airing.id == Occurrence.airing)
        .where(Occurrence.schedule.in_(ids), Occurrence.starts_at >= now)
    )
    for fields in session.execute(query):
        one = _There(*fields)
        found[one.schedule][one.original_at] = one
    return found


def _compare(
    at: _Comparison, schedule: Schedule, wanted: dict[datetime, datetime], there: dict[datetime, _There]
) -> None:
    """Cancel airings that are not wanted, plan those that are missing; keyed by the rule's own starts."""
    for one in there.values():
        new_start = wanted.pop(one.original_at, None)
        if new_start == one.starts_at or one.state not in _TO_TAKE_BACK or one.starts_at <= at.now:
            continue
        if new_start is None and one.starts_at >= at.until:
            continue  # beyond the period that is compared
        at.taken_back.append((one.airing, _why(at, schedule, one.original_at)))
        if new_start is not None:
            wanted[one.original_at] = new_start
    for own, starts_at in wanted.items():
        _plan(at, schedule, own, starts_at)


def _until(at: _Comparison, schedule: Schedule) -> datetime:
    return min(at.until, at.ends.get(schedule.bulletin, at.until))


def _why(at: _Comparison, schedule: Schedule, original_at: datetime) -> str:
    """Return in words why the airing of an occurrence is cancelled."""
    rule = from_text(schedule.rule)
    try:
        starts_at = start_of(rule, original_at)
    except RuleError:
        return CHANGED
    if starts_at != original_at:
        return f"Đã dời sang {wall(starts_at)}."
    day = wall_of(rule, original_at).date()
    return why_skipped(day, schedule.skips, at.own) or CHANGED


def _plan(at: _Comparison, schedule: Schedule, original_at: datetime, starts_at: datetime) -> None:
    airing = AiringId(new_id(at.now))
    at.rows.append(
        {
            "id": airing,
            "bulletin": schedule.bulletin,
            "schedule": schedule.id,
            "state": AiringState.PLANNED,
            "grade": schedule.grade,
            "volume": schedule.volume,
            "asked_at": starts_at,
            "starts_at": starts_at,
            "latest_start_at": starts_at + timedelta(seconds=schedule.latest_after_s),
            "created_by": schedule.created_by,
            "created_at": at.now,
        }
    )
    at.dated.append(
        {"schedule": schedule.id, "original_at": original_at, "starts_at": starts_at, "airing": airing}
    )
    at.aimed += [{"airing": airing, "area": area, "starts_at": starts_at} for area in at.targets[schedule.id]]
    at.made[schedule.id] += 1


def _insert(at: _Comparison) -> None:
    """Write all new airings with their targets and occurrences, in three statements.

    Their deliveries are written when they enter the plans: two weeks ahead they would be millions of rows,
    for nodes that may be retired by then.
    """
    if not at.rows:
        return
    connection = at.session.connection()
    connection.execute(insert(Airing), at.rows)
    connection.execute(insert(Target), at.aimed)
    connection.execute(insert(Occurrence), at.dated)


def _take_back(at: _Comparison) -> None:
    """Cancel the airings of occurrences that the rule no longer names, and delete the occurrence rows."""
    reasons = dict(at.taken_back)
    if not reasons:
        return
    for part in parts_of(at.session, list(reasons)):
        at.taken_back.append((part.id, reasons[part.linked_to or part.id]))
    reasons = dict(at.taken_back)
    for airing in at.session.scalars(select(Airing).where(Airing.id.in_(reasons)).with_for_update()):
        airing.state = airing_after(airing.state, AiringEvent.CANCEL)
        airing.reason = reasons[airing.id]
        airing.ended_at = at.now
    at.session.execute(delete(Occurrence).where(Occurrence.airing.in_(reasons)))


def _note(at: _Comparison, by: Operator | None) -> None:
    """Write the journal: one entry for each cancelled airing, and one entry for all airings made."""
    for airing_id, reason in at.taken_back:
        record(at.session, by, "airing.cancelled", airing_id, at.now, detail={"reason": reason})
    if at.made:
        subject = next(iter(at.made)) if len(at.made) == 1 else "schedules"
        detail = {"made": dict(at.made), "until": wall(at.until)}
        record(at.session, by, "occurrences.made", subject, at.now, detail=detail)


def _next(schedule: Schedule, at: _Comparison) -> datetime | None:
    """Return the instant before which the schedule needs no new airings; None: it is over."""
    for one in next_occurrences(schedule, at.own, at.until):
        return one.starts_at
    return None if is_over(from_text(schedule.rule), at.until) else at.until + LOOKED_AHEAD
