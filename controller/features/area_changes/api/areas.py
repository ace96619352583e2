"""JSON API for changes of areas: for administrators, with the password that opens their own key."""

from fastapi import APIRouter
from starlette.requests import Request

from controller.errors import NotFound
from controller.features.accounts.dependencies import Signed, TheStation, tries_of
from controller.features.area_changes import changes as changing
from controller.features.area_changes import operations
from controller.features.area_changes.changes import NewArea
from controller.features.area_changes.schemas import (
    AreaWhole,
    Changed,
    GoInto,
    Merge,
    NewAreaAsked,
    Rename,
    Split,
)
from controller.features.areas.queries import get_area, history_of
from controller.features.relocation.service import move_node
from controller.http.refusals import refusals
from controller.http.station import Station
from devices.ids import AreaCode, NodeId

router = APIRouter(tags=["areas"])


@router.get("/areas/{area}", responses=refusals(401, 404))
def show(station: TheStation, viewer: Signed, area: str) -> AreaWhole:
    """Return one area with its history, newest first."""
    if AreaCode(area) not in viewer.scope.seen:
        raise NotFound("Địa bàn này không thuộc phạm vi của bạn.", code="area.unknown")
    return _whole(station, AreaCode(area))


@router.post("/areas", status_code=201, responses=refusals(401, 404, 409, 422))
def create(station: TheStation, viewer: Signed, asked: NewAreaAsked) -> AreaWhole:
    """Make an area below another."""
    new, now = NewArea(AreaCode(asked.code), asked.name, asked.kind), station.now()
    operations.change(
        station,
        lambda session: changing.add_area(session, new, AreaCode(asked.parent), by=viewer.operator, now=now),
    )
    return _whole(station, new.code)


@router.post("/areas/{area}/rename", responses=refusals(401, 404, 409, 422))
def rename(station: TheStation, viewer: Signed, area: str, asked: Rename) -> AreaWhole:
    """Rename an area."""
    code, by, now = AreaCode(area), viewer.operator, station.now()
    operations.change(
        station,
        lambda session: changing.rename_area(session, code, name=asked.name, kind=asked.kind, by=by, now=now),
    )
    return _whole(station, code)


@router.post("/areas/{area}/move", responses=refusals(401, 404, 409, 422))
def move(request: Request, station: TheStation, viewer: Signed, area: str, asked: GoInto) -> Changed:
    """Move an area with all below it under another one."""
    code, to, by, now = AreaCode(area), AreaCode(asked.to), viewer.operator, station.now()
    told = operations.change_signed(
        station,
        viewer,
        tries_of(request),
        asked.password,
        lambda session, key: changing.reparent_area(session, code, to, by=by, password=key, now=now),
    )
    return Changed(nodes=told)


@router.post("/areas/merge", responses=refusals(401, 404, 409, 422))
def merge(request: Request, station: TheStation, viewer: Signed, asked: Merge) -> Changed:
    """Join areas of one parent; they live on below the new one as former areas."""
    into, by, now = NewArea(AreaCode(asked.code), asked.name, asked.kind), viewer.operator, station.now()
    codes = [AreaCode(code) for code in asked.of]
    told = operations.change_signed(
        station,
        viewer,
        tries_of(request),
        asked.password,
        lambda session, key: changing.merge_areas(session, codes, into, by=by, password=key, now=now),
    )
    return Changed(nodes=told)


@router.post("/areas/{area}/split", responses=refusals(401, 404, 409, 422))
def split(request: Request, station: TheStation, viewer: Signed, area: str, asked: Split) -> Changed:
    """Make new areas beside one, and move loudspeakers of it into them."""
    code, by, now = AreaCode(area), viewer.operator, station.now()
    parts = {
        NewArea(AreaCode(part.code), part.name, part.kind): [NodeId(node) for node in part.nodes]
        for part in asked.parts
    }
    moved = operations.change_signed(
        station,
        viewer,
        tries_of(request),
        asked.password,
        lambda session, key: changing.split_area(session, code, parts, by=by, password=key, now=now),
    )
    return Changed(nodes=moved)


@router.post("/areas/{area}/close", responses=refusals(401, 404, 409, 422))
def close(request: Request, station: TheStation, viewer: Signed, area: str, asked: GoInto) -> Changed:
    """End an area: its loudspeakers go into another, its plan and policy leave the broker."""
    code, to, by, now = AreaCode(area), AreaCode(asked.to), viewer.operator, station.now()
    left = operations.change_signed(
        station,
        viewer,
        tries_of(request),
        asked.password,
        lambda session, key: changing.close_area(session, code, to, by=by, password=key, now=now),
    )
    return Changed(nodes=0, accounts=left)


@router.post("/nodes/{node_id}/move", responses=refusals(401, 404, 409, 422))
def move_one(request: Request, station: TheStation, viewer: Signed, node_id: str, asked: GoInto) -> Changed:
    """Move a node to another area."""
    node, to, by, now = NodeId(node_id), AreaCode(asked.to), viewer.operator, station.now()
    operations.change_signed(
        station,
        viewer,
        tries_of(request),
        asked.password,
        lambda session, key: move_node(session, node, to, by=by, password=key, now=now),
    )
    return Changed(nodes=1)


def _whole(station: Station, code: AreaCode) -> AreaWhole:
    area, spans = get_area(station.store, code), history_of(station.store, code)
    return AreaWhole.of(area, history=spans)
