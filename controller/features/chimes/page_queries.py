"""Reads of chimes for whoever is signed in: one, its sound, and what the page Thư viện shows of them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import FileResponse

from controller.features.accounts.viewer import Viewer
from controller.features.chimes.queries import chimes_of, get_chime, unknown_chime
from controller.features.chimes.service import MAY_CHOOSE
from controller.http.named import Named
from controller.http.station import Station
from controller.http.uploads import sound_file
from controller.model.chimes import Chime, ChimeId, ChimePlace
from tts.uploads import UploadId

PLACE_WORDS = Named({ChimePlace.OPENING: "Mở đầu", ChimePlace.CLOSING: "Kết thúc"}, str)


@dataclass(frozen=True, slots=True)
class ChimeInArea:
    """One chime of an area's own; `is_there`: its file is, so that it can be listened to."""

    row: Chime
    word: str
    is_there: bool


def seen_chime(session: Session, viewer: Viewer, chime_id: str) -> Chime:
    """Return a chime that is heard in the person's areas, or raise NotFound."""
    row = get_chime(session, ChimeId(chime_id))
    if row.area not in viewer.scope.hears:
        raise unknown_chime()
    return row


def chime_sound(station: Station, viewer: Viewer, chime_id: str) -> FileResponse:
    """Answer with the sound of a chime as it was brought, or raise NotFound."""
    with station.store.read() as session:
        upload = UploadId(seen_chime(session, viewer, chime_id).upload)
    if not station.uploads.has(upload):
        raise unknown_chime()
    return sound_file(station, upload)


def chimes_context(session: Session, station: Station, viewer: Viewer) -> dict[str, Any]:
    """Return what Thư viện shows of chimes: those of the person's areas and above, and where to choose."""
    scope, by = viewer.scope, viewer.operator
    rows = chimes_of(session, scope.hears)
    own = {(row.area, row.place) for row in rows}
    heard = {
        place: next((scope.name(area) for area in scope.tree.lineage(scope.home) if (area, place) in own), "")
        for place in ChimePlace
    }
    return {
        "own_chimes": [
            ChimeInArea(row, PLACE_WORDS[row.place], station.uploads.has(UploadId(row.upload)))
            for row in rows
        ],
        "chimes_heard": [(PLACE_WORDS[place], name) for place, name in heard.items()],
        "chime_places": PLACE_WORDS,
        "chooses_in": [
            scope.by_code[code] for code in sorted(scope.seen) if scope.may(by, MAY_CHOOSE, [code])
        ],
        "may_choose": lambda code: scope.may(by, MAY_CHOOSE, [code]),
    }
