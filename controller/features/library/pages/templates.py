"""Thư viện, mẫu bản tin: an area's own templates are added, changed and removed; a bulletin becomes one."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError, NotFound
from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.page_permissions import need
from controller.features.accounts.viewer import Viewer
from controller.features.library.pages.library import library_page
from controller.features.library.template_queries import TypedTemplate, newer_template
from controller.features.templates import operations
from controller.features.templates.queries import get_template, unknown_template
from controller.features.templates.service import (
    MAY_KEEP,
    add_template,
    change_template,
    remove_template,
)
from controller.http.station import Station
from controller.model.row_versions import Newer
from controller.model.templates import TemplateId
from controller.store import Session
from devices.ids import AreaCode

router = APIRouter()
_KEPT = "/thu-vien?xong=mau#mau-ban-tin"

Title = Annotated[str, Form(max_length=1000)]
Text = Annotated[str, Form()]
Version = Annotated[str, Form(max_length=64)]


@router.post("/thu-vien/mau")
def add(
    request: Request,
    station: TheStation,
    viewer: Signed,
    *,
    ten: Title = "",
    loi: Text = "",
    dia_ban: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Offer a text as a template."""
    need(viewer, MAY_KEEP)
    area = AreaCode(dia_ban) if dia_ban else None
    try:
        with station.store.write() as session:
            add_template(session, title=ten, text=loi, area=area, by=viewer.operator, now=station.now())
    except LoaError as error:
        typed = TypedTemplate(ten, loi, dia_ban)
        return library_page(request, station, viewer, typed=typed, error=error)
    return RedirectResponse(_KEPT, 303)


@router.post("/thu-vien/mau/{template_id}/sua")
def change(
    request: Request,
    station: TheStation,
    viewer: Signed,
    template_id: str,
    *,
    ten: Title = "",
    loi: Text = "",
    phien_ban: Version = "",
) -> Response:
    """Give it other words."""
    typed, by, now = (
        TypedTemplate(ten, loi, of=template_id, version=phien_ban),
        viewer.operator,
        station.now(),
    )
    try:
        with station.store.write() as session:
            own = _seen(session, viewer, template_id)
            change_template(session, own, title=ten, text=loi, by=by, now=now, based_on=phien_ban)
    except NotFound:
        raise
    except LoaError as error:
        typed = _beside_newer(station, typed) if isinstance(error, Newer) else typed
        return library_page(request, station, viewer, typed=typed, error=error)
    return RedirectResponse(_KEPT, 303)


@router.post("/thu-vien/mau/{template_id}/xoa")
def remove(
    request: Request,
    station: TheStation,
    viewer: Signed,
    template_id: str,
    *,
    ten: Title = "",
    loi: Text = "",
    phien_ban: Version = "",
) -> Response:
    """Offer it no more; one that somebody else has changed since the page came is shown first."""
    try:
        with station.store.write() as session:
            own = _seen(session, viewer, template_id)
            remove_template(session, own, by=viewer.operator, now=station.now(), based_on=phien_ban)
    except Newer as error:
        typed = _beside_newer(station, TypedTemplate(ten, loi, of=template_id))
        return library_page(request, station, viewer, typed=typed, error=error)
    return RedirectResponse("/thu-vien?xong=xoa-mau#mau-ban-tin", 303)


@router.post("/ban-tin/{bulletin_id}/mau")
def keep(station: TheStation, viewer: Signed, bulletin_id: str) -> Response:
    """Make a bulletin's newest wording a template of its area."""
    operations.keep(station, viewer, bulletin_id)
    return RedirectResponse(_KEPT, 303)


def _beside_newer(station: Station, typed: TypedTemplate) -> TypedTemplate:
    with station.store.read() as session:
        return newer_template(session, typed)


def _seen(session: Session, viewer: Viewer, template_id: str) -> TemplateId:
    row = get_template(session, TemplateId(template_id))
    if row.area not in viewer.scope.hears:
        raise unknown_template()
    return row.id
