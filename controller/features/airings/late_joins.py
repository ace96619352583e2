"""Deliveries of nodes that joined a running airing: enrolled, moved in or released meanwhile."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from controller.features.airings.queries import targets_of
from controller.features.areas.queries import area_tree
from controller.model.airing_states import DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.model.fleet import Stay
from devices.ids import AiringId, NodeId

Place = tuple[AiringId, NodeId]


def join(session: Session, places: Iterable[Place]) -> bool:
    """Add a delivery for each node that was in an airing's areas while it was under way.

    `places`: nodes that reported on an airing without having a delivery. An airing that was meant
    for chosen nodes only gets no other deliveries. Return whether any was added.
    """
    nodes_of: dict[AiringId, set[NodeId]] = defaultdict(set)
    for airing_id, node in places:
        nodes_of[airing_id].add(node)
    if not nodes_of:
        return False
    query = select(Airing).where(Airing.id.in_(nodes_of), ~Airing.only_chosen, Airing.node.is_(None))
    airings = session.scalars(query.where(Airing.delivering_at.is_not(None)).order_by(Airing.id)).all()
    rows = [row for airing in airings for row in _rows(session, airing, nodes_of[airing.id])]
    if rows:
        session.connection().execute(_insert(session), rows)
    return bool(rows)


def _rows(session: Session, airing: Airing, nodes: Collection[NodeId]) -> list[dict[str, Any]]:
    there = area_tree(session).below(targets_of(session, [airing.id]).get(airing.id, ()))
    stays = session.scalars(select(Stay).where(Stay.node.in_(nodes)).order_by(Stay.node, Stay.since)).all()
    areas = {one.node: one.area for one in stays if one.area in there and _overlaps(one, airing)}
    told = {"airing": airing.id, "rung": int(DeliveryStage.PLANNED), "heard_ms": 0, "turn": airing.turns - 1}
    return [told | {"node": node, "area": area} for node, area in areas.items()]


def _overlaps(stay: Stay, airing: Airing) -> bool:
    ended_at: datetime | None = airing.ended_at
    is_before = stay.until is not None and stay.until < airing.starts_at
    return not is_before and (ended_at is None or stay.since <= ended_at)


def _insert(session: Session) -> Insert:
    """Return an insert that ignores rows which another writer has added meanwhile."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(Delivery).on_conflict_do_nothing()
    return sqlite.insert(Delivery).on_conflict_do_nothing()
