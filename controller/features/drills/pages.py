"""Diễn tập: plan a drill, its scoreboard by commune, and what everybody may read of it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.dependencies import SignedVisit, TheStation, Visit
from controller.features.airings.planning import BroadcastRequest
from controller.features.airings.target_form import TargetTyped
from controller.features.drills.judging import DrillCriteria
from controller.features.drills.queries import (
    MOST_NODES,
    drill_nodes,
    drills_shown,
    published_drills,
    published_scoreboard,
    scoreboard,
)
from controller.features.drills.schemas import LONGEST_NAME, USUAL_LEAST_PERCENT, USUAL_START_WITHIN_S
from controller.features.drills.service import (
    MOST_MONTHS,
    MOST_RETRIED,
    PUBLISHES,
    plan_drill,
    publish_drill,
    retry_drill,
    stop_repeating,
)
from controller.features.listeners.public_page import public_page
from controller.features.speaker_tests.service import test_at_hand
from controller.http.form_fields import AskedId, Done, SentId
from controller.http.lanes import UrgentRoute
from controller.http.render import page
from controller.http.time_fields import read_clock, read_day
from controller.http.words import date_value
from controller.model.bulletin_states import BulletinState
from controller.model.drill_states import CAUSE_WORDS, NOT_TO_MEND
from controller.model.local_time import ZONE
from controller.model.permissions import Act
from devices.ids import AreaCode, Grade

router = APIRouter()
urgent = APIRouter(route_class=UrgentRoute)
_LONGEST_NUMBER = 5
Id = Annotated[str, Path(max_length=64)]
_DONE = {
    "cong-bo": "Đã công bố.",
    "thoi-cong-bo": "Đã thôi công bố.",
    "thoi-lap": "Sau buổi này sẽ không lặp lại.",
}


class DrillTyped(TargetTyped):
    """What the forms hold; nothing is refused before it can be shown again."""

    ten: str = ""
    ngay: str = ""
    gio: str = ""
    muc: str = Grade.PRIORITY
    cham_nhat: str = str(USUAL_START_WITHIN_S)
    it_nhat: str = str(USUAL_LEAST_PERCENT)
    phai_do: str = ""
    lap: str = ""

    def criteria(self) -> DrillCriteria:
        """Return what counts as heard; what is no number is none that is allowed."""
        return DrillCriteria(_number(self.cham_nhat), _number(self.it_nhat), bool(self.phai_do))

    def every_months(self) -> int | None:
        """Return after how many months it is repeated; None: it is not."""
        return _number(self.lap) if self.lap else None

    def broadcast(self, areas: list[AreaCode]) -> BroadcastRequest:
        """Return where, when and how, or raise BadInput."""
        try:
            on, at = read_day(self.ngay), read_clock(self.gio)
        except ValueError:
            raise BadInput("Hãy chọn đủ ngày và giờ diễn tập.", code="airing.no-start") from None
        if self.muc not in {Grade.ROUTINE, Grade.PRIORITY}:
            raise BadInput("Mức ưu tiên không đúng.", code="airing.bad-grade")
        starts_at = datetime.combine(on, at, ZONE)
        return BroadcastRequest(areas, starts_at, grade=Grade(self.muc), volume=self.volume())


@router.get("/dien-tap")
def index(visit: SignedVisit) -> Response:
    """List the drills of the person's areas."""
    context = {"drills": drills_shown(visit.store, visit.scope), "may_plan": visit.viewer.may(Act.AIR)}
    return page(visit.request, "dien_tap.html", context)


@router.get("/dien-tap/dat")
def ask(visit: SignedVisit) -> Response:
    """Show the form of a drill."""
    visit.viewer.need(Act.AIR)
    return _form(visit, DrillTyped(ngay=date_value(visit.now())))


@router.post("/dien-tap/dat")
def plan(visit: SignedVisit, form: Annotated[DrillTyped, Form()]) -> Response:
    """Plan the drill."""
    try:
        broadcast = form.broadcast(form.areas(visit.viewer))
        drill = plan_drill(
            visit,
            form.ten,
            broadcast,
            form.criteria(),
            every_months=form.every_months(),
            **visit.stamp,
        )
    except LoaError as error:
        return _form(visit, form, error=error)
    return RedirectResponse(f"/dien-tap/{drill.id}", 303)


