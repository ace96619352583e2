"""Tạo bản tin: one form from text to a planned airing; what was typed is never lost to an error."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.airings.planning import Meeting, MeetsOthers, Wish, plan_foreseen
from controller.airings.usecases import DEFAULT_VOLUME
from controller.bulletins.lifecycle import Action, BulletinId, actions
from controller.bulletins.tables import Bulletin
from controller.bulletins.usecases import draft_bulletin, revise_bulletin, submit_bulletin
from controller.errors import BadInput, LoaError, NotAllowed
from controller.operators.permissions import Act
from controller.web.acts import hand_in, seen_bulletin
from controller.web.errors import status_of
from controller.web.queries import spoken
from controller.web.render import page
from controller.web.starts import read_start, slots
from controller.web.station import Station
from controller.web.viewer import Signed, TheStation, Viewer
from devices.messages import AreaCode, Grade

router = APIRouter()
_LOUDEST = 100


class Typed(BaseModel):
    """What the form holds; nothing is refused before it can be shown again."""

    tieu_de: str = ""
    noi_dung: str = ""
    noi: str = ""
    dia_ban: list[str] = []
    luc: str = "ngay"
    ngay: str = ""
    gio: str = ""
    muc: str = Grade.ROUTINE
    am_luong: str = str(DEFAULT_VOLUME)
    trung: str = ""
    viec: str = "gui"

    def wish(self, viewer: Viewer, station: Station) -> Wish:
        """Return where, when and how it shall be heard, or raise BadInput."""
        start = read_start(self.luc, self.ngay, self.gio, station.now())
        areas = [AreaCode(code) for code in self.dia_ban] if self.noi == "chon" else [viewer.scope.home]
        if not areas:
            raise BadInput("Hãy chọn ít nhất một xã, phường.", code="airing.no-area")
        if self.muc not in set(Grade):
            raise BadInput("Mức ưu tiên không đúng.", code="airing.bad-grade")
        if not self.am_luong.isdigit() or int(self.am_luong) > _LOUDEST:
            raise BadInput("Âm lượng phải từ 0 đến 100.", code="airing.bad-volume")
        return Wish(areas, start.at, start.latest, Grade(self.muc), int(self.am_luong), self._meeting())

    def _meeting(self) -> Meeting:
        """Return what shall be done when it meets others; at once, nobody can tell yet what it meets."""
        if self.luc == "ngay":
            return Meeting.ACCEPT
        return Meeting(self.trung) if self.trung in set(Meeting) else Meeting.REFUSE


def form_page(
    request: Request, station: Station, viewer: Viewer, form: Typed, *, error: LoaError | None = None
) -> Response:
    """Show the form, with what was typed and what is wrong with it."""
    context = _form_context(station, viewer, form, error)
    return page(request, "tao_ban_tin.html", context, status=status_of(error) if error else 200)


def _form_context(station: Station, viewer: Viewer, form: Typed, error: LoaError | None) -> dict[str, Any]:
    emergency = viewer.may(Act.AIR_EMERGENCY)
    return {
        "form": form,
        "fault": error.sentence if error else "",
        "meets": isinstance(error, MeetsOthers),
        "clear_at": error.facts.get("clear_at") if error else None,
        "slots": slots(station.now()),
        "grades": [grade for grade in Grade if emergency or grade is not Grade.EMERGENCY],
    }


@router.get("/tao-ban-tin")
def ask(request: Request, station: TheStation, viewer: Signed) -> Response:
    """Show the empty form."""
    if not viewer.may(Act.WRITE):
        raise NotAllowed("Tài khoản này không có quyền soạn bản tin.")
    return form_page(request, station, viewer, Typed())


@router.post("/tao-ban-tin")
def create(
    *,
    request: Request,
    station: TheStation,
    viewer: Signed,
    form: Annotated[Typed, Form()],
) -> Response:
    """Hand it in with its airing, or keep a draft."""
    try:
        if form.viec == "nhap":
            with station.store.write() as session:
                bulletin_id = draft_bulletin(
                    session, title=form.tieu_de, text=form.noi_dung, by=viewer.operator, now=station.now()
                ).id
        else:
            wish = form.wish(viewer, station)
            bulletin_id, _ = hand_in(station, viewer, title=form.tieu_de, text=form.noi_dung, wish=wish)
    except LoaError as error:
        return form_page(request, station, viewer, form, error=error)
    return _kept(bulletin_id, form.viec)


def _kept(bulletin_id: str, done: str) -> Response:
    return RedirectResponse(f"/ban-tin/{bulletin_id}?xong={'nhap' if done == 'nhap' else 'gui'}", 303)


@router.get("/ban-tin/{bulletin_id}/sua")
def ask_again(request: Request, station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Show a draft or a returned bulletin for mending."""
    with station.store.read() as session:
        bulletin = seen_bulletin(session, viewer, bulletin_id)
        text = spoken(session, bulletin.id, bulletin.revision).revision.text
    if Action.REVISE not in actions(bulletin.state) or not viewer.may(Act.WRITE):
        return RedirectResponse(f"/ban-tin/{bulletin_id}", 303)
    context = {"bulletin": bulletin, "title": bulletin.title, "text": text, "fault": ""}
    return page(request, "sua_ban_tin.html", context)


