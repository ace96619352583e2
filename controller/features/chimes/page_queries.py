"""Reads of chimes for a signed-in person: the sound of one, and what the page Thư viện shows of them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from controller.features.accounts.viewer import Caller
from controller.features.chimes.queries import chimes_of, unknown_chime, visible_chime
from controller.features.chimes.service import MAY_CHOOSE
from controller.http.named import Named
from controller.http.sounds import unless_away
from controller.model.chimes import Chime, ChimePlace
from tts.uploads import UploadId

PLACE_WORDS = Named({ChimePlace.OPENING: "Mở đầu", ChimePlace.CLOSING: "Kết thúc"}, str)


@dataclass(frozen=True, slots=True)
class ChimeInArea:
    """One chime of an area's own; `is_there`: its file is, so that it can be listened to."""

    row: Chime
    word: str
    is_there: bool


def chime_sound(caller: Caller, chime_id: str) -> UploadId:
    """Return the sound of a chime that the person sees, as it was brought; NotFound if its file is gone."""
    upload = UploadId(visible_chime(caller.store, chime_id, caller.by).upload)
    if not caller.station.uploads.has(upload):
        raise unknown_chime()
    return upload


def _is_there(caller: Caller, row: Chime) -> bool:
    return unless_away(lambda: caller.station.uploads.has(UploadId(row.upload)), otherwise=True)


def chimes_context(session: Session, caller: Caller) -> dict[str, Any]:
    """Return what Thư viện shows of chimes: those of the person's areas and above, and where to choose."""
    scope, by = caller.scope, caller.by
    rows = chimes_of(session, scope.hears)
    own = {(row.area, row.place) for row in rows}
    heard = {
        place: next((scope.name(area) for area in scope.tree.lineage(scope.home) if (area, place) in own), "")
        for place in ChimePlace
    }
    return {
        "own_chimes": [ChimeInArea(row, PLACE_WORDS[row.place], _is_there(caller, row)) for row in rows],
        "chimes_heard": [(PLACE_WORDS[place], name) for place, name in heard.items()],
        "chime_places": PLACE_WORDS,
        "chooses_in": [
            scope.by_code[code] for code in sorted(scope.seen) if scope.may(by, MAY_CHOOSE, [code])
        ],
        "may_choose": lambda code: scope.may(by, MAY_CHOOSE, [code]),
    }
