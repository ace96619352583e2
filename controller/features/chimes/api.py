"""Opening and closing chimes of areas by JSON; the sound is brought as a form."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import FileResponse

from controller.features.accounts.queries import names_of_operators
from controller.features.accounts.upload_forms import TaughtForm
from controller.features.accounts.viewer import Signed, TheStation
from controller.features.chimes.page_queries import chime_sound, seen_chime
from controller.features.chimes.queries import chimes_of
from controller.features.chimes.schemas import ChimeShown
from controller.features.chimes.service import place_named, remove_chime
from controller.features.chimes.uploads import bring_chime
from controller.http.refusals import refusals
from controller.http.uploads import described
from controller.model.chimes import Chime
from controller.store import Session
from devices.ids import AreaCode

router = APIRouter(prefix="/chimes", tags=["chimes"])
_PLACE = "`opening` or `closing`."
_AREA = "Code of the area, with all below it; by default the person's own."


@router.get("", responses=refusals(401))
def index(station: TheStation, viewer: Signed) -> list[ChimeShown]:
    """Return the chimes of the person's area, and of those above and below."""
    with station.store.read() as session:
        return _shown(session, chimes_of(session, viewer.scope.hears))


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
    with station.store.read() as session:
        return _shown(session, [row])[0]


@router.get("/{chime_id}/sound", response_class=FileResponse, responses=refusals(401, 404))
def sound(station: TheStation, viewer: Signed, chime_id: str) -> FileResponse:
    """Return the sound as it was brought."""
    return chime_sound(station, viewer, chime_id)


@router.delete("/{chime_id}", responses=refusals(401, 403, 404, 409))
def remove(station: TheStation, viewer: Signed, chime_id: str) -> ChimeShown:
    """Remove the chime: the chime from above, or the built-in one, is used again."""
    with station.store.write() as session:
        own = seen_chime(session, viewer, chime_id).id
        return _shown(session, [remove_chime(session, own, by=viewer.operator, now=station.now())])[0]


def _shown(session: Session, rows: Sequence[Chime]) -> list[ChimeShown]:
    names = names_of_operators(session)
    return [ChimeShown.of(row, sha256=row.upload, added_by=names[row.added_by]) for row in rows]
