"""Phát khẩn: choose, see what it stops and whom it reaches, call with a code; confirm, stop, all-clear."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import JSONResponse, RedirectResponse, Response

from controller.errors import LoaError, NotFound
from controller.features.accounts.dependencies import FormTouch, SignedVisit, Visit
from controller.features.accounts.live_pages import LivePage
from controller.features.accounts.passkey_schemas import TouchAsked
from controller.features.accounts.viewer import Viewer
from controller.features.emergencies import operations
from controller.features.emergencies.page_queries import (
    call_page,
    emergency_forms,
    emergency_page,
    index_page,
    one_emergency,
)
from controller.features.emergencies.service import WantedCall
from controller.http.form_fields import SentPassword, SentReason
from controller.http.lanes import UrgentRoute
from controller.http.render import page
from controller.model.emergency_states import EmergencyId, Kind, PreparedId
from controller.model.permissions import Act
from devices.ids import AreaCode

router = APIRouter()
urgent = APIRouter(route_class=UrgentRoute)
PAGE = LivePage("khan_mot.html", {"khan-tinh-trang": "khan/tinh_trang.html"})
_VOLUME_OF_TEST = 70
_DONE = {
    "soan": "Đã soạn và gửi duyệt. Khi có người khác duyệt, loa sẽ tải về giữ sẵn.",
    "giu": "Bản tin này sẽ được giữ sẵn ở loa khi đã có phê duyệt.",
}
Line = Annotated[str, Form(max_length=200)]
Areas = Annotated[list[str] | None, Form()]
Code = Annotated[str, Form(max_length=100)]


@dataclass(frozen=True, slots=True)
class CallForm:
    """What is about to be called, as the address or the form says."""

    prepared: str
    areas: list[AreaCode] = field(default_factory=list)
    minutes: int = 60
    alone: bool = False
    reason: str = ""

    def call(self) -> WantedCall:
        """Return it as the service's command."""
        return WantedCall(self.areas, PreparedId(self.prepared), lasts=timedelta(minutes=self.minutes))


@urgent.get("/khan")
def index(visit: SignedVisit) -> Response:
    """Show what sounds or waits, what can be called, and what may be prepared."""
    visit.viewer.need(Act.AIR)
    return _index(visit)


