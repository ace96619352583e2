"""JSON API for the map: outlines, which administrators upload as a form, and places of loudspeakers."""

from typing import Annotated

from fastapi import Query

from controller.features.accounts.dependencies import Signed, SignedVisit, TheStation
from controller.features.accounts.upload_forms import Ruler, SentByRuler
from controller.features.maps.outlines import edition_of, lacking, remove_outlines
from controller.features.maps.place_lists import check_places
from controller.features.maps.position_files import ListedPlace, Placed
from controller.features.maps.positions import place_nodes, positions_in
from controller.features.maps.schemas import (
    NodePlaces,
    OutlinesShown,
    OutlinesTaken,
    PlaceChecked,
    PositionShown,
    PositionsSet,
)
from controller.features.maps.uploads import bring_outlines
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.uploads import described
from controller.model.fleet import PositionSource
from controller.model.permissions import Act
from controller.store import Store
from devices.ids import AreaCode, NodeId
from devices.wire_types import NAME_PATTERN

router = json_router(prefix="/map", tags=["areas"])
_FIELD = "The property that holds the official code; by default `id`, `code`, `ma_xa`…"


@router.get("/outlines", responses=refusals(401))
def show(station: TheStation, _viewer: Signed) -> OutlinesShown:
    """Return the source of the map's outlines."""
    return _shown(station.store)


@router.put("/outlines", responses=refusals(401, 403, 409, 422), openapi_extra=described(field=_FIELD))
def bring(visit: Ruler, sent: SentByRuler) -> OutlinesTaken:
    """Replace the map's outlines with a GeoJSON file (WGS 84); an invalid file changes nothing."""
    drawn = bring_outlines(
        visit.store, sent.file, name=sent.name, field=sent.first("field"), **visit.stamp
    ).drawn
    return OutlinesTaken(
        **_shown(visit.store).model_dump(),
        corners=drawn.corners,
        tolerance_degrees=drawn.tolerance,
        islands_left_out=drawn.left_out,
    )


@router.delete("/outlines", responses=refusals(401, 403, 404))
def remove(visit: SignedVisit) -> OutlinesShown:
    """Remove the outlines: the map is a sketch again."""
    remove_outlines(visit.store, **visit.stamp)
    return _shown(visit.store)


@router.get("/positions", responses=refusals(401))
def positions(
    visit: SignedVisit,
    area: Annotated[str | None, Query(pattern=NAME_PATTERN, description="This area and all below.")] = None,
) -> list[PositionShown]:
    """Return where loudspeakers in use stand, as far as it is known."""
    asked = visit.scope.seen
    if area is not None:
        asked = asked & visit.scope.tree.below([AreaCode(area)])
    return [PositionShown.of(row) for row in positions_in(visit.store, asked)]


@router.put("/positions", responses=refusals(401, 403, 404, 409, 422))
def place(visit: SignedVisit, asked: NodePlaces) -> PositionsSet:
    """Set where loudspeakers stand; one that is wrong refuses all."""
    placed = _placed(asked)
    return PositionsSet(positions=place_nodes(visit.store, placed, source=PositionSource.FILE, **visit.stamp))


@router.post("/positions/check", responses=refusals(401, 403, 422))
def check(visit: SignedVisit, asked: NodePlaces) -> list[PlaceChecked]:
    """Return what each position would do, in order; nothing is changed."""
    visit.viewer.need(Act.ENROL)
    listed = [ListedPlace(at, one.node, one) for at, one in enumerate(_placed(asked), start=1)]
    return [
        PlaceChecked(node=one.listed.node, state=one.state, was=one.was, fault=one.listed.fault)
        for one in check_places(visit.store, listed, by=visit.by)
    ]


def _placed(asked: NodePlaces) -> list[Placed]:
    return [Placed(NodeId(one.node), one.latitude, one.longitude, one.accuracy_m) for one in asked.positions]


def _shown(store: Store) -> OutlinesShown:
    edition = edition_of(store)
    return OutlinesShown(
        outlines=0 if edition is None else edition.count,
        imported_at=None if edition is None else edition.imported_at,
        missing=lacking(store),
    )
