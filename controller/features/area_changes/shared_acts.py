"""Changes of areas that take areas from loudspeakers, so that two administrators may have to sign them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from controller.features.accounts.service import Password
from controller.features.area_changes import changes
from controller.features.area_changes.changes import NewArea
from controller.features.areas.queries import area_tree
from controller.features.fleet.queries import get_node
from controller.features.plans.proposals import SharedAct, WantedAct
from controller.features.relocation.service import MOVE_NODE
from controller.model.permissions import Operator
from controller.store import one_read
from devices.ids import AreaCode, NodeId


def _move(
    session: Session, command: Mapping[str, Any], *, by: Operator, password: Password, now: datetime
) -> int:
    code, to = AreaCode(command["area"]), AreaCode(command["to"])
    return changes.reparent_area(session, code, to, by=by, password=password, now=now)


def _merge(
    session: Session, command: Mapping[str, Any], *, by: Operator, password: Password, now: datetime
) -> int:
    codes = [AreaCode(code) for code in command["of"]]
    return changes.merge_areas(session, codes, _area(command["into"]), by=by, password=password, now=now)


def _split(
    session: Session, command: Mapping[str, Any], *, by: Operator, password: Password, now: datetime
) -> int:
    parts = {_area(one["area"]): [NodeId(node) for node in one["nodes"]] for one in command["parts"]}
    return changes.split_area(session, AreaCode(command["area"]), parts, by=by, password=password, now=now)


def _close(
    session: Session, command: Mapping[str, Any], *, by: Operator, password: Password, now: datetime
) -> list[str]:
    code, into = AreaCode(command["area"]), AreaCode(command["to"])
    return changes.close_area(session, code, into, by=by, password=password, now=now)


MOVE_AREA = SharedAct("area.move", _move)
MERGE_AREAS = SharedAct("area.merge", _merge)
SPLIT_AREA = SharedAct("area.split", _split)
CLOSE_AREA = SharedAct("area.close", _close)


@one_read
def moving_node(session: Session, node: NodeId, to: AreaCode) -> WantedAct:
    """Return the act of moving a node."""
    words = f"Chuyển cụm loa {node} sang địa bàn {to}."
    around = _around(session, get_node(session, node).area, to)
    return WantedAct(MOVE_NODE, {"node": node, "to": to}, around, words)


@one_read
def moving_area(session: Session, code: AreaCode, to: AreaCode) -> WantedAct:
    """Return the act of putting an area under another."""
    words = f"Chuyển địa bàn {code}, cùng mọi thứ bên dưới, về địa bàn {to}."
    return WantedAct(MOVE_AREA, {"area": code, "to": to}, _around(session, code, to), words)


@one_read
def merging_areas(session: Session, codes: Sequence[AreaCode], into: NewArea) -> WantedAct:
    """Return the act of joining areas."""
    words = f"Nhập địa bàn {', '.join(codes)} vào {into.code} {into.name}."
    above = area_tree(session).parents.get(codes[0]) or codes[0]
    return WantedAct(MERGE_AREAS, {"of": list(codes), "into": _told(into)}, above, words)


@one_read
def splitting_area(session: Session, code: AreaCode, parts: Mapping[NewArea, Sequence[NodeId]]) -> WantedAct:
    """Return the act of making new areas beside one."""
    names = "; ".join(f"{new.code} {new.name} ({len(nodes)} cụm loa)" for new, nodes in parts.items())
    told = [{"area": _told(new), "nodes": list(nodes)} for new, nodes in parts.items()]
    above = area_tree(session).parents.get(code) or code
    return WantedAct(SPLIT_AREA, {"area": code, "parts": told}, above, f"Tách từ địa bàn {code}: {names}.")


@one_read
def closing_area(session: Session, code: AreaCode, into: AreaCode) -> WantedAct:
    """Return the act of ending an area."""
    words = f"Đóng địa bàn {code}; cụm loa của nó sang địa bàn {into}."
    return WantedAct(CLOSE_AREA, {"area": code, "to": into}, _around(session, code, into), words)


def _around(session: Session, code: AreaCode, to: AreaCode) -> AreaCode:
    """Return the area that both lie in: loudspeakers take nobody's signature who rules only one of them."""
    return area_tree(session).meeting(code, to) or to


def _told(area: NewArea) -> dict[str, str]:
    return {"code": area.code, "name": area.name, "kind": area.kind}


def _area(told: Mapping[str, str]) -> NewArea:
    return NewArea(AreaCode(told["code"]), told["name"], told["kind"])
