"""Reads of chimes, as the page Thư viện shows them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from controller.chimes.queries import chimes_of
from controller.chimes.tables import Chime, ChimePlace
from controller.chimes.usecases import MAY_CHOOSE
from controller.web.station import Station
from controller.web.viewer import Viewer
from tts.uploads import UploadId

PLACE_WORDS = {ChimePlace.OPENING: "Mở đầu", ChimePlace.CLOSING: "Kết thúc"}


@dataclass(frozen=True, slots=True)
class ChimeShown:
    """One chime of an area's own; `is_there`: its file is, so that it can be listened to."""

    row: Chime
    word: str
    is_there: bool


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
            ChimeShown(row, PLACE_WORDS[row.place], station.uploads.has(UploadId(row.upload))) for row in rows
        ],
        "chimes_heard": [(PLACE_WORDS[place], name) for place, name in heard.items()],
        "chime_places": PLACE_WORDS,
        "chooses_in": [
            scope.by_code[code] for code in sorted(scope.seen) if scope.may(by, MAY_CHOOSE, [code])
        ],
        "may_choose": lambda code: scope.may(by, MAY_CHOOSE, [code]),
    }
