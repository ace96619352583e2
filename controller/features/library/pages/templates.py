"""Thư viện, mẫu bản tin: an area's own templates are added, changed and removed; a bulletin becomes one."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import LoaError, NotFound
from controller.features.accounts.dependencies import SignedVisit
from controller.features.library.page_queries import TypedTemplate, newer_template
from controller.features.library.pages.library import library_page
from controller.features.templates.service import (
    MAY_KEEP,
    add_template,
    add_template_of,
    change_template,
    remove_template,
)
from controller.http.form_fields import SentId
from controller.model.row_versions import Newer

router = APIRouter()
_KEPT = "/thu-vien?xong=mau#mau-ban-tin"

Title = Annotated[str, Form(max_length=1000)]
Text = Annotated[str, Form()]
Version = Annotated[str, Form(max_length=64)]


@router.post("/thu-vien/mau")
def add(visit: SignedVisit, *, ten: Title = "", loi: Text = "", dia_ban: SentId = "") -> Response:
    """Offer a text as a template."""
    visit.viewer.need(MAY_KEEP)
    try:
        add_template(visit.store, title=ten, text=loi, area=dia_ban, **visit.stamp)
    except LoaError as error:
        typed = TypedTemplate(ten, loi, dia_ban)
        return library_page(visit, typed=typed, error=error)
    return RedirectResponse(_KEPT, 303)


@router.post("/thu-vien/mau/{template_id}/sua")
def change(
    visit: SignedVisit, template_id: str, *, ten: Title = "", loi: Text = "", phien_ban: Version = ""
) -> Response:
    """Give it other words."""
    typed = TypedTemplate(ten, loi, of=template_id, version=phien_ban)
    words = {"title": ten, "text": loi, "based_on": phien_ban}
    try:
        change_template(visit.store, template_id, **words, **visit.stamp)
    except NotFound:
        raise
    except LoaError as error:
        typed = newer_template(visit.store, typed) if isinstance(error, Newer) else typed
        return library_page(visit, typed=typed, error=error)
    return RedirectResponse(_KEPT, 303)


@router.post("/thu-vien/mau/{template_id}/xoa")
def remove(
    visit: SignedVisit, template_id: str, *, ten: Title = "", loi: Text = "", phien_ban: Version = ""
) -> Response:
    """Offer it no more; one that somebody else has changed since the page came is shown first."""
    try:
        remove_template(visit.store, template_id, **visit.stamp, based_on=phien_ban)
    except Newer as error:
        typed = newer_template(visit.store, TypedTemplate(ten, loi, of=template_id))
        return library_page(visit, typed=typed, error=error)
    return RedirectResponse("/thu-vien?xong=xoa-mau#mau-ban-tin", 303)


@router.post("/ban-tin/{bulletin_id}/mau")
def keep(visit: SignedVisit, bulletin_id: str) -> Response:
    """Make a bulletin's newest wording a template of its area."""
    add_template_of(visit.store, bulletin_id, **visit.stamp)
    return RedirectResponse(_KEPT, 303)
