"""Dời giờ: moves an airing to another time with a form; drag and drop in the calendar sends the same form."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError, NotAllowed, NotFound
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.airings.conflicts import Meeting
from controller.features.airings.planning import MeetsOthers
from controller.features.schedules.form import read_wall
from controller.features.schedules.page_queries import airing_to_move
from controller.features.schedules.service import move_one
from controller.http.form_fields import SentClock, SentDay
from controller.http.render import page
from controller.model.airing_states import MOVABLE
from controller.model.local_time import ZONE
from controller.model.permissions import Act

router = APIRouter()


@router.get("/phat/{airing_id}/doi")
def ask(visit: SignedVisit, airing_id: str) -> Response:
    """Ask for the new time."""
    return _page(visit, airing_id)


@router.post("/phat/{airing_id}/doi")
def move(
    visit: SignedVisit,
    *,
    airing_id: str,
    ngay: SentDay = "",
    gio: SentClock = "",
    trung: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Move it; conflicts are shown first, and the person chooses what to do."""
    try:
        meeting = Meeting(trung) if trung in set(Meeting) else None
        to = read_wall(ngay, gio)
        new = move_one(visit, airing_id, to=to, **visit.stamp, meeting=meeting)
    except (NotAllowed, NotFound):
        raise
    except LoaError as error:
        return _page(visit, airing_id, typed=(ngay, gio, trung), error=error)
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
        "meets": isinstance(error, MeetsOthers),
        "clear_at": error.facts.get("clear_at") if error else None,
    }
    return page(visit.request, "doi_gio.html", context, error=error)
