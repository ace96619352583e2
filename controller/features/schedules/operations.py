"""What pages and JSON both do with times of airings: one transaction each, then the station is woken."""

from datetime import datetime

from controller.features.accounts.viewer import Viewer
from controller.features.airings.conflicts import Meeting
from controller.features.airings.page_queries import seen_airing
from controller.features.airings.planning import move_airing
from controller.features.schedules.queries import airing_of_moved, occurrence_of, seen_schedule
from controller.features.schedules.service import change_schedule, move_occurrence
from controller.http.station import Station
from devices.ids import AiringId
from schedules.recurrence import Recurrence
from schedules.skips import Skips


def move(
    station: Station, viewer: Viewer, airing_id: str, to: datetime, meeting: Meeting | None = None
) -> AiringId | None:
    """Move the airing, or the occurrence that it was made for; return the airing that stands for it now.

    Without `meeting`, an airing that would meet others is refused; an occurrence is moved as its grade says.
    """
    by, now = viewer.operator, station.now()
    with station.store.write() as session:
        airing = seen_airing(session, viewer.scope, airing_id).id
        row = occurrence_of(session, airing)
        if row is None:
            new: AiringId | None = move_airing(
                session, airing, to=to, by=by, now=now, meeting=meeting or Meeting.REFUSE
            ).id
        else:
            schedule, original_at = row.schedule, row.original_at
            move_occurrence(
                session, schedule, original_at, to=to, by=by, now=now, meeting=meeting or Meeting.ACCEPT
            )
            new = airing_of_moved(session, schedule, original_at)
    station.wake()
    return new


def change(
    station: Station,
    viewer: Viewer,
    schedule_id: str,
    rule: Recurrence,
    skips: Skips,
    *,
    based_on: str | None = None,
) -> None:
    """Give a schedule another rule; Newer where it has another one than `based_on` by now."""
    with station.store.write() as session:
        row = seen_schedule(session, viewer.scope, schedule_id)
        change_schedule(
            session, row.id, rule=rule, skips=skips, by=viewer.operator, now=station.now(), based_on=based_on
        )
    station.wake()
