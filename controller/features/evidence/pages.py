"""The button of an airing's page that downloads its proof."""

from fastapi import APIRouter
from starlette.responses import Response

from controller.features.accounts.dependencies import SignedVisit
from controller.features.evidence.api import proof

router = APIRouter()


@router.get("/phat/{airing_id}/bang-chung")
def download(visit: SignedVisit, airing_id: str) -> Response:
    """Download the proof of one airing as a file."""
    made = proof(visit, airing_id)
    headers = {"Content-Disposition": f'attachment; filename="bang-chung-{made.airing}.json"'}
    return Response(made.model_dump_json(indent=1), media_type="application/json", headers=headers)
