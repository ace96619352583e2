"""What follows when a drill is judged: people are told, and the next one is planned."""

import calendar
from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from controller.errors import LoaError
from controller.features.accounts.queries import get_operator, nearest_of, people_who_may
from controller.features.airings.planning import BroadcastRequest
from controller.features.airings.queries import targets_of
from controller.features.airings.split import parts_with
from controller.features.areas.queries import area_tree
from controller.features.drills.queries import Tally, compared_with, tally, total
from controller.features.drills.service import criteria_of, plan_drill
from controller.features.journal.service import record
from controller.features.notices.service import notify
from controller.http.words import day, day_and_clock, lower_first
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.model.drill_states import CAUSE_WORDS
from controller.model.drills import Drill
from controller.model.local_time import ZONE
from controller.model.notices import NoticeKind
from controller.model.permissions import Act
from devices.ids import AreaCode

_MOST_CAUSES = 4
"""Causes that a notice names; the scoreboard has all."""


def follow_up(session: Session, drill: Drill, *, now: datetime) -> None:
    """Tell who planned it and who mends loudspeakers there; plan the next one if it is repeated."""
    counts = total(tally(session, drill, compared_with(session, drill)))
    heard = {"counted": counts.counted, "heard": counts.heard}
    areas = _areas(session, drill)
    planned = _plan_next(session, drill, areas, now)
    record(session, None, "drill.judged", drill.id, now, detail=heard)
    if session.get_one(Airing, drill.airing).state is AiringState.CANCELLED and not counts.heard:
        return  # a person called it off, and knows
    sentence = " ".join([*_sentences(drill, counts), *planned])
    technicians = nearest_of(session, people_who_may(session, Act.ENROL, areas))
    notify(session, {drill.created_by} | technicians, NoticeKind.DRILL_JUDGED, drill.id, sentence, now=now)


def _sentences(drill: Drill, counts: Tally) -> Iterator[str]:
    yield f"«{drill.name}»: {counts.heard}/{counts.counted} cụm loa đạt."
    causes = [f"{lower_first(CAUSE_WORDS[cause])} {count}" for cause, count in counts.causes.most_common()]
    if causes:
        more = "; …" if len(causes) > _MOST_CAUSES else ""
        yield f"Không đạt: {'; '.join(causes[:_MOST_CAUSES])}{more}."
    if counts.before_counted:
        yield (
            f"So với lần trước: {counts.better} cụm tốt lên, {counts.worse} cụm kém đi, "
            f"{counts.again} cụm hai lần liền không đạt."
        )


def _areas(session: Session, drill: Drill) -> tuple[AreaCode, ...]:
    targets = targets_of(session, parts_with(session, drill.airing))
    return area_tree(session).outermost(area for areas in targets.values() for area in areas)


def _plan_next(session: Session, drill: Drill, areas: Collection[AreaCode], now: datetime) -> Iterator[str]:
    """Plan the drill that follows, and say when it is; where it cannot be planned, say why."""
    if drill.every_months is None:
        return
    airing = session.get_one(Airing, drill.airing)
    day_of_month = _day_of_month(session, drill)
    starts_at = months_later(airing.asked_at, drill.every_months, day_of_month)
    while starts_at <= now:  # the station was off for months
        starts_at = months_later(starts_at, drill.every_months, day_of_month)
    broadcast = BroadcastRequest(areas, starts_at, grade=airing.grade, volume=airing.volume)
    planner = get_operator(session, drill.created_by)
    try:
        with session.begin_nested():
            plan_drill(
                session,
                drill.name,
                broadcast,
                criteria_of(drill),
                by=planner,
                now=now,
                bulletin=airing.bulletin,
                every_months=drill.every_months,
                repeats=drill.id,
            )
    except LoaError as error:
        yield f"Chưa đặt được lần sau ({day(starts_at)}): {error.sentence}"
    else:
        yield f"Lần sau: {day_and_clock(starts_at, now)}."


def _day_of_month(session: Session, drill: Drill) -> int:
    """Return the day to go on with: of a drill, or of one before it where a month was too short for that."""
    day_of_month = 0
    while True:
        local = session.get_one(Airing, drill.airing).asked_at.astimezone(ZONE)
        day_of_month = max(day_of_month, local.day)
        if drill.repeats is None or local.day < _days_in(local.year, local.month):
            return day_of_month
        drill = session.get_one(Drill, drill.repeats)


def months_later(at: datetime, months: int, day_of_month: int) -> datetime:
    """Return the same time of day on that day so many months later, or on the last of a month without it."""
    local = at.astimezone(ZONE)
    years, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + years, month + 1
    return local.replace(year=year, month=month, day=min(day_of_month, _days_in(year, month))).astimezone(UTC)


def _days_in(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