@router.get("/dien-tap/{drill_id}")
def show(visit: SignedVisit, drill_id: Id, *, xa: AskedId = "", xong: Done = "") -> Response:
    """Show the scoreboard, and the loudspeakers that failed; `xa`: those of one commune."""
    return _page(visit, drill_id, DrillTyped(ngay=date_value(visit.now())), area=xa, done=_DONE.get(xong, ""))


@router.post("/dien-tap/{drill_id}/lai")
def retry(visit: SignedVisit, drill_id: Id, form: Annotated[DrillTyped, Form()]) -> Response:
    """Ask the loudspeakers that failed again, alone."""
    try:
        drill = retry_drill(visit, drill_id, form.broadcast([]), **visit.stamp)
    except LoaError as error:
        return _page(visit, drill_id, form, error=error)
    return RedirectResponse(f"/dien-tap/{drill.id}", 303)


@router.post("/dien-tap/{drill_id}/cong-bo")
def publish(visit: SignedVisit, drill_id: Id, cong_khai: SentId = "") -> Response:
    """Put the scoreboard on the public pages, or take it off."""
    publish_drill(visit, drill_id, public=bool(cong_khai), **visit.stamp)
    done = "cong-bo" if cong_khai else "thoi-cong-bo"
    return RedirectResponse(f"/dien-tap/{drill_id}?xong={done}", 303)


@urgent.post("/dien-tap/{drill_id}/thoi-lap")
def end_repeats(visit: SignedVisit, drill_id: Id) -> Response:
    """Plan no further drill after this one."""
    stop_repeating(visit, drill_id, **visit.stamp)
    return RedirectResponse(f"/dien-tap/{drill_id}?xong=thoi-lap", 303)


@router.get("/cong-khai/dien-tap")
def public_index(request: Request, station: TheStation) -> Response:
    """List the published drills for everybody."""
    found = {"drills": published_drills(station.store)}
    return public_page(request, station, "dien_tap_cong_khai.html", found, area=None, is_shared=True)


@router.get("/cong-khai/dien-tap/{drill_id}")
def public_show(request: Request, station: TheStation, drill_id: Id) -> Response:
    """Show a published scoreboard by commune; single loudspeakers are not named."""
    found = {"board": published_scoreboard(station.store, drill_id), "cause_words": CAUSE_WORDS}
    return public_page(request, station, "dien_tap_bang.html", found, area=None, is_shared=True)


def _form(visit: Visit, form: DrillTyped, *, error: LoaError | None = None) -> Response:
    test = test_at_hand(visit.store, visit.scope.home)
    context: dict[str, Any] = {
        "form": form,
        "grades": [Grade.PRIORITY, Grade.ROUTINE],
        "most_months": MOST_MONTHS,
        "longest_name": LONGEST_NAME,
        "test": test if test is not None and test.state is BulletinState.APPROVED else None,
    }
    return page(visit.request, "dien_tap_dat.html", context, error=error)


def _page(
    visit: Visit,
    drill_id: str,
    form: DrillTyped,
    *,
    area: str = "",
    done: str = "",
    error: LoaError | None = None,
) -> Response:
    scope, chosen = visit.scope, AreaCode(area) if area else None
    board = scoreboard(visit.store, scope, drill_id)
    failed = drill_nodes(visit.store, scope, drill_id, only_failed=True, area=chosen, board=board)
    context: dict[str, Any] = {
        "board": board,
        "drill": board.drill,
        "failed": failed,
        "chosen": "" if chosen is None else scope.name(chosen),
        "most_nodes": MOST_NODES,
        "cause_words": CAUSE_WORDS,
        "not_to_mend": NOT_TO_MEND,
        "form": form,
        "done": done,
        "may_air": visit.viewer.may(Act.AIR),
        "may_retry": visit.viewer.may(Act.AIR) and 0 < board.drill.failed <= MOST_RETRIED,
        "may_stop": scope.may(visit.by, Act.STOP, [AreaCode(one) for one in board.drill.areas]),
        "may_publish": scope.may(visit.by, PUBLISHES, [scope.tree.lineage(scope.home)[-1]]),
    }
    return page(visit.request, "dien_tap_ket_qua.html", context, error=error)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER else 0


router.routes.extend(urgent.routes)