@urgent.get("/khan/goi")
def ask(
    visit: SignedVisit,
    ban: Annotated[str, Query(max_length=100)] = "",
    dia_ban: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Show what a call would stop and whom it would reach, and ask for the code."""
    visit.viewer.need(Act.AIR)
    form = CallForm(ban, _areas(visit.viewer, dia_ban))
    return _call_page(visit, form)


@urgent.post("/khan/goi")
def call(
    visit: SignedVisit,
    *,
    ban: Line = "",
    dia_ban: Areas = None,
    phut: Annotated[int, Form(ge=1, le=1440)] = 60,
    cach: Annotated[str, Form(max_length=10)] = "hai",
    ly_do: SentReason = "",
    mat_khau: SentPassword = "",
    ma: Code = "",
    touch: FormTouch,
) -> Response:
    """Call: it waits for a second person, or one person starts it and says why."""
    form = CallForm(ban, _areas(visit.viewer, dia_ban), phut, cach == "mot", ly_do)
    visit.viewer.need(Act.AIR_EMERGENCY if form.alone else Act.AIR)
    because = ly_do if form.alone else None
    if touch.asks:
        return _told(
            operations.ask_call(visit, visit.tries, form.call(), alone_because=because, kid=touch.kid)
        )
    try:
        proof = _proof(visit, mat_khau, ma, touch)
        made = operations.call(visit, visit.tries, form.call(), alone_because=because, proof=proof)
    except NotFound:
        raise
    except LoaError as error:
        return _call_page(visit, form, error)
    return RedirectResponse(f"/khan/{made}", 303)


@urgent.post("/khan/thu")
def sound_test(visit: SignedVisit, *, ban: Line = "", dia_ban: Areas = None) -> Response:
    """Sound a test; no code is needed, because it cannot be mistaken for a real emergency."""
    visit.viewer.need(Act.AIR)
    form = WantedCall(_areas(visit.viewer, dia_ban), PreparedId(ban), volume=_VOLUME_OF_TEST)
    try:
        made = operations.test(visit, form)
    except NotFound:
        raise
    except LoaError as error:
        return _index(visit, error)
    return RedirectResponse(f"/khan/{made}", 303)


@router.post("/khan/soan-san")
def prepare(visit: SignedVisit, *, mau: Line = "", dia_ban: Line = "") -> Response:
    """Write a built-in text for an area and hand it in; nodes fetch it once another person approves it."""
    visit.viewer.need(Act.WRITE)
    area = _areas(visit.viewer, [dia_ban] if dia_ban else None)[0]
    try:
        operations.prepare_template(visit, mau, area)
    except NotFound:
        raise
    except LoaError as error:
        return _index(visit, error)
    return RedirectResponse("/khan?xong=soan", 303)


@router.post("/khan/giu-san")
def prepare_existing(
    visit: SignedVisit, *, ban_tin: Line = "", loai: Line = Kind.ALARM, dia_ban: Line = ""
) -> Response:
    """Have nodes hold a bulletin that is there already; they fetch it once it is approved."""
    visit.viewer.need(Act.AIR)
    area = _areas(visit.viewer, [dia_ban] if dia_ban else None)[0]
    try:
        kind = Kind(loai) if loai in set(Kind) else Kind.ALARM
        operations.prepare_bulletin(visit, ban_tin, kind=kind, area=area)
    except NotFound:
        raise
    except LoaError as error:
        return _index(visit, error)
    return RedirectResponse("/khan?xong=giu", 303)


@router.post("/khan/soan-san/{prepared}/bo")
def drop(visit: SignedVisit, prepared: str) -> Response:
    """Stop holding it on nodes."""
    visit.viewer.need(Act.AIR)
    operations.release_prepared(visit, PreparedId(prepared))
    return RedirectResponse("/khan#soan-san", 303)


@urgent.get("/khan/{emergency_id}")
def show(visit: SignedVisit, emergency_id: str) -> Response:
    """Show one emergency with its reach and what can be done."""
    return _one(visit, emergency_id)


@urgent.get("/khan/{emergency_id}/dung")
def ask_stop(visit: SignedVisit, emergency_id: str) -> Response:
    """Ask for confirmation."""
    view = one_emergency(visit, EmergencyId(emergency_id))
    part = visit.viewer.may_silence(view.areas)
    if not part:
        return RedirectResponse(f"/khan/{emergency_id}", 303)  # a person who may stop nothing gets no form
    said = {"where": visit.scope.where(part), "is_part": part != view.areas}
    return page(visit.request, "khan_dung.html", {"view": view, "Kind": Kind} | said)


@urgent.post("/khan/{emergency_id}/dung")
def stop(visit: SignedVisit, emergency_id: str, ly_do: SentReason = "") -> Response:
    """Stop it at once: everywhere, or where the person may do no more, in the person's own area.

    The page used the same rule. Areas that were reached meanwhile change nothing: what is stopped here is
    never more than the person may stop.
    """

    def act() -> None:
        view = one_emergency(visit, EmergencyId(emergency_id))
        part = visit.viewer.may_silence(view.areas)
        operations.stop_one(visit, EmergencyId(emergency_id), ly_do, only=part)

    return _do(visit, emergency_id, act)


@urgent.post("/khan/{emergency_id}/xac-nhan")
def confirm(
    visit: SignedVisit,
    *,
    emergency_id: str,
    mat_khau: SentPassword = "",
    ma: Code = "",
    touch: FormTouch,
) -> Response:
    """Confirm what another person called: it sounds at once."""
    if touch.asks:
        return _told(operations.ask_confirm(visit, visit.tries, EmergencyId(emergency_id), kid=touch.kid))

    def act() -> object:
        proof = _proof(visit, mat_khau, ma, touch)
        return operations.confirm(visit, visit.tries, EmergencyId(emergency_id), proof)

    return _do(visit, emergency_id, act)


@urgent.post("/khan/{emergency_id}/tu-choi")
def decline(visit: SignedVisit, emergency_id: str, ly_do: SentReason = "") -> Response:
    """Reject a call that waits for confirmation."""

    def act() -> None:
        operations.decline(visit, EmergencyId(emergency_id), ly_do)

    return _do(visit, emergency_id, act)


@urgent.post("/khan/{emergency_id}/bao-yen")
def all_clear(
    visit: SignedVisit,
    emergency_id: str,
    *,
    ban: Line = "",
    mat_khau: SentPassword = "",
    ma: Code = "",
    touch: FormTouch,
) -> Response:
    """End it with a spoken all-clear."""
    emergency, prepared = EmergencyId(emergency_id), PreparedId(ban)
    if touch.asks:
        asked = operations.ask_all_clear(visit, visit.tries, emergency, prepared=prepared, kid=touch.kid)
        return _told(asked)
    try:
        proof = _proof(visit, mat_khau, ma, touch)
        made = operations.all_clear(visit, visit.tries, emergency, prepared=prepared, proof=proof)
    except LoaError as error:
        return _one(visit, emergency_id, error)
    return RedirectResponse(f"/khan/{made}", 303)


def _proof(visit: Visit, password: str, code: str, touch: FormTouch) -> operations.CallProof:
    given = touch.or_password(visit, password)
    if isinstance(given, str):
        return operations.CallProof(given, code or None)
    return operations.CallProof(touch=given)


def _told(asked: TouchAsked) -> Response:
    return JSONResponse(asked.model_dump(mode="json"))


def _do(visit: Visit, emergency_id: str, act: Callable[[], object]) -> Response:
    try:
        act()
    except NotFound:
        raise
    except LoaError as error:
        return _one(visit, emergency_id, error)
    visit.station.wake()
    return RedirectResponse(f"/khan/{emergency_id}", 303)


def _areas(viewer: Viewer, asked: Sequence[str] | None) -> list[AreaCode]:
    """Return the areas that were chosen, by default the person's own; NotFound outside the person's view."""
    areas = [AreaCode(code) for code in asked or [viewer.scope.home]]
    viewer.scope.check_seen(areas)
    return areas


def _index(visit: Visit, error: LoaError | None = None) -> Response:
    context = index_page(visit) | {
        "done": _DONE.get(visit.request.query_params.get("xong", ""), ""),
    }
    return page(visit.request, "khan.html", context, error=error)


def _call_page(visit: Visit, form: CallForm, error: LoaError | None = None) -> Response:
    context = call_page(visit, form.prepared, form.areas)
    return page(visit.request, "khan_goi.html", context | {"form": form}, error=error)


def _one(visit: Visit, emergency_id: str, error: LoaError | None = None) -> Response:
    emergency = EmergencyId(emergency_id)
    asks = emergency_forms(visit, emergency)
    return PAGE.show(
        visit,
        lambda session: emergency_page(session, visit, emergency),
        place=f"/khan/{emergency_id}",
        error=error,
        **asks,
    )


@router.get("/song/khan/{emergency_id}")
def follow(visit: SignedVisit, emergency_id: str) -> Response:
    """Stream its changes."""
    emergency = EmergencyId(emergency_id)
    return PAGE.follow(
        visit,
        lambda session: emergency_page(session, visit, emergency),
    )


router.routes.extend(urgent.routes)
