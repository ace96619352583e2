"""Keys of nodes that enrol without a code: simulated ones, and those that are configured by hand.

Without its key at the station, what a node says it did counts for nothing; docs/protocol.md, "Receipts".
"""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.areas.queries import area_tree
from controller.features.enrolment.service import signed_enrolment
from controller.features.fleet.queries import get_node
from controller.features.journal.service import record
from controller.model.enrolment import Welcome
from controller.model.fleet import Hardware, Node
from controller.model.permissions import Act, Operator
from controller.store import one_write
from devices.ids import NodeId
from devices.wire_types import BASE64URL_KEY_PATTERN


@one_write
def give_key(
    session: Session, node_id: NodeId, public: str, welcome: Welcome, *, by: Operator, now: datetime
) -> None:
    """Note the public key of a node that was configured by hand and has none yet."""
    node = get_node(session, node_id)
    require(session, by, Act.ENROL, node.area)
    if re.fullmatch(BASE64URL_KEY_PATTERN, public) is None:
        raise BadInput("Khóa công khai của cụm loa gồm 43 ký tự (Ed25519, base64url).", code="node.key")
    if not give_keys(session, {node_id: public}, welcome, now=now):
        raise Conflict(
            f"Cụm loa {node_id} đã có khóa. Muốn thay thiết bị, hãy lấy mã gắn mới.", code="node.has-key"
        )
    record(session, by, "node.key-given", node_id, now, detail={"public": public})


def give_keys(session: Session, keys: Mapping[NodeId, str], welcome: Welcome, *, now: datetime) -> int:
    """Note the public keys of nodes that have none; return of how many."""
    newest = select(Hardware.node, func.max(Hardware.number)).group_by(Hardware.node)
    had = {node: number for node, number in session.execute(newest)}  # noqa: C416 - typed
    with_key = set(session.scalars(select(Hardware.node).where(Hardware.ended_at.is_(None))))
    tree = area_tree(session)
    nodes = {node.id: node for node in session.scalars(select(Node)) if node.id in keys}
    new = [node for name, node in sorted(nodes.items()) if name not in with_key]
    session.add_all(
        Hardware(
            node=node.id,
            number=had.get(node.id, 0) + 1,
            public=keys[node.id],
            software="",
            broker_hash="",
            enrolment=signed_enrolment(node, keys[node.id], tree, welcome, now),
            issued_at=now,
        )
        for node in new
    )
    session.flush()
    if new:
        record(session, None, "nodes.keys-given", new[0].id, now, detail={"nodes": len(new)})
    return len(new)
