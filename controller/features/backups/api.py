"""Backups, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.backups.operations import begin_backup
from controller.features.backups.queries import backups_shown
from controller.features.backups.schemas import BackupsShown
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.model.permissions import Act

router = json_router(prefix="/backups", tags=["backups"])


@router.get("", responses=refusals(401, 403))
def show(visit: SignedVisit) -> BackupsShown:
    """Return the last backup, attempt and rehearsal, as the machine that answers knows them."""
    visit.viewer.need_province(Act.RULE)
    return backups_shown(visit.station, visit.now())


@router.post("", status_code=202, responses=refusals(401, 403, 409))
def begin(visit: SignedVisit) -> BackupsShown:
    """Begin a backup into the folder of the settings; `attempt` of the list says how it goes."""
    begin_backup(visit)
    return show(visit)
