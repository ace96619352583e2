"""Archives of years, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.archives.queries import archives
from controller.features.archives.schemas import ArchiveShown
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = json_router(tags=["journal"])


@router.get("/archives", responses=refusals(401, 403))
def list_archives(visit: SignedVisit) -> list[ArchiveShown]:
    """Return the archives of years, newest first; `loa archive make` makes one on the server."""
    visit.viewer.need(Act.RULE)
    return archives(visit.store)
