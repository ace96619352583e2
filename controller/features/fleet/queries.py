"""Reads of nodes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.scope import Scope
from controller.features.areas.queries import area_tree, get_area
from controller.features.fleet.faults import NodeFacts
from controller.model.fleet import TOLD, Node
from controller.store import one_read
from devices.ids import AreaCode, NodeId


@one_read
def find_node(session: Session, node_id: NodeId) -> Node | None:
    """Return the node, or `None`."""
    return session.get(Node, node_id)


@one_read
def get_node(session: Session, node_id: NodeId) -> Node:
    """Return the node, or raise NotFound."""
    node = session.get(Node, node_id)
    if node is None:
        raise NotFound(f"Không có cụm loa nào mang mã {node_id}.", code="node.unknown")
    return node


@one_read
def visible_node(session: Session, scope: Scope, node_id: str) -> Node:
    """Return the node, or raise NotFound: one outside the person's view is not there."""
    node = get_node(session, NodeId(node_id))
    if node.area not in scope.seen:
        raise NotFound("Cụm loa này không thuộc địa bàn của bạn.", code="node.unknown")
    return node


def nodes_by_area(session: Session, area: AreaCode | None) -> Sequence[Node]:
    """Return the nodes in use, by area and id: those in an area and all below it (NotFound), or all."""
    query = select(Node).where(Node.retired_at.is_(None)).order_by(Node.area, Node.id)
    if area is not None:
        query = query.where(Node.area.in_(area_tree(session).below([get_area(session, area).code])))
    return session.scalars(query).all()


def facts_of(node: Node) -> NodeFacts:
    """Return the facts in a row in the form that `status_of` takes."""
    return NodeFacts(
        online=node.online,
        last_heard_at=node.last_heard_at,
        retired=node.retired_at is not None,
        quarantined=node.quarantined_at is not None,
        online_at=node.online_at,
        has_told=node.vitals is not None,
        flooded_at=node.flooded_at,
        flooded=node.flooded,
        missing=tuple((node.vitals or {}).get("missing", ())),
        loudest=node.loudest,
        **{name: getattr(node, name) for name in TOLD},
    )
