"""What the map of the province is drawn from, by JSON; for administrators, outlines come as a form."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from controller.api.refusals import refusals
from controller.areas.outlines import (
    communes_to_outline,
    edition_of,
    keep_outlines,
    lacking,
    prepare_alone,
    remove_outlines,
)
from controller.errors import BadInput
from controller.web.uploads import Ruler, SentByRuler, described
from controller.web.viewer import Signed, TheStation

router = APIRouter(prefix="/map", tags=["areas"])
_FIELD = "The property that holds the official code; by default `id`, `code`, `ma_xa`…"


class OutlinesShown(BaseModel):
    """The outlines in use; none: the map is a sketch from the communes' centres."""

    outlines: int
    imported_at: datetime | None
    missing: list[str] = Field(description="Names of the communes without an outline, drawn as circles.")


class OutlinesTaken(OutlinesShown):
    """Outlines that were just imported, and how they were made light."""

    corners: int
    tolerance_degrees: float
    islands_left_out: int


@router.get("/outlines", responses=refusals(401))
def show(station: TheStation, _viewer: Signed) -> OutlinesShown:
    """Return what the map is drawn from."""
    with station.store.read() as session:
        return _shown(session)


@router.put(
    "/outlines",
    responses=refusals(401, 403, 409, 422),
    openapi_extra=described(field=_FIELD),
)
def bring(station: TheStation, viewer: Ruler, sent: SentByRuler) -> OutlinesTaken:
    """Draw the map from a GeoJSON file (WGS 84), instead of what was there; a wrong file changes nothing."""
    if sent.file is None:
        raise BadInput("Hãy chọn một tệp GeoJSON rồi gửi lại.", code="map.nothing")
    with station.store.read() as session:
        communes = communes_to_outline(session)
    prepared = prepare_alone(sent.file, communes, name=sent.name, field=sent.first("field"))
    with station.store.write() as session:
        keep_outlines(session, prepared, by=viewer.operator, now=station.now())
        return OutlinesTaken(
            **_shown(session).model_dump(),
            corners=prepared.drawn.corners,
            tolerance_degrees=prepared.drawn.tolerance,
            islands_left_out=prepared.drawn.left_out,
        )


@router.delete("/outlines", responses=refusals(401, 403, 404))
def remove(station: TheStation, viewer: Signed) -> OutlinesShown:
    """Draw the map as a sketch again."""
    with station.store.write() as session:
        remove_outlines(session, by=viewer.operator, now=station.now())
        return _shown(session)


def _shown(session: Session) -> OutlinesShown:
    edition = edition_of(session)
    return OutlinesShown(
        outlines=0 if edition is None else edition.count,
        imported_at=None if edition is None else edition.imported_at,
        missing=lacking(session),
    )
