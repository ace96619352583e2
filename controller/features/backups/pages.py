"""Sao lưu: the last backup and the last rehearsal, what is wrong with them, and one more at a press."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError
from controller.features.accounts.dependencies import SignedVisit
from controller.features.backups.operations import begin_backup
from controller.features.backups.queries import backups_shown
from controller.http.render import page
from controller.model.permissions import Act

router = APIRouter(prefix="/cai-dat/sao-luu")


@router.get("")
def show(visit: SignedVisit) -> Response:
    """Show what is known of backups."""
    return _page(visit)


@router.post("")
def begin(visit: SignedVisit) -> Response:
    """Begin a backup, and show how it goes."""
    try:
        begin_backup(visit)
    except LoaError as error:
        return _page(visit, error=error)
    return RedirectResponse("/cai-dat/sao-luu", 303)


def _page(visit: SignedVisit, error: LoaError | None = None) -> Response:
    visit.viewer.need_province(Act.RULE)
    shown = backups_shown(visit.station, visit.now())
    return page(visit.request, "sao_luu.html", {"found": shown}, error=error)
