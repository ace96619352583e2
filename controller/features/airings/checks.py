"""Invariants of airings and of communes' answers: queries for what must not exist."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from controller.features.airings.queries import targets_of
from controller.features.areas.queries import area_tree
from controller.model.airing_states import IN_PLANS
from controller.model.airings import Airing, Answer
from devices.ids import Grade

_IN_PLANS = select(Airing).where(Airing.state.in_(IN_PLANS), Airing.grade == Grade.ROUTINE)
_ANSWERS = (
    select(Answer)
    .where(or_(Answer.airing == bindparam("airing"), Answer.schedule == bindparam("schedule")))
    .where(Answer.at <= bindparam("before"))
    .order_by(Answer.at)
)
_FOLLOWERS = select(Airing).where(Airing.follows.is_not(None))


def nothing_declined_is_in_plans(session: Session, _now: datetime) -> Iterator[str]:
    """Yield airings in the plan of a commune whose latest answer before that was no."""
    tree = area_tree(session)
    for airing in session.scalars(_IN_PLANS).all():
        about = {"airing": airing.linked_to or airing.id, "schedule": airing.schedule}
        rows = session.scalars(_ANSWERS, about | {"before": airing.delivering_at})
        said = {row.area: row.agrees for row in rows}
        meant = tree.below(targets_of(session, [airing.id]).get(airing.id, ()))
        for area in sorted(area for area, agrees in said.items() if not agrees and area in meant):
            yield f"airing {airing.id}: in the plans of {area}, which has declined it"


def followers_start_after(session: Session, _now: datetime) -> Iterator[str]:
    """Yield airings that follow another and would start before it."""
    for airing in session.scalars(_FOLLOWERS).all():
        first = session.get_one(Airing, airing.follows)
        if airing.starts_at <= first.starts_at and first.state in IN_PLANS:
            yield f"airing {airing.id}: follows {first.id}, and starts no later"
