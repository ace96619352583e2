"""A commune's yes and no to what is routine and planned above it, by JSON."""

from collections.abc import Iterable

from fastapi import APIRouter

from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.airings.consent import ConsentStanding, standing_in_family
from controller.features.airings.page_queries import seen_airing
from controller.features.airings.precedence import collisions_for
from controller.features.airings.queries import get_airing
from controller.features.consent import operations
from controller.features.consent.queries import questions_for
from controller.features.consent.schemas import (
    AnswerAsked,
    AnswerShown,
    CollisionShown,
    OrderAsked,
    OrderShown,
    QuestionShown,
    StandingShown,
)
from controller.features.schedules.consent import standing_of_schedule
from controller.features.schedules.queries import seen_schedule
from controller.http.refusals import refusals
from devices.ids import AreaCode

router = APIRouter(tags=["answers"])


@router.get("/questions", responses=refusals(401))
def index(station: TheStation, viewer: Signed) -> list[QuestionShown]:
    """Return what waits for the yes or no of the person's commune, the nearest first; at most 50."""
    with station.store.read() as session:
        asked = questions_for(session, viewer.scope.tree, viewer.operator, station.now())
    return [QuestionShown.of(one) for one in asked]


@router.get("/airings/{airing_id}/answers", responses=refusals(401, 404))
def of_airing(station: TheStation, viewer: Signed, airing_id: str) -> StandingShown:
    """Return what communes have said of an airing, of those of its parts that are in no plan yet."""
    with station.store.read() as session:
        airing = seen_airing(session, viewer.scope, airing_id)
        parts = standing_in_family(session, get_airing(session, airing.id)).values()
    return _shown(parts)


@router.post("/airings/{airing_id}/answer", responses=refusals(401, 403, 404, 409, 422))
def answer_one(station: TheStation, viewer: Signed, airing_id: str, asked: AnswerAsked) -> AnswerShown:
    """Say yes or no to one airing; the newest word counts until the airing goes into the commune's plan."""
    return operations.answer_for_airing(station, viewer, airing_id, agrees=asked.agrees, reason=asked.reason)


@router.get("/schedules/{schedule_id}/answers", responses=refusals(401, 404))
def of_schedule(station: TheStation, viewer: Signed, schedule_id: str) -> StandingShown:
    """Return what communes have said of all occurrences of a schedule."""
    with station.store.read() as session:
        row = seen_schedule(session, viewer.scope, schedule_id)
        return _shown([standing_of_schedule(session, row)])


@router.post("/schedules/{schedule_id}/answer", responses=refusals(401, 403, 404, 409, 422))
def answer_all(station: TheStation, viewer: Signed, schedule_id: str, asked: AnswerAsked) -> AnswerShown:
    """Say yes or no to all occurrences of a schedule that are in no plan of the commune yet."""
    return operations.answer_for_schedule(
        station, viewer, schedule_id, agrees=asked.agrees, reason=asked.reason
    )


@router.get("/collisions", responses=refusals(401))
def collide(station: TheStation, viewer: Signed) -> list[CollisionShown]:
    """Return the priority airings that collide in the person's commune, in no plan yet; at most 20 pairs."""
    with station.store.read() as session:
        pairs = collisions_for(session, viewer.scope.tree, viewer.operator, station.now())
    return [CollisionShown.of(one) for one in pairs]


@router.post("/collisions/order", responses=refusals(401, 403, 404, 409, 422))
def order(station: TheStation, viewer: Signed, asked: OrderAsked) -> OrderShown:
    """Say which of two colliding priority airings goes first in the commune; the other follows it."""
    return operations.order(station, viewer, asked.first, asked.then)


def _shown(parts: Iterable[ConsentStanding]) -> StandingShown:
    agreed: set[AreaCode] = set()
    declined: set[AreaCode] = set()
    unanswered: set[AreaCode] = set()
    for part in parts:
        agreed |= part.agreed
        declined |= part.declined
        unanswered |= part.unanswered
    return StandingShown(agreed=sorted(agreed), declined=sorted(declined), unanswered=sorted(unanswered))
