"""Opening and closing chimes of areas by JSON; the sound is brought as a form."""

from fastapi import APIRouter
from starlette.responses import FileResponse

from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.upload_forms import TaughtForm
from controller.features.chimes.page_queries import chime_sound
from controller.features.chimes.queries import chimes_of, chimes_shown
from controller.features.chimes.schemas import ChimeShown
from controller.features.chimes.service import bring_chime, place_named, remove_chime
from controller.http.refusals import refusals
from controller.http.uploads import described, sound_file
from devices.ids import AreaCode

router = APIRouter(prefix="/chimes", tags=["chimes"])
_PLACE = "`opening` or `closing`."
_AREA = "Code of the area, with all below it; by default the person's own."


@router.get("", responses=refusals(401))
def index(station: TheStation, viewer: Signed) -> list[ChimeShown]:
    """Return the chimes of the person's area, and of those above and below."""
    return chimes_shown(station.store, chimes_of(station.store, viewer.scope.hears))


@router.post(
    "",
    status_code=201,
    responses=refusals(401, 403, 404, 409, 422),
    openapi_extra=described(("place",), place=_PLACE, area=_AREA),
)
def choose(station: TheStation, viewer: Signed, sent: TaughtForm) -> ChimeShown:
    """Upload a sound of 1 to 15 s that replaces the one before; existing recordings keep their chimes."""
    row = bring_chime(
        station.store,
        station.uploads,
        sent.file,
        place_named(sent.first("place")),
        area=AreaCode(sent.first("area") or viewer.scope.home),
        by=viewer.operator,
        now=station.now(),
    )
    return chimes_shown(station.store, [row])[0]


@router.get("/{chime_id}/sound", response_class=FileResponse, responses=refusals(401, 404))
def sound(station: TheStation, viewer: Signed, chime_id: str) -> FileResponse:
    """Return the sound as it was brought."""
    return sound_file(station, chime_sound(station, viewer, chime_id))


@router.delete("/{chime_id}", responses=refusals(401, 403, 404, 409))
def remove(station: TheStation, viewer: Signed, chime_id: str) -> ChimeShown:
    """Remove the chime: the chime from above, or the built-in one, is used again."""
    row = remove_chime(station.store, chime_id, by=viewer.operator, now=station.now())
    return chimes_shown(station.store, [row])[0]
