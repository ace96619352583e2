"""History of the areas of nodes: a stay is opened and closed, never rewritten."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from controller.model.fleet import Stay
from devices.ids import AreaCode, NodeId


def open_stays(session: Session, places: Iterable[tuple[NodeId, AreaCode]], now: datetime) -> None:
    """Record that nodes are in their areas from now on."""
    rows = [{"node": node, "area": area, "since": now, "until": None} for node, area in places]
    if rows:
        session.execute(insert(Stay), rows)


def close_stays(session: Session, nodes: Iterable[NodeId], now: datetime) -> None:
    """Record that nodes are no longer in their earlier areas."""
    session.execute(
        update(Stay)
        .where(Stay.node.in_(list(nodes)), Stay.until.is_(None))
        .values(until=now)
        .execution_options(synchronize_session=False)
    )


def stays_of(session: Session, node: NodeId) -> list[Stay]:
    """Return the stays of a node, newest first."""
    return list(session.scalars(select(Stay).where(Stay.node == node).order_by(Stay.since.desc())))
