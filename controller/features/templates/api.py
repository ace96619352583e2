"""Templates of bulletins by JSON: the built-in ones, and the areas' own."""

from controller.features.accounts.dependencies import SignedVisit
from controller.features.templates.queries import templates_offered, templates_shown
from controller.features.templates.schemas import BulletinTemplateShown, TemplateAdded, TemplateChanged
from controller.features.templates.service import (
    add_template,
    add_template_of,
    change_template,
    remove_template,
)
from controller.http.json_router import json_router
from controller.http.refusals import refusals

router = json_router(tags=["templates"])
_CHANGES = refusals(401, 403, 404, 409, 422)


@router.get("/templates", responses=refusals(401))
def index(visit: SignedVisit) -> list[BulletinTemplateShown]:
    """Return the templates of the person's area, of those above and below, and the built-in ones."""
    return templates_shown(visit.store, templates_offered(visit.store, visit.scope.hears))


@router.post("/templates", status_code=201, responses=_CHANGES)
def add(visit: SignedVisit, asked: TemplateAdded) -> BulletinTemplateShown:
    """Offer a text as a template in an area and below it."""
    row = add_template(visit.store, **asked.model_dump(), **visit.stamp)
    return templates_shown(visit.store, [row])[0]


@router.put("/templates/{template_id}", responses=_CHANGES)
def change(visit: SignedVisit, template_id: str, asked: TemplateChanged) -> BulletinTemplateShown:
    """Give an area's own template other words; 409 `template.newer` where somebody else did meanwhile."""
    words = asked.model_dump()
    row = change_template(visit.store, template_id, **words, **visit.stamp)
    return templates_shown(visit.store, [row])[0]


@router.delete("/templates/{template_id}", responses=refusals(401, 403, 404, 409))
def remove(visit: SignedVisit, template_id: str) -> BulletinTemplateShown:
    """Offer an area's own template no more; built-in ones stay."""
    row = remove_template(visit.store, template_id, **visit.stamp)
    return templates_shown(visit.store, [row])[0]


@router.post("/bulletins/{bulletin_id}/template", status_code=201, responses=_CHANGES)
def keep(visit: SignedVisit, bulletin_id: str) -> BulletinTemplateShown:
    """Offer a bulletin's newest wording as a template in the area that it belongs to."""
    row = add_template_of(visit.store, bulletin_id, **visit.stamp)
    return templates_shown(visit.store, [row])[0]
