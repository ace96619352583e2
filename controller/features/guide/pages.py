"""Trợ giúp: how the daily work is done, for the roles that the person has."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller.features.accounts.dependencies import Signed
from controller.http.render import page

router = APIRouter()


@router.get("/tro-giup")
def show(request: Request, viewer: Signed) -> Response:
    """Show the guide."""
    return page(request, "tro_giup.html", {"viewer": viewer})
