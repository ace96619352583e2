"""JSON API for changes of areas: for administrators, with the password that opens their own key."""

from controller.features.accounts.dependencies import SignedVisit, Visit
from controller.features.accounts.passkey_schemas import SignatureGiven, TouchAsked
from controller.features.area_changes import changes
from controller.features.area_changes.changes import NewArea
from controller.features.area_changes.schemas import (
    AreaWhole,
    AskGoInto,
    AskMerge,
    AskSplit,
    Changed,
    GoInto,
    Joined,
    Merge,
    NewAreaAsked,
    Parts,
    Rename,
    Split,
)
from controller.features.area_changes.shared_acts import (
    closing_area,
    merging_areas,
    moving_area,
    moving_node,
    splitting_area,
)
from controller.features.area_changes.signed_changes import ask_change, change_signed
from controller.features.areas.queries import get_area, history_of
from controller.features.plans.proposals import WantedAct
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.store import Store
from devices.ids import AreaCode, NodeId

router = json_router(tags=["areas"])


@router.get("/areas/{area}", responses=refusals(401, 404))
def show(visit: SignedVisit, area: str) -> AreaWhole:
    """Return one area with its history, newest first."""
    visit.scope.check_seen([area])
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
    return _done(visit, moving_area(visit, AreaCode(area), AreaCode(asked.to)), asked)


@router.post("/areas/{area}/move/passkey", responses=refusals(401, 404, 409, 422))
def ask_to_move(visit: SignedVisit, area: str, asked: AskGoInto) -> TouchAsked:
    """Return what one's device is to sign for moving an area."""
    return ask_change(visit, moving_area(visit, AreaCode(area), AreaCode(asked.to)), asked.kid)


@router.post("/areas/merge", responses=refusals(401, 404, 409, 422))
def merge(visit: SignedVisit, asked: Merge) -> Changed:
    """Join areas of one parent; they live on below the new one as former areas."""
    return _done(visit, _merging(visit, asked), asked)


@router.post("/areas/merge/passkey", responses=refusals(401, 404, 409, 422))
def ask_to_merge(visit: SignedVisit, asked: AskMerge) -> TouchAsked:
    """Return what one's device is to sign for joining areas."""
    return ask_change(visit, _merging(visit, asked), asked.kid)


@router.post("/areas/{area}/split", responses=refusals(401, 404, 409, 422))
def split(visit: SignedVisit, area: str, asked: Split) -> Changed:
    """Make new areas beside one, and move loudspeakers of it into them."""
    return _done(visit, _splitting(visit, area, asked), asked)


@router.post("/areas/{area}/split/passkey", responses=refusals(401, 404, 409, 422))
def ask_to_split(visit: SignedVisit, area: str, asked: AskSplit) -> TouchAsked:
    """Return what one's device is to sign for making new areas."""
    return ask_change(visit, _splitting(visit, area, asked), asked.kid)


@router.post("/areas/{area}/close", responses=refusals(401, 404, 409, 422))
def close(visit: SignedVisit, area: str, asked: GoInto) -> Changed:
    """End an area: its loudspeakers go into another, its plan and policy leave the broker."""
    done = change_signed(visit, closing_area(visit, AreaCode(area), AreaCode(asked.to)), asked)
    return Changed(nodes=0, accounts=done.result or [], proposal=done.proposal)


@router.post("/areas/{area}/close/passkey", responses=refusals(401, 404, 409, 422))
def ask_to_close(visit: SignedVisit, area: str, asked: AskGoInto) -> TouchAsked:
    """Return what one's device is to sign for ending an area."""
    return ask_change(visit, closing_area(visit, AreaCode(area), AreaCode(asked.to)), asked.kid)


@router.post("/nodes/{node_id}/move", responses=refusals(401, 404, 409, 422))
def move_one(visit: SignedVisit, node_id: str, asked: GoInto) -> Changed:
    """Move a node to another area."""
    done = change_signed(visit, moving_node(visit, NodeId(node_id), AreaCode(asked.to)), asked)
    return Changed(nodes=0 if done.proposal else 1, proposal=done.proposal)


@router.post("/nodes/{node_id}/move/passkey", responses=refusals(401, 404, 409, 422))
def ask_to_move_one(visit: SignedVisit, node_id: str, asked: AskGoInto) -> TouchAsked:
    """Return what one's device is to sign for moving a node."""
    return ask_change(visit, moving_node(visit, NodeId(node_id), AreaCode(asked.to)), asked.kid)


def _merging(visit: Visit, asked: Joined) -> WantedAct:
    into = NewArea(AreaCode(asked.code), asked.name, asked.kind)
    return merging_areas(visit, [AreaCode(code) for code in asked.of], into)


def _splitting(visit: Visit, area: str, asked: Parts) -> WantedAct:
    parts = {
        NewArea(AreaCode(part.code), part.name, part.kind): [NodeId(node) for node in part.nodes]
        for part in asked.parts
    }
    return splitting_area(visit, AreaCode(area), parts)


def _done(visit: Visit, wanted: WantedAct, asked: SignatureGiven) -> Changed:
    done = change_signed(visit, wanted, asked)
    return Changed(nodes=done.result or 0, proposal=done.proposal)


def _whole(store: Store, code: AreaCode) -> AreaWhole:
    return AreaWhole.of(get_area(store, code), history=history_of(store, code))
