"""Tìm: search across everything, as a page and as the list below the field in the head of every page."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.search.queries import LONGEST_QUERY, search
from controller.features.search.schemas import SearchKind
from controller.http.named import Named
from controller.http.render import page
from controller.http.signs import Sign, StatusTone, unnamed

router = APIRouter(prefix="/tim")
Asked = Annotated[str, Query(alias="q", max_length=LONGEST_QUERY)]
KIND_SIGNS = Named(
    {
        SearchKind.AREA: Sign("Xã, phường", "map-pin", StatusTone.CALM),
        SearchKind.NODE: Sign("Cụm loa", "speakerphone", StatusTone.CALM),
        SearchKind.BULLETIN: Sign("Bản tin", "file-text", StatusTone.CALM),
        SearchKind.LEGAL_ACT: Sign("Văn bản pháp luật", "gavel", StatusTone.CALM),
        SearchKind.AIRING: Sign("Lượt phát", "broadcast", StatusTone.CALM),
        SearchKind.PERSON: Sign("Người dùng", "users", StatusTone.CALM),
    },
    unnamed,
)


@router.get("")
def show(visit: SignedVisit, asked: Asked = "") -> Response:
    """Show the field with what was found."""
    return _shown(visit, "tim.html", asked)


@router.get("/ket-qua")
def found(visit: SignedVisit, asked: Asked = "") -> Response:
    """Return what was found, for the list below the field."""
    return _shown(visit, "tim/ket_qua.html", asked)


def _shown(visit: Visit, template: str, asked: str) -> Response:
    result = search(visit.store, visit, asked)
    return page(visit.request, template, {"result": result, "kind_signs": KIND_SIGNS})
