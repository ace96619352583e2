"""Search, by JSON."""

from typing import Annotated

from fastapi import Query

from controller.features.accounts.dependencies import SignedVisit
from controller.features.search.queries import LONGEST_QUERY, search
from controller.features.search.schemas import SearchResult
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(tags=["search"])


@router.get("/search", responses=refusals(401, 422))
def find(visit: SignedVisit, q: Annotated[str, Query(max_length=LONGEST_QUERY)] = "") -> SearchResult:
    """Return the first hits of each kind: areas, nodes, bulletins, legal acts, airings, people."""
    return search(visit.store, visit, q)
