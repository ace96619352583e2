"""Opening and closing chimes of areas by JSON; the sound is brought as a form."""

from starlette.responses import FileResponse

from controller.features.accounts.dependencies import SignedVisit
from controller.features.accounts.upload_forms import TaughtForm
from controller.features.chimes.page_queries import chime_sound
from controller.features.chimes.queries import chimes_of, chimes_shown
from controller.features.chimes.schemas import ChimeShown
from controller.features.chimes.service import bring_chime, place_named, remove_chime
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.uploads import described, sound_file
from devices.ids import AreaCode

router = json_router(prefix="/chimes", tags=["chimes"])
_PLACE = "`opening` or `closing`."
_AREA = "Code of the area, with all below it; by default the person's own."


@router.get("", responses=refusals(401))
def index(visit: SignedVisit) -> list[ChimeShown]:
    """Return the chimes of the person's area, and of those above and below."""
    return chimes_shown(visit.store, chimes_of(visit.store, visit.scope.hears))


@router.post(
    "",
    status_code=201,
    responses=refusals(401, 403, 404, 409, 422),
    openapi_extra=described(("place",), place=_PLACE, area=_AREA),
)
def choose(visit: SignedVisit, sent: TaughtForm) -> ChimeShown:
    """Upload a sound of 1 to 15 s that replaces the one before; existing recordings keep their chimes."""
    row = bring_chime(
        visit.store,
        visit.station.uploads,
        sent.file,
        place_named(sent.first("place")),
        area=AreaCode(sent.first("area") or visit.scope.home),
        **visit.stamp,
    )
    return chimes_shown(visit.store, [row])[0]


@router.get("/{chime_id}/sound", response_class=FileResponse, responses=refusals(401, 404))
def sound(visit: SignedVisit, chime_id: str) -> FileResponse:
    """Return the sound as it was brought."""
    return sound_file(visit.station, chime_sound(visit, chime_id))


@router.delete("/{chime_id}", responses=refusals(401, 403, 404, 409))
def remove(visit: SignedVisit, chime_id: str) -> ChimeShown:
    """Remove the chime: the chime from above, or the built-in one, is used again."""
    row = remove_chime(visit.store, chime_id, **visit.stamp)
    return chimes_shown(visit.store, [row])[0]
