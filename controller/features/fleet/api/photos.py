"""The photograph of one pole, by JSON's side: a JPEG as a form."""

from starlette.responses import Response

from controller.errors import BadInput
from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.upload_forms import SentByTechnician, Technician
from controller.features.fleet.photos import LARGEST_PHOTO, keep_photo, photo_of
from controller.features.fleet.queries import visible_node
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.uploads import described

router = json_router(tags=["fleet"])


@router.get(
    "/nodes/{node_id}/photo",
    responses=refusals(401, 404) | {200: {"content": {"image/jpeg": {}}}},
    response_class=Response,
)
def look(visit: SignedVisit, node_id: str) -> Response:
    """Return the newest photograph of the node's pole."""
    node = visible_node(visit.store, visit.scope, node_id).id
    return Response(photo_of(visit.store, node).jpeg, media_type="image/jpeg")


@router.put(
    "/nodes/{node_id}/photo",
    status_code=204,
    responses=refusals(401, 403, 404, 422),
    openapi_extra=described(),
)
def take(visit: Technician, node_id: str, sent: SentByTechnician) -> None:
    """Keep a photograph (JPEG, 100 kB at most without its metadata) in place of the earlier one."""
    node = visible_node(visit.store, visit.scope, node_id).id
    if sent.file is None:
        raise BadInput("Chưa có ảnh nào được gửi.", code="photo.nothing")
    keep_photo(visit.store, node, sent.file.read(10 * LARGEST_PHOTO + 1), **visit.stamp)
