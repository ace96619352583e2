"""The security log by JSON: what was refused, to whom and from where."""

from typing import Annotated

from fastapi import Query

from controller.errors import NotAllowed
from controller.features.accounts.dependencies import SignedVisit
from controller.features.audit.schemas import SecurityEventShown
from controller.features.journal.security_log import security_events
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = json_router(prefix="/security-events", tags=["people"])
_MOST = 500


@router.get("", responses=refusals(401, 403))
def index(
    visit: SignedVisit,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> list[SecurityEventShown]:
    """Return what was refused, the newest first; `before`: what came before that id. Administrators only."""
    if not visit.viewer.may(Act.RULE):
        raise NotAllowed("Chỉ quản trị mới xem được nhật ký an ninh.")
    visit.station.security.write()
    return [SecurityEventShown.of(row) for row in security_events(visit.store, before=before, limit=limit)]
