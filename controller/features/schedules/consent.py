"""Consent of communes to all occurrences of a schedule."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.accounts.queries import get_operator
from controller.features.airings.consent import (
    ConsentStanding,
    answering_communes,
    asked_communes,
    standing_of,
)
from controller.features.areas.queries import area_tree
from controller.features.schedules.queries import targets_of_schedule
from controller.model.airings import Answer
from controller.model.schedules import Schedule
from devices.ids import Grade


def standing_of_schedule(session: Session, schedule: Schedule) -> ConsentStanding:
    """Return the communes' consent to all occurrences of a schedule; empty if no commune is asked."""
    if schedule.grade is not Grade.ROUTINE:
        return ConsentStanding()
    planner = get_operator(session, schedule.created_by).area
    targets = targets_of_schedule(session, schedule.id)
    asked = asked_communes(area_tree(session), targets, planner, answering_communes(session))
    rows = session.execute(select(Answer.area, Answer.agrees).where(Answer.schedule == schedule.id))
    return standing_of(asked, {area: agrees for area, agrees in rows})  # noqa: C416 - a typed dict from typed rows
