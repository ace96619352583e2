"""Archives of years, by JSON."""

from controller.features.accounts.dependencies import InPersonVisit, SignedVisit
from controller.features.accounts.proof import proven
from controller.features.archives.queries import archives
from controller.features.archives.removal import remove_receipts
from controller.features.archives.removal_queries import removal_forecast
from controller.features.archives.schemas import ArchiveShown, RemovalForecast, RemoveReceipts
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = json_router(prefix="/archives", tags=["journal"])


@router.get("", responses=refusals(401, 403))
def list_archives(visit: SignedVisit) -> list[ArchiveShown]:
    """Return the archives of years, newest first; `loa archive make` makes one on the server."""
    visit.viewer.need(Act.RULE)
    return archives(visit.store)


@router.get("/{year}/removal", responses=refusals(401, 403, 404))
def forecast_removal(visit: SignedVisit, year: int) -> RemovalForecast:
    """Count the receipts of a year that would leave the database, and say why none may."""
    visit.viewer.need_province(Act.RULE)
    return removal_forecast(visit.store, year, visit.station.settings, visit.now(), counted=True)


@router.post("/{year}/removal", status_code=202, responses=refusals(401, 403, 404, 409, 422))
def order_removal(visit: InPersonVisit, year: int, asked: RemoveReceipts) -> ArchiveShown:
    """Order that the receipts of an archived year leave the database for good, part by part."""
    visit.viewer.need_province(Act.RULE)
    with proven(visit, visit.tries, asked.proof) as session:
        return remove_receipts(session, year, asked.copy_sha256, visit.station.settings, **visit.stamp)
