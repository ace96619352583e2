"""What pages and JSON both do with schedules: what the person may see, and one transaction each."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from controller.features.accounts.viewer import Caller
from controller.features.airings.conflicts import Meeting
from controller.features.airings.page_queries import visible_airing
from controller.features.airings.planning import move_airing
from controller.features.bulletins.queries import visible_bulletin
from controller.features.schedules import service
from controller.features.schedules.queries import airing_of_moved, occurrence_of, visible_schedule
from controller.http.transactions import writes
from controller.model.airings import DEFAULT_VOLUME
from controller.model.schedule_states import ScheduleId
from controller.store import Session
from devices.ids import AiringId, AreaCode, Grade
from schedules.recurrence import Recurrence
from schedules.skips import Skips


@writes()
def create(
    session: Session,
    caller: Caller,
    bulletin_id: str,
    rules: Sequence[Recurrence],
    *,
    skips: Skips,
    areas: Collection[AreaCode],
    grade: Grade = Grade.ROUTINE,
    volume: int = DEFAULT_VOLUME,
    latest_after: timedelta | None = None,
    meeting: Meeting = Meeting.ACCEPT,
) -> list[ScheduleId]:
    """Make a schedule for each rule: all of them, or none."""
    bulletin = visible_bulletin(session, caller.scope, bulletin_id)
    return [
        service.schedule_bulletin(
            session,
            bulletin.id,
            areas=areas,
            rule=rule,
            skips=skips,
            grade=grade,
            volume=volume,
            latest_after=latest_after,
            meeting=meeting,
            by=caller.by,
            now=caller.now(),
        ).id
        for rule in rules
    ]


@writes()
def change(
    session: Session,
    caller: Caller,
    schedule_id: str,
    rule: Recurrence,
    *,
    skips: Skips,
    based_on: str | None = None,
) -> None:
    """Give a schedule another rule; Newer where it has another one than `based_on` by now."""
    schedule, by = visible_schedule(session, caller.scope, schedule_id).id, caller.by
    service.change_schedule(
        session, schedule, rule=rule, skips=skips, by=by, now=caller.now(), based_on=based_on
    )


@writes(urgent=True)
def end(session: Session, caller: Caller, schedule_id: str, reason: str) -> None:
    """End a schedule; its remaining airings are cancelled."""
    schedule = visible_schedule(session, caller.scope, schedule_id).id
    service.end_schedule(session, schedule, by=caller.by, now=caller.now(), reason=reason)


@writes(urgent=True)
def cancel_occurrence(
    session: Session, caller: Caller, schedule_id: str, original_at: datetime, *, reason: str
) -> None:
    """Cancel one occurrence, planned or playing; the others stay."""
    schedule, by = visible_schedule(session, caller.scope, schedule_id).id, caller.by
    service.cancel_occurrence(session, schedule, original_at, by=by, now=caller.now(), reason=reason)


@writes()
def move_occurrence(
    session: Session,
    caller: Caller,
    schedule_id: str,
    original_at: datetime,
    *,
    to: datetime,
    meeting: Meeting = Meeting.ACCEPT,
) -> None:
    """Move one occurrence to another start; days off are not checked."""
    schedule, by = visible_schedule(session, caller.scope, schedule_id).id, caller.by
    service.move_occurrence(session, schedule, original_at, to=to, by=by, now=caller.now(), meeting=meeting)


@writes()
def move(
    session: Session, caller: Caller, airing_id: str, to: datetime, *, meeting: Meeting | None = None
) -> AiringId | None:
    """Move the airing, or the occurrence that it was made for; return the airing that stands for it now.

    Without `meeting`, an airing that would meet others is refused; an occurrence is moved as its grade says.
    """
    by, now = caller.by, caller.now()
    airing = visible_airing(session, caller.scope, airing_id).id
    row = occurrence_of(session, airing)
    if row is None:
        alone = meeting or Meeting.REFUSE
        return move_airing(session, airing, to=to, by=by, now=now, meeting=alone).id
    schedule, original_at, meeting = row.schedule, row.original_at, meeting or Meeting.ACCEPT
    service.move_occurrence(session, schedule, original_at, to=to, by=by, now=now, meeting=meeting)
    return airing_of_moved(session, schedule, original_at)
