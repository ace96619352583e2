"""Taking a bulletin off the air, by JSON."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.bulletins.api.bulletins import bulletin_whole
from controller.features.bulletins.schemas import BulletinWhole
from controller.features.withdrawals.service import withdraw_bulletin
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.schemas import Reason

router = json_router(prefix="/bulletins", tags=["bulletins"])


@router.post("/{bulletin_id}/withdraw", responses=refusals(401, 403, 404, 409, 422))
def withdraw(visit: SignedVisit, bulletin_id: str, asked: Reason) -> BulletinWhole:
    """Take an approved bulletin off the air; what sounds stops."""
    withdraw_bulletin(visit, bulletin_id, **visit.stamp, reason=asked.reason)
    return bulletin_whole(visit, bulletin_id)
