"""Notices to technicians about nodes that exceed their message budget; docs/protocol.md, "Budgets"."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.journal.service import record
from controller.model.fleet import Node
from devices.ids import NodeId

TOLD_AGAIN = timedelta(hours=1)
"""The journal hears of one node's flood so often at most."""
FEW = 20
"""So many dropped messages of one look may be a firmware's slip after an outage, and are no news."""


def note_floods(session: Session, dropped: Mapping[NodeId, int], *, now: datetime) -> list[NodeId]:
    """Record the nodes whose messages were dropped; return those with a new journal entry."""
    many = {node: count for node, count in dropped.items() if count >= FEW}
    if not many:
        return []
    query = select(Node).where(Node.id.in_(many), Node.retired_at.is_(None), Node.quarantined_at.is_(None))
    told = []
    for node in session.scalars(query.order_by(Node.id)):
        is_new = node.flooded_at is None or now - node.flooded_at >= TOLD_AGAIN
        node.flooded = many[node.id] if is_new else (node.flooded or 0) + many[node.id]
        if is_new:
            told.append(node.id)
            record(session, None, "node.flooding", node.id, now, detail={"dropped": many[node.id]})
        node.flooded_at = now
    return told
