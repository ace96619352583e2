"""Changes of areas that take areas from loudspeakers, so that two administrators may have to sign them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from controller.features.accounts.service import Password
from controller.features.area_changes import changes
from controller.features.area_changes.changes import NewArea
from controller.features.plans.proposals import SharedAct, WantedAct
from controller.features.relocation.service import MOVE_NODE
from controller.model.permissions import Operator
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


def moving_node(node: NodeId, to: AreaCode) -> WantedAct:
    """Return the act of moving a node."""
    return WantedAct(MOVE_NODE, {"node": node, "to": to}, to, f"Chuyển cụm loa {node} sang địa bàn {to}.")


def moving_area(code: AreaCode, to: AreaCode) -> WantedAct:
    """Return the act of putting an area under another."""
    words = f"Chuyển địa bàn {code}, cùng mọi thứ bên dưới, về địa bàn {to}."
    return WantedAct(MOVE_AREA, {"area": code, "to": to}, code, words)


def merging_areas(codes: Sequence[AreaCode], into: NewArea) -> WantedAct:
    """Return the act of joining areas."""
    words = f"Nhập địa bàn {', '.join(codes)} vào {into.code} {into.name}."
    return WantedAct(MERGE_AREAS, {"of": list(codes), "into": _told(into)}, codes[0], words)


def splitting_area(code: AreaCode, parts: Mapping[NewArea, Sequence[NodeId]]) -> WantedAct:
    """Return the act of making new areas beside one."""
    names = "; ".join(f"{new.code} {new.name} ({len(nodes)} cụm loa)" for new, nodes in parts.items())
    told = [{"area": _told(new), "nodes": list(nodes)} for new, nodes in parts.items()]
    return WantedAct(SPLIT_AREA, {"area": code, "parts": told}, code, f"Tách từ địa bàn {code}: {names}.")


def closing_area(code: AreaCode, into: AreaCode) -> WantedAct:
    """Return the act of ending an area."""
    words = f"Đóng địa bàn {code}; cụm loa của nó sang địa bàn {into}."
    return WantedAct(CLOSE_AREA, {"area": code, "to": into}, code, words)


def _told(area: NewArea) -> dict[str, str]:
    return {"code": area.code, "name": area.name, "kind": area.kind}


def _area(told: Mapping[str, str]) -> NewArea:
    return NewArea(AreaCode(told["code"]), told["name"], told["kind"])