@router.post("/ban-tin/{bulletin_id}/sua")
def mend(
    *,
    request: Request,
    station: TheStation,
    viewer: Signed,
    bulletin_id: str,
    form: Annotated[Typed, Form()],
) -> Response:
    """Keep a new wording, and hand it in unless it shall stay a draft."""
    now = station.now()
    try:
        with station.store.write() as session:
            bulletin = seen_bulletin(session, viewer, bulletin_id)
            revise_bulletin(
                session, bulletin.id, title=form.tieu_de, text=form.noi_dung, by=viewer.operator, now=now
            )
            if form.viec != "nhap":
                submit_bulletin(session, bulletin.id, by=viewer.operator, now=now, speech=station.speech)
    except LoaError as error:
        with station.store.read() as session:
            bulletin = seen_bulletin(session, viewer, bulletin_id)
        context = {
            "bulletin": bulletin,
            "title": form.tieu_de,
            "text": form.noi_dung,
            "fault": error.sentence,
        }
        return page(request, "sua_ban_tin.html", context, status=status_of(error))
    station.poke()
    return _kept(bulletin_id, form.viec)


@router.get("/ban-tin/{bulletin_id}/dat-lich")
def ask_when(request: Request, station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Ask where and when a bulletin shall be heard (again)."""
    with station.store.read() as session:
        bulletin = seen_bulletin(session, viewer, bulletin_id)
    return _when_page(request, station, viewer, Typed(), bulletin=bulletin)


@router.post("/ban-tin/{bulletin_id}/dat-lich")
def plan_again(
    *,
    request: Request,
    station: TheStation,
    viewer: Signed,
    bulletin_id: str,
    form: Annotated[Typed, Form()],
) -> Response:
    """Plan one more airing."""
    try:
        wish = form.wish(viewer, station)
        with station.store.write() as session:
            seen_bulletin(session, viewer, bulletin_id)
            airing_id = plan_foreseen(
                session, BulletinId(bulletin_id), wish, by=viewer.operator, now=station.now()
            ).id
    except LoaError as error:
        with station.store.read() as session:
            bulletin = seen_bulletin(session, viewer, bulletin_id)
        return _when_page(request, station, viewer, form, bulletin=bulletin, error=error)
    station.poke()
    return RedirectResponse(f"/phat/{airing_id}", 303)


def _when_page(
    request: Request,
    station: Station,
    viewer: Viewer,
    form: Typed,
    *,
    bulletin: Bulletin,
    error: LoaError | None = None,
) -> Response:
    context = {"bulletin": bulletin, **_form_context(station, viewer, form, error)}
    return page(request, "dat_lich.html", context, status=status_of(error) if error else 200)
