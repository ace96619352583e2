"""The photograph of one pole: taken by who keeps it, seen by who sees the loudspeaker."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput
from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.upload_forms import SentByTechnician, Technician
from controller.features.fleet.photos import LARGEST_PHOTO, keep_photo, photo_of
from controller.features.fleet.queries import visible_node

router = APIRouter(prefix="/cum-loa/{node_id}/anh")
_READ = 10 * LARGEST_PHOTO  # a camera's metadata are larger than what is left


@router.get("")
def look(visit: SignedVisit, node_id: str) -> Response:
    """Send the photograph."""
    node = visible_node(visit.store, visit.scope, node_id).id
    jpeg = photo_of(visit.store, node).jpeg
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"})


@router.post("")
def take(visit: Technician, node_id: str, sent: SentByTechnician) -> Response:
    """Keep a photograph in place of the earlier one."""
    node = visible_node(visit.store, visit.scope, node_id).id
    if sent.file is None:
        raise BadInput("Chưa có ảnh nào được chọn. Hãy chụp lại.", code="photo.nothing")
    keep_photo(visit.store, node, sent.file.read(_READ + 1), **visit.stamp)
    return RedirectResponse(f"/cum-loa/{node_id}?xong=anh", 303)
