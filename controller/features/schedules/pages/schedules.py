"""Pages to create and change a schedule, with a form that previews what it means."""

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from controller.errors import LoaError, NotAllowed, NotFound
from controller.features.accounts.viewer import Signed, TheStation, Viewer
from controller.features.bulletins.page_queries import bulletins_seen
from controller.features.bulletins.queries import programmes_among, seen_bulletin
from controller.features.schedules import operations
from controller.features.schedules.form import KINDS, ScheduleTyped, fresh_form, typed_of
from controller.features.schedules.preview import preview
from controller.features.schedules.queries import seen_schedule, targets_of_schedule, version_of_schedule
from controller.features.schedules.sentences import rule_sentence
from controller.features.schedules.service import schedule_bulletin
from controller.http.error_pages import status_of
from controller.http.render import fragment, frame_of, page
from controller.http.station import Station
from controller.model.bulletin_states import BulletinId, BulletinState
from controller.model.bulletins import Bulletin
from controller.model.local_time import ZONE
from controller.model.permissions import Act
from controller.model.row_versions import Difference, Newer, differences
from controller.model.schedule_states import ScheduleId, ScheduleState
from controller.model.schedules import Schedule
from controller.store import Session
from devices.ids import Grade
from schedules.icalendar import from_text

router = APIRouter()
_BULLETINS = 200
Typed = Annotated[ScheduleTyped, Form()]


def _allowed(viewer: Viewer) -> None:
    if not viewer.may(Act.AIR):
        raise NotAllowed("Tài khoản này không có quyền đặt lịch phát.")


# --- a new one


