"""Writes of nodes in use: quarantine and release, and the volume of one node."""

from datetime import datetime

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.airings.service import add_deliveries
from controller.features.areas.queries import area_tree
from controller.features.fleet.queries import get_node
from controller.features.journal.service import record
from controller.model.airing_states import OPEN, AiringState, DeliveryStage
from controller.model.airings import Airing, Delivery, Target
from controller.model.fleet import Node
from controller.model.permissions import Act, Operator
from controller.store import one_write
from devices.ids import Grade, NodeId

LOUDEST = 100


@one_write
def quarantine_node(session: Session, node_id: NodeId, *, reason: str, by: Operator, now: datetime) -> None:
    """Quarantine a node: its own plan sets the volume 0 (emergencies apart); it is not believed."""
    node = _in_use(session, node_id, by)
    reason = reason.strip()
    if not reason:
        raise BadInput("Hãy ghi lý do cách ly cụm loa.", code="node.no-reason")
    if node.quarantined_at is not None:
        return
    node.quarantined_at, node.quarantine_reason = now, reason
    drop_what_it_will_not_hear(session, node_id)
    record(session, by, "node.quarantined", node_id, now, detail={"reason": reason})


@one_write
def release_node(session: Session, node_id: NodeId, *, by: Operator, now: datetime) -> None:
    """End a quarantine: it is planned for again, also in what is being delivered but does not sound yet."""
    node = _in_use(session, node_id, by)
    if node.quarantined_at is None:
        return
    node.quarantined_at, node.quarantine_reason = None, None
    node.flooded_at, node.flooded = None, None
    session.flush()
    have_hear(session, node)
    record(session, by, "node.released", node_id, now)


@one_write
def limit_volume(session: Session, node_id: NodeId, loudest: int, *, by: Operator, now: datetime) -> None:
    """Limit one node's volume in percent, in addition to policies; 100 removes the limit."""
    node = _in_use(session, node_id, by)
    if not 0 <= loudest <= LOUDEST:
        raise BadInput("Âm lượng phải từ 0 đến 100.", code="node.bad-volume")
    if node.loudest != loudest:
        node.loudest = loudest
        record(session, by, "node.volume-limited", node_id, now, detail={"loudest": loudest})


def _in_use(session: Session, node_id: NodeId, by: Operator) -> Node:
    node = get_node(session, node_id)
    require(session, by, Act.ENROL, node.area)
    if node.retired_at is not None:
        raise Conflict(f"Cụm loa {node_id} đã ngừng dùng.", code="node.retired")
    return node


_COMING = tuple(state for state in OPEN if state is not AiringState.SOUNDING)


def drop_what_it_will_not_hear(session: Session, node: NodeId) -> None:
    """Remove a node from coming airings that have not reached it yet."""
    coming = select(Airing.id).where(Airing.state.in_(_COMING))
    session.execute(
        delete(Delivery)
        .where(
            Delivery.node == node, Delivery.rung == int(DeliveryStage.PLANNED), Delivery.airing.in_(coming)
        )
        .execution_options(synchronize_session=False)
    )


def have_hear(session: Session, node: Node) -> None:
    """Count a node in for what is coming where it stands, and for emergencies that sound there.

    It joins no other airing that has begun; if it does, its receipts count it in.
    """
    tree = area_tree(session)
    sounds_on = and_(Airing.state == AiringState.SOUNDING, Airing.grade == Grade.EMERGENCY)
    query = (
        select(Airing.id, Target.area)
        .join(Target, Target.airing == Airing.id)
        .where(or_(Airing.state.in_(_COMING), sounds_on), Target.area.in_(tree.lineage(node.area)))
    )
    for airing, area in session.execute(query).all():
        add_deliveries(session, tree, airing, [area])
