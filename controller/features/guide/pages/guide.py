"""Trợ giúp: how the daily work is done; Lập đài: what a new province still needs."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller.features.accounts.dependencies import Signed, SignedVisit
from controller.features.guide.queries import set_up
from controller.http.render import page
from controller.model.permissions import Act

router = APIRouter()


@router.get("/tro-giup")
def show(request: Request, viewer: Signed) -> Response:
    """Show the guide."""
    return page(request, "tro_giup.html", {"viewer": viewer})


@router.get("/cai-dat/lap-dai")
def show_set_up(visit: SignedVisit) -> Response:
    """Show what the set-up of the province still lacks, and who does it by what."""
    visit.viewer.need_province(Act.ENROL)
    return page(visit.request, "lap_dai.html", {"found": set_up(visit.store, visit)})