@router.get("/lich/tao")
def ask(
    request: Request, station: TheStation, viewer: Signed, ban_tin: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Show the form, with the bulletin preselected if it is known."""
    _allowed(viewer)
    today = station.now().astimezone(ZONE).date()
    return _form_page(request, station, viewer, fresh_form(ban_tin, today))


@router.post("/lich/xem-truoc")
def look_ahead(request: Request, station: TheStation, viewer: Signed, form: Typed) -> Response:
    """Return the part of the page that previews the present form."""
    _allowed(viewer)
    if form.lich:
        with station.store.read() as session:
            row = seen_schedule(session, viewer.scope, form.lich)
            form = _aimed(form, row, targets_of_schedule(session, row.id))
    context = frame_of(station, viewer, request.url.path) | _previewed(station, viewer, form)
    return HTMLResponse(fragment("lich/xem_truoc.html", context | {"form": form}))


@router.post("/lich/tao")
def create(request: Request, station: TheStation, viewer: Signed, form: Typed) -> Response:
    """Create the schedule, or show its preview."""
    _allowed(viewer)
    if form.viec == "xem":
        return _form_page(request, station, viewer, form)
    try:
        made = _lay_down(station, viewer, form)
    except LoaError as error:
        return _form_page(request, station, viewer, form, error=error)
    station.wake()
    place = f"/lich/{made[0]}?xong=tao" if len(made) == 1 else f"/lich/danh-sach?xong={len(made)}"
    return RedirectResponse(place, 303)


def _lay_down(station: Station, viewer: Viewer, form: ScheduleTyped) -> list[ScheduleId]:
    """Make a schedule for each time of day: all of them, or none."""
    if not form.ban_tin:
        raise NotFound("Hãy chọn bản tin sẽ phát.", code="bulletin.unknown")
    with station.store.write() as session:
        bulletin = seen_bulletin(session, viewer.scope, form.ban_tin)
        return [
            schedule_bulletin(
                session,
                bulletin.id,
                areas=form.areas(viewer),
                rule=rule,
                skips=form.skips(),
                grade=form.grade(),
                volume=form.volume(),
                by=viewer.operator,
                now=station.now(),
            ).id
            for rule in form.rules()
        ]


def _form_page(
    request: Request,
    station: Station,
    viewer: Viewer,
    form: ScheduleTyped,
    *,
    error: LoaError | None = None,
    schedule: Schedule | None = None,
    newer: tuple[Difference, ...] = (),
) -> Response:
    with station.store.read() as session:
        bulletins = [] if schedule else _choices(session, viewer, form)
        programmes = programmes_among(session, [bulletin.id for bulletin in bulletins])
        title = "" if schedule is None else seen_bulletin(session, viewer.scope, schedule.bulletin).title
    context = {
        "form": form,
        "fault": error.sentence if error else "",
        "bulletins": bulletins,
        "programmes": programmes,
        "kinds": KINDS,
        "grades": [grade for grade in Grade if grade is not Grade.EMERGENCY],
        "schedule": schedule,
        "newer": newer,
        "title": title,
        **_previewed(station, viewer, form, is_opening=request.method == "GET"),
    }
    return page(request, "lich_tao.html", context, status=status_of(error) if error else 200)


def _choices(session: Session, viewer: Viewer, form: ScheduleTyped) -> list[Bulletin]:
    """Return the bulletins to choose from; a bulletin of the province is included if its page linked here."""
    not_gone = frozenset(BulletinState) - {BulletinState.WITHDRAWN}
    found = [bulletin for bulletin, _ in bulletins_seen(session, viewer.scope, not_gone, _BULLETINS)]
    if form.ban_tin and form.ban_tin not in {bulletin.id for bulletin in found}:
        with suppress(NotFound):
            found.insert(0, seen_bulletin(session, viewer.scope, form.ban_tin))
    return found


def _previewed(
    station: Station, viewer: Viewer, form: ScheduleTyped, *, is_opening: bool = False
) -> dict[str, Any]:
    """Return the preview of the form, or what is still missing."""
    try:
        with station.store.read() as session:
            known = bool(form.ban_tin) and seen_bulletin(session, viewer.scope, form.ban_tin)
            bulletin = BulletinId(form.ban_tin) if known else None
            now = station.now()
            found = preview(session, viewer, form, bulletin, now, is_opening=is_opening)
            return {"preview": found, "lacks": ""}
    except LoaError as error:
        return {"preview": None, "lacks": error.sentence}


# --- one that is there


@router.get("/lich/{schedule_id}/sua")
def ask_again(request: Request, station: TheStation, viewer: Signed, schedule_id: str) -> Response:
    """Show the schedule's form."""
    with station.store.read() as session:
        row = seen_schedule(session, viewer.scope, schedule_id)
        targets = targets_of_schedule(session, row.id)
    if row.state is not ScheduleState.RUNNING or not viewer.scope.may(viewer.operator, Act.AIR, targets):
        return RedirectResponse(f"/lich/{schedule_id}", 303)
    form = typed_of(from_text(row.rule), row.skips)
    form = form.model_copy(update={"phien_ban": version_of_schedule(row)})
    return _form_page(request, station, viewer, _aimed(form, row, targets), schedule=row)


def _aimed(form: ScheduleTyped, row: Schedule, targets: tuple[str, ...]) -> ScheduleTyped:
    """Fill in the fields that a change of the rule keeps, so that the dates are checked against the plans."""
    return form.model_copy(
        update={
            "ban_tin": row.bulletin,
            "lich": row.id,
            "noi": "chon",
            "dia_ban": list(targets),
            "muc": row.grade,
            "am_luong": str(row.volume),
        }
    )


@router.post("/lich/{schedule_id}/sua")
def change(request: Request, station: TheStation, viewer: Signed, schedule_id: str, form: Typed) -> Response:
    """Change the rule of the schedule, or show the preview."""
    with station.store.read() as session:
        row = seen_schedule(session, viewer.scope, schedule_id)
        form = _aimed(form, row, targets_of_schedule(session, row.id))
    _allowed(viewer)
    if form.viec == "xem":
        return _form_page(request, station, viewer, form, schedule=row)
    try:
        operations.change(station, viewer, schedule_id, form.rule(), form.skips(), based_on=form.phien_ban)
    except NotAllowed:
        raise
    except Newer as error:
        return _newer_page(request, station, viewer, form, error)
    except LoaError as error:
        return _form_page(request, station, viewer, form, schedule=row, error=error)
    return RedirectResponse(f"/lich/{schedule_id}?xong=sua", 303)


def _newer_page(
    request: Request, station: Station, viewer: Viewer, form: ScheduleTyped, error: Newer
) -> Response:
    """Show the rule that somebody else has saved next to the typed one; saving again replaces theirs."""
    with station.store.read() as session:
        row = seen_schedule(session, viewer.scope, form.lich)
    theirs = rule_sentence(from_text(row.rule), row.skips)
    typed = rule_sentence(form.rule(), form.skips())
    form = form.model_copy(update={"phien_ban": version_of_schedule(row)})
    newer = differences(("Lịch", theirs, typed))
    return _form_page(request, station, viewer, form, schedule=row, error=error, newer=newer)
