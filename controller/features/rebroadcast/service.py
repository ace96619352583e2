"""Plans programmes that a higher grade interrupted again in the next free slot, if their rule says so."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from controller.errors import LoaError
from controller.features.accounts.queries import get_operator
from controller.features.airings.conflicts import Meeting
from controller.features.airings.heard import heard_whole
from controller.features.airings.planning import BroadcastRequest, plan_foreseen
from controller.features.areas.queries import area_tree
from controller.features.bulletins.in_force import approved_until
from controller.features.consent.service import keep_answers
from controller.features.journal.service import record
from controller.model.airing_states import OPEN, AiringState
from controller.model.airings import Airing, Delivery
from controller.model.bulletins import Bulletin
from devices.ids import AiringId, AreaCode, Grade

_LOG = logging.getLogger(__name__)

WITHIN = timedelta(hours=24)
"""So long after its end an airing is worth hearing again; its schedule's slot within it is the next one."""
NOTICE = timedelta(minutes=2)
"""Between the end of what took its place and the programme: people have heard enough for a moment."""
PRE_EMPTED = "pre-empted"
"""What nodes say of a stop by something of a higher grade (docs/protocol.md)."""
_MOST_AT_ONCE = 20


def air_again(session: Session, *, now: datetime) -> list[AiringId]:
    """Plan anew, once, what was cut off in the last day, where it was cut off; a beat's work.

    It starts at the first instant at which it meets nothing and every policy allows it. While there is none,
    or its planner may not air there any more, it waits for the next beat, until it is too old. An airing
    whose schedule airs the programme again within a day needs nothing.
    """
    made = []
    for airing in _cut_off(session, now):
        areas = _areas(session, airing.id)
        planned = _planned(session, airing, areas, now)
        if planned is not None:
            planned.again_of = airing.id
            keep_answers(session, airing, planned, now=now)
            made.append(planned.id)
    session.flush()
    for airing_id in made:
        record(session, None, "airing.again", airing_id, now)
    return made


def _cut_off(session: Session, now: datetime) -> Sequence[Airing]:
    later = aliased(Airing)
    comes_anyway = exists().where(
        later.schedule == Airing.schedule,
        later.state.in_(OPEN),
        later.starts_at > Airing.starts_at,
        later.starts_at <= now + WITHIN,
    )
    query = (
        select(Airing)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .where(Bulletin.again_if_preempted, approved_until() > now)
        .where(Airing.state.in_((AiringState.AIRED, AiringState.MISSED)), Airing.ended_at > now - WITHIN)
        .where(Airing.again_of.is_(None), ~Airing.only_chosen, Airing.grade != Grade.EMERGENCY)
        .where(exists().where(Delivery.airing == Airing.id, *_is_cut_off()))
        .where(~exists().where(later.again_of == Airing.id), ~comes_anyway)
        .order_by(Airing.ended_at, Airing.id)
        .limit(_MOST_AT_ONCE)
        .with_for_update(of=Airing, skip_locked=True)
    )
    return session.scalars(query).all()


def _is_cut_off() -> tuple[ColumnElement[bool], ...]:
    """Return what holds of a delivery, joined with its airing, that something higher cut short."""
    return Delivery.reason == PRE_EMPTED, ~heard_whole()


def _areas(session: Session, airing_id: AiringId) -> tuple[AreaCode, ...]:
    """Return the areas in which loudspeakers were interrupted, by their area at that time."""
    query = select(Delivery.area).join(Airing, Airing.id == Delivery.airing).distinct()
    query = query.where(Delivery.airing == airing_id, *_is_cut_off())
    return area_tree(session).outermost(area for area in session.scalars(query) if area is not None)


def _planned(session: Session, airing: Airing, areas: Sequence[AreaCode], now: datetime) -> Airing | None:
    if not areas:
        return None
    broadcast = BroadcastRequest(
        areas, now + NOTICE, grade=airing.grade, volume=airing.volume, meeting=Meeting.AFTER
    )
    planner = get_operator(session, airing.created_by)
    try:
        return plan_foreseen(session, airing.bulletin, broadcast, by=planner, now=now)
    except LoaError as refused:
        _LOG.info("airing %s does not come again yet: %s", airing.id, refused.sentence)
        return None
