"""Writes of nodes: enrolment, and what they tell of themselves."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from controller.areas.queries import area_tree
from controller.errors import BadInput, Conflict
from controller.fleet.queries import get_node
from controller.fleet.tables import Node
from controller.journal.usecases import record
from controller.operators.permissions import Act, Operator
from controller.operators.queries import require
from devices.messages import NAME_PATTERN, AreaCode, NodeId, NodeState, Vitals

_NAME = re.compile(NAME_PATTERN)


@dataclass(frozen=True, slots=True)
class NewNode:
    """A node to be enrolled."""

    id: NodeId
    area: AreaCode
    name: str


def enrol_node(session: Session, node: NewNode, *, by: Operator | None, now: datetime) -> None:
    """Enrol one node; see `enrol_nodes`."""
    enrol_nodes(session, [node], by=by, now=now)


def enrol_nodes(session: Session, nodes: Sequence[NewNode], *, by: Operator | None, now: datetime) -> int:
    """Enrol nodes in bulk; return how many are new. One that is known in the same area is left as it is.

    `by` None: the founding fleet, made on the server itself.
    """
    _check(session, nodes, by)
    known = {node.id: node.area for node in session.scalars(select(Node))}
    moved = [node.id for node in nodes if known.get(node.id, node.area) != node.area]
    if moved:
        raise Conflict(f"Cụm loa {moved[0]} đã có ở địa bàn khác.", code="node.elsewhere")
    new = [node for node in nodes if node.id not in known]
    if not new:
        return 0
    rows = [
        {"id": node.id, "area": node.area, "name": node.name, "enrolled_at": now, "session": 0}
        | {"online": False, "software": ""}
        for node in new
    ]
    session.execute(insert(Node), rows)
    record(session, by, "nodes.enrolled", new[0].id, now, detail={"nodes": len(new), "last": new[-1].id})
    return len(new)


def _check(session: Session, nodes: Sequence[NewNode], by: Operator | None) -> None:
    tree = area_tree(session)
    for node in nodes:
        if not _NAME.match(node.id):
            raise BadInput(f"Mã cụm loa không hợp lệ: {node.id!r}.", code="node.bad-id")
        if node.id in tree:
            raise BadInput(f"Mã cụm loa {node.id} trùng với mã địa bàn.", code="node.bad-id")
        if node.area not in tree:
            raise BadInput(f"Không có địa bàn nào mang mã {node.area}.", code="area.unknown")
    if len({node.id for node in nodes}) != len(nodes):
        raise BadInput("Danh sách có mã cụm loa trùng nhau.", code="node.twice")
    if by is not None:
        require(session, by, Act.ENROL, *{node.area for node in nodes})


def retire_node(session: Session, node_id: NodeId, *, by: Operator, now: datetime) -> None:
    """Take a node out of use: it is no longer counted; its receipts stay."""
    node = get_node(session, node_id)
    require(session, by, Act.ENROL, node.area)
    node.retired_at = node.retired_at or now
    record(session, by, "node.retired", node_id, now)


def note_states(
    session: Session, states: Iterable[NodeState], *, now: datetime, retained: bool = False
) -> None:
    """Fold births and deaths in, in their order; those of an older session or an unknown node change nothing.

    `retained` True: the broker had kept them, so they say what holds, but not that a node was heard now.
    """
    rows = [
        {
            "node": state.node,
            "born": state.session,
            "is_online": state.online,
            "since": min(state.at, now) if state.at else now,
            "program": state.software,
            "told_at": min(state.at, now) if state.at else None,
            "heard": now,
        }
        for state in states
    ]
    if not rows:
        return
    changes = or_(Node.session != bindparam("born"), Node.online != bindparam("is_online"))
    # a node whose birth was kept has been heard once, at the least; a live word is heard now
    heard = func.coalesce(Node.last_heard_at, bindparam("told_at")) if retained else bindparam("heard")
    # one by one in the order they came: a death may follow the birth of the same session
    session.connection().execute(
        update(Node)
        .where(Node.id == bindparam("node"), Node.session <= bindparam("born"))
        .where(*([changes] if retained else []))
        .values(
            session=bindparam("born"),
            online=bindparam("is_online"),
            online_at=bindparam("since"),
            software=bindparam("program"),
            last_heard_at=heard,
        ),
        rows,
    )


def note_vitals(session: Session, vitals: Iterable[Vitals], *, now: datetime) -> None:
    """Keep the last vitals of each node; a whole batch in one go. They also show that a node is there."""
    newest = {told.node: told for told in vitals}
    rows = [
        {"node": told.node, "told": told.model_dump(mode="json"), "born": told.session, "heard": now}
        for told in newest.values()
    ]
    if rows:
        session.connection().execute(
            update(Node)
            .where(Node.id == bindparam("node"), Node.session <= bindparam("born"))
            .values(vitals=bindparam("told"), last_heard_at=bindparam("heard")),
            rows,
        )


def note_heard(session: Session, nodes: Iterable[NodeId], *, now: datetime) -> None:
    """Note that the nodes were heard of."""
    heard = set(nodes)
    if heard:
        earlier = or_(Node.last_heard_at.is_(None), Node.last_heard_at < now)
        session.execute(
            update(Node)
            .where(Node.id.in_(heard), earlier)
            .values(last_heard_at=now)
            .execution_options(synchronize_session=False)
        )
