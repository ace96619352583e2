"""Templates of bulletins by JSON: the built-in ones, and the areas' own."""

from collections.abc import Sequence

from fastapi import APIRouter

from controller.features.accounts.dependencies import Signed, TheStation
from controller.features.accounts.queries import names_of_operators
from controller.features.accounts.viewer import Viewer
from controller.features.templates import operations
from controller.features.templates.queries import (
    OfferedTemplate,
    get_template,
    offered,
    templates_offered,
    unknown_template,
)
from controller.features.templates.schemas import (
    BulletinTemplateShown,
    TemplateAdded,
    TemplateChanged,
)
from controller.features.templates.service import add_template, change_template, remove_template
from controller.http.refusals import refusals
from controller.model.templates import TemplateId
from controller.store import Session
from devices.ids import AreaCode

router = APIRouter(tags=["templates"])
_CHANGES = refusals(401, 403, 404, 409, 422)


@router.get("/templates", responses=refusals(401))
def index(station: TheStation, viewer: Signed) -> list[BulletinTemplateShown]:
    """Return the templates of the person's area, of those above and below, and the built-in ones."""
    with station.store.read() as session:
        return _shown(session, templates_offered(session, viewer.scope.hears))


@router.post("/templates", status_code=201, responses=_CHANGES)
def add(station: TheStation, viewer: Signed, asked: TemplateAdded) -> BulletinTemplateShown:
    """Offer a text as a template in an area and below it."""
    with station.store.write() as session:
        row = add_template(
            session,
            title=asked.title,
            text=asked.text,
            area=None if asked.area is None else AreaCode(asked.area),
            by=viewer.operator,
            now=station.now(),
        )
        return _shown(session, [offered(row)])[0]


@router.put("/templates/{template_id}", responses=_CHANGES)
def change(
    station: TheStation, viewer: Signed, template_id: str, asked: TemplateChanged
) -> BulletinTemplateShown:
    """Give an area's own template other words; 409 `template.newer` where somebody else did meanwhile."""
    with station.store.write() as session:
        own = _seen(session, viewer, template_id)
        row = change_template(
            session,
            own,
            title=asked.title,
            text=asked.text,
            by=viewer.operator,
            now=station.now(),
            based_on=asked.based_on,
        )
        return _shown(session, [offered(row)])[0]


@router.delete("/templates/{template_id}", responses=refusals(401, 403, 404, 409))
def remove(station: TheStation, viewer: Signed, template_id: str) -> BulletinTemplateShown:
    """Offer an area's own template no more; built-in ones stay."""
    with station.store.write() as session:
        row = remove_template(
            session, _seen(session, viewer, template_id), by=viewer.operator, now=station.now()
        )
        return _shown(session, [offered(row)])[0]


@router.post("/bulletins/{bulletin_id}/template", status_code=201, responses=_CHANGES)
def keep(station: TheStation, viewer: Signed, bulletin_id: str) -> BulletinTemplateShown:
    """Offer a bulletin's newest wording as a template in the area that it belongs to."""
    row = operations.keep(station, viewer, bulletin_id)
    with station.store.read() as session:
        return _shown(session, [row])[0]


def _seen(session: Session, viewer: Viewer, template_id: str) -> TemplateId:
    row = get_template(session, TemplateId(template_id))
    if row.area not in viewer.scope.hears:
        raise unknown_template()
    return row.id


def _shown(session: Session, found: Sequence[OfferedTemplate]) -> list[BulletinTemplateShown]:
    names = names_of_operators(session)
    return [
        BulletinTemplateShown.of(
            one,
            added_by=None if one.added_by is None else names[one.added_by],
            changed_by=None if one.changed_by is None else names[one.changed_by],
        )
        for one in found
    ]
