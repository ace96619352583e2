"""Dời giờ: moves an airing to another time with a form; drag and drop in the calendar sends the same form."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from controller.errors import LoaError, NotAllowed, NotFound
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.airings.conflicts import Meeting
from controller.features.airings.planning import MeetsOthers
from controller.features.schedules.form import read_original, read_wall
from controller.features.schedules.move_check import airing_move_words, occurrence_move_words
from controller.features.schedules.page_queries import airing_to_move
from controller.features.schedules.service import move_one
from controller.http.form_fields import AskedId, SentClock, SentDay
from controller.http.render import fragment, page
from controller.model.airing_states import MOVABLE
from controller.model.local_time import ZONE
from controller.model.permissions import Act

router = APIRouter()
LINE = "loa-xa"
"""In the field `ve`: the form was sent from the day's line."""
TriedDay = Annotated[str, Query(max_length=10)]
TriedClock = Annotated[str, Query(max_length=8)]


@router.get("/phat/{airing_id}/doi")
def ask(visit: SignedVisit, airing_id: str) -> Response:
    """Ask for the new time."""
    return _page(visit, airing_id)


@router.get("/phat/{airing_id}/doi/thu")
def try_airing(visit: SignedVisit, airing_id: str, ngay: TriedDay = "", gio: TriedClock = "") -> Response:
    """Say what it would meet at another time, while it is still held on the day's line."""
    return told(airing_move_words(visit, airing_id, read_wall(ngay, gio)))


@router.get("/lich/{schedule_id}/lan/doi/thu")
def try_occurrence(
    visit: SignedVisit, schedule_id: str, luc: AskedId = "", ngay: TriedDay = "", gio: TriedClock = ""
) -> Response:
    """Say it of an occurrence."""
    to = read_wall(ngay, gio)
    return told(occurrence_move_words(visit, schedule_id, read_original(luc), to))


def chosen_meeting(trung: str) -> Meeting:
    """Return what shall be done when it meets others; nothing is moved before a person has chosen."""
    return Meeting(trung) if trung in set(Meeting) else Meeting.REFUSE


def meeting_context(error: LoaError | None) -> dict[str, Any]:
    """Return what `bieu_mau/trung.html` asks after a move was refused."""
    return {
        "meets": isinstance(error, MeetsOthers),
        "clear_at": error.facts.get("clear_at") if error else None,
    }


def told(words: Sequence[str]) -> Response:
    """Return the words as a piece of a page."""
    return HTMLResponse(fragment("lich/doi_thu.html", {"words_told": words}))


@router.post("/phat/{airing_id}/doi")
def move(
    visit: SignedVisit,
    *,
    airing_id: str,
    ngay: SentDay = "",
    gio: SentClock = "",
    trung: Annotated[str, Form(max_length=20)] = "",
    ve: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Move it; conflicts are shown first, and the person chooses what to do. `ve`: back to the day's line."""
    try:
        to = read_wall(ngay, gio)
        new = move_one(visit, airing_id, to=to, **visit.stamp, meeting=chosen_meeting(trung))
    except (NotAllowed, NotFound):
        raise
    except LoaError as error:
        return _page(visit, airing_id, typed=(ngay, gio, trung), error=error)
    if ve == LINE:
        return RedirectResponse(f"/loa-xa?ngay={to.astimezone(ZONE):%Y-%m-%d}&xong=doi", 303)
    return RedirectResponse(f"/phat/{new}?xong=doi" if new else f"/lich?ngay={ngay}&xong=doi", 303)


def _page(
    visit: Visit, airing_id: str, *, typed: tuple[str, str, str] | None = None, error: LoaError | None = None
) -> Response:
    airing, repeats = airing_to_move(visit, airing_id)
    local = airing.starts_at.astimezone(ZONE)
    ngay, gio, trung = typed or (f"{local:%Y-%m-%d}", f"{local:%H:%M}", "")
    movable = airing.state in MOVABLE and visit.scope.may(visit.by, Act.AIR, airing.targets)
    context = {
        "airing": airing,
        "repeats": repeats,
        "movable": movable,
        "form": {"ngay": ngay, "gio": gio, "trung": trung},
    }
    return page(visit.request, "doi_gio.html", context | meeting_context(error), error=error)
