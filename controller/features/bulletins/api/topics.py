"""Topics of bulletins by JSON: the province's list, and what each bulletin is about."""

from typing import Annotated

from fastapi import Query

from controller.features.accounts.dependencies import SignedVisit
from controller.features.bulletins.queries import visible_bulletin
from controller.features.bulletins.schemas import TopicChosen, TopicNamed, TopicOfBulletin, TopicShown
from controller.features.bulletins.topics import (
    add_topic,
    bring_back_topic,
    end_topic,
    rename_topic,
    set_topic,
    topic_of,
    topics,
)
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(tags=["topics"])
_CHANGES = refusals(401, 403, 404, 409, 422)


@router.get("/topics", responses=refusals(401))
def index(visit: SignedVisit, *, everything: Annotated[bool, Query(alias="all")] = False) -> list[TopicShown]:
    """Return the topics in their order; `all`: with those that are not offered any more."""
    return [TopicShown.of(row) for row in topics(visit.store, everything=everything)]


@router.post("/topics", status_code=201, responses=refusals(401, 403, 409, 422))
def add(visit: SignedVisit, asked: TopicNamed) -> TopicShown:
    """Put a topic at the end of the list."""
    return TopicShown.of(add_topic(visit.store, asked.name, **visit.stamp))


@router.put("/topics/{code}", responses=_CHANGES)
def rename(visit: SignedVisit, code: str, asked: TopicNamed) -> TopicShown:
    """Give a topic another name."""
    row = rename_topic(visit.store, code, asked.name, **visit.stamp)
    return TopicShown.of(row)


@router.post("/topics/{code}/end", responses=_CHANGES)
def end(visit: SignedVisit, code: str) -> TopicShown:
    """Stop offering a topic."""
    return TopicShown.of(end_topic(visit.store, code, **visit.stamp))


@router.post("/topics/{code}/bring-back", responses=_CHANGES)
def bring_back(visit: SignedVisit, code: str) -> TopicShown:
    """Offer a stopped topic again."""
    return TopicShown.of(bring_back_topic(visit.store, code, **visit.stamp))


@router.get("/bulletins/{bulletin_id}/topic", responses=refusals(401, 404))
def of_bulletin(visit: SignedVisit, bulletin_id: str) -> TopicOfBulletin:
    """Return what a bulletin is about."""
    bulletin = visible_bulletin(visit.store, visit.scope, bulletin_id)
    return TopicOfBulletin.model_validate({"topic": topic_of(visit.store, bulletin)})


@router.put("/bulletins/{bulletin_id}/topic", responses=_CHANGES)
def choose(visit: SignedVisit, bulletin_id: str, asked: TopicChosen) -> TopicOfBulletin:
    """Say what a bulletin is about; nothing is approved anew."""
    set_topic(visit.store, bulletin_id, asked.topic, **visit.stamp)
    return of_bulletin(visit, bulletin_id)
