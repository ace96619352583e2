"""Pages to create and change a schedule, with a form that previews what it means."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from controller.errors import LoaError, NotAllowed, NotFound
from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.schedules import service
from controller.features.schedules.form import KINDS, ScheduleTyped, fresh_form, typed_of
from controller.features.schedules.page_queries import form_choices, form_preview, schedule_and_areas
from controller.features.schedules.queries import version_of_schedule
from controller.features.schedules.sentences import rule_sentence
from controller.http.form_fields import AskedId
from controller.http.render import fragment, frame_of, page
from controller.model.local_time import ZONE
from controller.model.permissions import Act
from controller.model.row_versions import Difference, Newer, differences
from controller.model.schedule_states import ScheduleState
from controller.model.schedules import Schedule
from devices.ids import Grade
from schedules.icalendar import from_text

router = APIRouter()
Typed = Annotated[ScheduleTyped, Form()]


# --- a new one


@router.get("/lich/tao")
def ask(visit: SignedVisit, ban_tin: AskedId = "") -> Response:
    """Show the form, with the bulletin preselected if it is known."""
    visit.viewer.need(Act.AIR)
    today = visit.now().astimezone(ZONE).date()
    return _form_page(visit, fresh_form(ban_tin, today))


@router.post("/lich/xem-truoc")
def look_ahead(visit: SignedVisit, form: Typed) -> Response:
    """Return the part of the page that previews the present form."""
    visit.viewer.need(Act.AIR)
    if form.lich:
        form = _aimed(form, *schedule_and_areas(visit, form.lich))
    context = frame_of(visit.station, visit.viewer, visit.request.url.path) | form_preview(visit, form)
    return HTMLResponse(fragment("lich/xem_truoc.html", context | {"form": form}))


@router.post("/lich/tao")
def create(visit: SignedVisit, form: Typed) -> Response:
    """Create the schedule, or show its preview."""
    visit.viewer.need(Act.AIR)
    if form.viec == "xem":
        return _form_page(visit, form)
    try:
        if not form.ban_tin:
            raise NotFound("Hãy chọn bản tin sẽ phát.", code="bulletin.unknown")
        made = service.schedule_each(
            visit,
            form.ban_tin,
            form.rules(),
            **visit.stamp,
            skips=form.skips(),
            areas=form.areas(visit.viewer),
            grade=form.grade(),
            volume=form.volume(),
        )
    except LoaError as error:
        return _form_page(visit, form, error=error)
    place = f"/lich/{made[0].id}?xong=tao" if len(made) == 1 else f"/lich/danh-sach?xong={len(made)}"
    return RedirectResponse(place, 303)


def _form_page(
    visit: Visit,
    form: ScheduleTyped,
    *,
    error: LoaError | None = None,
    schedule: Schedule | None = None,
    newer: tuple[Difference, ...] = (),
) -> Response:
    context = {
        "form": form,
        "kinds": KINDS,
        "grades": [grade for grade in Grade if grade is not Grade.EMERGENCY],
        "schedule": schedule,
        "newer": newer,
        **form_choices(visit, form, schedule),
        **form_preview(visit, form, is_opening=visit.request.method == "GET"),
    }
    return page(visit.request, "lich_tao.html", context, error=error)


# --- one that is there


@router.get("/lich/{schedule_id}/sua")
def ask_again(visit: SignedVisit, schedule_id: str) -> Response:
    """Show the schedule's form."""
    row, targets = schedule_and_areas(visit, schedule_id)
    if row.state is not ScheduleState.RUNNING or not visit.scope.may(visit.by, Act.AIR, targets):
        return RedirectResponse(f"/lich/{schedule_id}", 303)
    form = typed_of(from_text(row.rule), row.skips)
    form = form.model_copy(update={"phien_ban": version_of_schedule(row)})
    return _form_page(visit, _aimed(form, row, targets), schedule=row)


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
def change(visit: SignedVisit, schedule_id: str, form: Typed) -> Response:
    """Change the rule of the schedule, or show the preview."""
    row, targets = schedule_and_areas(visit, schedule_id)
    form = _aimed(form, row, targets)
    visit.viewer.need(Act.AIR)
    if form.viec == "xem":
        return _form_page(visit, form, schedule=row)
    try:
        rule, skips = form.rule(), form.skips()
        service.change_schedule(
            visit, schedule_id, rule=rule, skips=skips, **visit.stamp, based_on=form.phien_ban
        )
    except NotAllowed:
        raise
    except Newer as error:
        return _newer_page(visit, form, error)
    except LoaError as error:
        return _form_page(visit, form, schedule=row, error=error)
    return RedirectResponse(f"/lich/{schedule_id}?xong=sua", 303)


def _newer_page(visit: Visit, form: ScheduleTyped, error: Newer) -> Response:
    """Show the rule that somebody else has saved next to the typed one; saving again replaces theirs."""
    row, _ = schedule_and_areas(visit, form.lich)
    theirs = rule_sentence(from_text(row.rule), row.skips)
    typed = rule_sentence(form.rule(), form.skips())
    form = form.model_copy(update={"phien_ban": version_of_schedule(row)})
    newer = differences(("Lịch", theirs, typed))
    return _form_page(visit, form, schedule=row, error=error, newer=newer)
