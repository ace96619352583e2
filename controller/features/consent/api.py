"""A commune's yes and no to what is routine and planned above it, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.airings.precedence import collisions_for
from controller.features.consent.queries import questions_for, said_of_airing, said_of_schedule
from controller.features.consent.schemas import (
    AnswerAsked,
    AnswerShown,
    CollisionShown,
    OrderAsked,
    OrderShown,
    QuestionShown,
    StandingShown,
)
from controller.features.consent.service import answer_airing, answer_schedule, order_visible
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(tags=["answers"])


@router.get("/questions", responses=refusals(401))
def index(visit: SignedVisit) -> list[QuestionShown]:
    """Return what waits for the yes or no of the person's commune, the nearest first; at most 50."""
    return questions_for(visit.store, visit.scope.tree, visit.by, visit.now())


@router.get("/airings/{airing_id}/answers", responses=refusals(401, 404))
def of_airing(visit: SignedVisit, airing_id: str) -> StandingShown:
    """Return what communes have said of an airing, of those of its parts that are in no plan yet."""
    return said_of_airing(visit.store, visit.scope, airing_id)


@router.post("/airings/{airing_id}/answer", responses=refusals(401, 403, 404, 409, 422))
def answer_one(visit: SignedVisit, airing_id: str, asked: AnswerAsked) -> AnswerShown:
    """Say yes or no to one airing; the newest word counts until the airing goes into the commune's plan."""
    return AnswerShown.of(answer_airing(visit, airing_id, **dict(asked), **visit.stamp))


@router.get("/schedules/{schedule_id}/answers", responses=refusals(401, 404))
def of_schedule(visit: SignedVisit, schedule_id: str) -> StandingShown:
    """Return what communes have said of all occurrences of a schedule."""
    return said_of_schedule(visit.store, visit.by, schedule_id)


@router.post("/schedules/{schedule_id}/answer", responses=refusals(401, 403, 404, 409, 422))
def answer_all(visit: SignedVisit, schedule_id: str, asked: AnswerAsked) -> AnswerShown:
    """Say yes or no to all occurrences of a schedule that are in no plan of the commune yet."""
    return AnswerShown.of(answer_schedule(visit, schedule_id, **dict(asked), **visit.stamp))


@router.get("/collisions", responses=refusals(401))
def collide(visit: SignedVisit) -> list[CollisionShown]:
    """Return the priority airings that collide in the person's commune, in no plan yet; at most 20 pairs."""
    pairs = collisions_for(visit.store, visit.scope.tree, visit.by, visit.now())
    return [CollisionShown.of(one) for one in pairs]


@router.post("/collisions/order", responses=refusals(401, 403, 404, 409, 422))
def order(visit: SignedVisit, asked: OrderAsked) -> OrderShown:
    """Say which of two colliding priority airings goes first in the commune; the other follows it."""
    row = order_visible(visit, asked.first, asked.then, **visit.stamp)
    return OrderShown.of(row, airing=row.id)
