"""JSON API for changes of areas: for administrators, with the password that opens their own key."""

from functools import partial

from fastapi import APIRouter

from controller.errors import NotFound
from controller.features.accounts.dependencies import SignedVisit
from controller.features.area_changes import changes
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
from controller.features.area_changes.signed_changes import change_signed
from controller.features.areas.queries import get_area, history_of
from controller.features.relocation.service import move_node
from controller.http.refusals import refusals
from controller.store import Store
from devices.ids import AreaCode, NodeId

router = APIRouter(tags=["areas"])


@router.get("/areas/{area}", responses=refusals(401, 404))
def show(visit: SignedVisit, area: str) -> AreaWhole:
    """Return one area with its history, newest first."""
    if AreaCode(area) not in visit.scope.seen:
        raise NotFound("Địa bàn này không thuộc phạm vi của bạn.", code="area.unknown")
    return _whole(visit.store, AreaCode(area))


@router.post("/areas", status_code=201, responses=refusals(401, 404, 409, 422))
def create(visit: SignedVisit, asked: NewAreaAsked) -> AreaWhole:
    """Make an area below another."""
    new = NewArea(AreaCode(asked.code), asked.name, asked.kind)
    changes.add_area(visit, new, AreaCode(asked.parent), **visit.stamp)
    return _whole(visit.store, new.code)


@router.post("/areas/{area}/rename", responses=refusals(401, 404, 409, 422))
def rename(visit: SignedVisit, area: str, asked: Rename) -> AreaWhole:
    """Rename an area."""
    code, now = AreaCode(area), visit.now()
    changes.rename_area(visit, code, name=asked.name, kind=asked.kind, by=visit.by, now=now)
    return _whole(visit.store, code)


@router.post("/areas/{area}/move", responses=refusals(401, 404, 409, 422))
def move(visit: SignedVisit, area: str, asked: GoInto) -> Changed:
    """Move an area with all below it under another one."""
    act = partial(changes.reparent_area, code=AreaCode(area), to=AreaCode(asked.to))
    return Changed(nodes=change_signed(visit, asked.password, act))


@router.post("/areas/merge", responses=refusals(401, 404, 409, 422))
def merge(visit: SignedVisit, asked: Merge) -> Changed:
    """Join areas of one parent; they live on below the new one as former areas."""
    into = NewArea(AreaCode(asked.code), asked.name, asked.kind)
    act = partial(changes.merge_areas, codes=[AreaCode(code) for code in asked.of], into=into)
    return Changed(nodes=change_signed(visit, asked.password, act))


@router.post("/areas/{area}/split", responses=refusals(401, 404, 409, 422))
def split(visit: SignedVisit, area: str, asked: Split) -> Changed:
    """Make new areas beside one, and move loudspeakers of it into them."""
    parts = {
        NewArea(AreaCode(part.code), part.name, part.kind): [NodeId(node) for node in part.nodes]
        for part in asked.parts
    }
    act = partial(changes.split_area, code=AreaCode(area), parts=parts)
    return Changed(nodes=change_signed(visit, asked.password, act))


@router.post("/areas/{area}/close", responses=refusals(401, 404, 409, 422))
def close(visit: SignedVisit, area: str, asked: GoInto) -> Changed:
    """End an area: its loudspeakers go into another, its plan and policy leave the broker."""
    act = partial(changes.close_area, code=AreaCode(area), into=AreaCode(asked.to))
    return Changed(nodes=0, accounts=change_signed(visit, asked.password, act))


@router.post("/nodes/{node_id}/move", responses=refusals(401, 404, 409, 422))
def move_one(visit: SignedVisit, node_id: str, asked: GoInto) -> Changed:
    """Move a node to another area."""
    act = partial(move_node, node_id=NodeId(node_id), to=AreaCode(asked.to))
    change_signed(visit, asked.password, act)
    return Changed(nodes=1)


def _whole(store: Store, code: AreaCode) -> AreaWhole:
    return AreaWhole.of(get_area(store, code), history=history_of(store, code))
