"""What an airing would meet at another time, in words, while a person still holds it; nothing is saved."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.accounts.viewer import Caller
from controller.features.airings.cancellation import parts_of
from controller.features.airings.conflict_check import Asking, check_each_for_conflicts
from controller.features.airings.conflicts import Foresight
from controller.features.airings.page_queries import visible_airing
from controller.features.airings.planning_context import length_of
from controller.features.airings.queries import get_airing, targets_of
from controller.features.airings.service import FURTHEST, SLIP
from controller.features.schedules.conflict_check import check_move_conflicts, requested_of
from controller.features.schedules.occurrence_making import AHEAD
from controller.features.schedules.preview import meeting_words, year_words
from controller.features.schedules.queries import get_occurrence, occurrence_of, visible_schedule
from controller.features.schedules.year_conflicts import AskedRules, conflicts_of_year
from controller.model.bulletin_states import BulletinId
from controller.model.local_time import ZONE
from schedules.recurrence import Once
from schedules.skips import Skips

_IT = "lượt này"


@dataclass(frozen=True, slots=True)
class _HeldAiring:
    """What a person holds, at its new start; `itself`: its schedule, or its airings."""

    asking: Asking
    bulletin: BulletinId
    itself: Collection[str]


def airing_move_words(caller: Caller, airing_id: str, to: datetime) -> list[str]:
    """Return what an airing would meet at another start; nothing if it is free there."""
    with caller.store.read() as session:
        seen = visible_airing(session, caller.scope, airing_id)
        row = occurrence_of(session, seen.id)
        if row is not None:
            return _of_occurrence(session, caller, row.schedule, row.original_at, to)
        airing = get_airing(session, seen.id)
        family = [seen.id, *(part.id for part in parts_of(session, [seen.id]))]
        areas = sorted({area for targets in targets_of(session, family).values() for area in targets})
        patience = airing.latest_start_at - airing.starts_at
        asking = Asking(areas, to, to + patience, airing.grade, airing.volume)
        (found,) = check_each_for_conflicts(session, airing.bulletin, [asking], without=family)
        return _words(session, caller, found, _HeldAiring(asking, airing.bulletin, family))


def occurrence_move_words(caller: Caller, schedule_id: str, original_at: datetime, to: datetime) -> list[str]:
    """Return what an occurrence would meet at another start; nothing if it is free there."""
    with caller.store.read() as session:
        return _of_occurrence(session, caller, schedule_id, original_at, to)


def _of_occurrence(
    session: Session, caller: Caller, schedule_id: str, original_at: datetime, to: datetime
) -> list[str]:
    schedule, areas = visible_schedule(session, caller.by, schedule_id)
    requested = requested_of(schedule, areas)
    made = get_occurrence(session, schedule.id, original_at)
    without = frozenset() if made is None else {made.airing}
    outlook = check_move_conflicts(session, requested, original_at, to, now=caller.now(), without=without)
    asking, found = requested.asking(to), outlook.occurrences[0].foresight
    return _words(session, caller, found, _HeldAiring(asking, schedule.bulletin, {schedule.id}))


def _words(session: Session, caller: Caller, found: Foresight, held: _HeldAiring) -> list[str]:
    now, to = caller.now(), held.asking.starts_at
    if to < now - SLIP:
        return ["Giờ này đã qua."]
    if to > now + FURTHEST:
        return ["Giờ này cách đây hơn một năm."]
    told = [meeting_words(one, found, caller.scope, _IT) for one in found.conflicts]
    if to < now + AHEAD:
        return told
    # no airings are made there yet: the schedules' rules are asked instead
    local = to.astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    rule = Once(at=local.time(), first=local.date())
    length_ms, _ = length_of(session, held.bulletin)
    asked = AskedRules([rule], Skips(), held.asking.areas, held.asking.grade, length_ms)
    named = {one.other for one in found.conflicts if one.other is not None}
    year = conflicts_of_year(session, asked, now=now, without={*held.itself, *named})
    return told + [year_words(one, caller.scope, now, _IT) for one in year.named]
