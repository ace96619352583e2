"""Nghe thử: a sentence of a wording, spoken before the bulletin is handed in."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from controller.errors import NotFound
from controller.features.accounts.dependencies import SignedVisit, tries_of
from controller.features.editorial.page_queries import tried_out

router = APIRouter()


@router.get("/ban-tin/{bulletin_id}/doc-thu.mp3")
def hear(visit: SignedVisit, bulletin_id: str, cau: Annotated[int, Query(ge=0, le=1000)] = 0) -> Response:
    """Speak one sentence of the newest wording with its area's words: one at a time, some a minute.

    The recordings of bulletins go first: a sample that would have to wait is refused (503).
    """
    found, area = tried_out(visit, bulletin_id)
    if cau >= len(found):
        raise NotFound("Không có câu này.", code="bulletin.no-sentence")
    tries_of(visit.request).listens(visit.by.id)
    headers = {"Cache-Control": "private, max-age=600"}  # the address names the revision
    return Response(visit.station.sample(found[cau], area), media_type="audio/mpeg", headers=headers)
