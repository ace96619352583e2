"""Routers of the JSON interface: below /api/v1, with the errors that every call may answer."""

from fastapi import APIRouter
from fastapi.routing import APIRoute

from controller.http.refusals import EVERYWHERE, refusals


def json_router(*, prefix: str = "", tags: list[str], route_class: type[APIRoute] = APIRoute) -> APIRouter:
    """Return a router whose routes are complete.

    `FastAPI.include_router` with a prefix would make each of them anew at every start, and search them twice
    for each request.
    """
    responses = refusals(*EVERYWHERE)
    return APIRouter(prefix=f"/api/v1{prefix}", tags=[*tags], route_class=route_class, responses=responses)
