"""An airing once more for chosen nodes that did not hear all of it: one airing, in their own plans alone."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.accounts.scope import scope_of
from controller.features.airings.heard import heard_whole
from controller.features.airings.page_queries import visible_airing
from controller.features.airings.planning import BroadcastRequest, plan_foreseen
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Delivery
from controller.model.fleet import Node
from controller.model.permissions import Act, Operator
from controller.store import one_read, one_write
from devices.ids import AiringId, AreaCode

MOST_CHOSEN = 200
"""Each has a plan of its own to sign and send; where more missed it, their communes are aired to again."""
OVER = frozenset({AiringState.AIRED, AiringState.MISSED})


@one_read
def unheard(
    session: Session, airing_id: AiringId, areas: Collection[AreaCode]
) -> list[tuple[Delivery, Node]]:
    """Return the nodes in use, in these areas, that did not hear all of an airing, by area and id."""
    query = (
        select(Delivery, Node)
        .join(Node, Node.id == Delivery.node)
        .join(Airing, Airing.id == Delivery.airing)
        .where(Delivery.airing == airing_id, ~heard_whole(), Node.area.in_(areas))
        .where(Node.retired_at.is_(None), Node.quarantined_at.is_(None))
        .order_by(Node.area, Node.id)
        .limit(MOST_CHOSEN)
    )
    return [(delivery, node) for delivery, node in session.execute(query)]


@one_write
def air_for_chosen(
    session: Session,
    airing_id: str,
    nodes: Collection[str],
    broadcast: BroadcastRequest,
    *,
    by: Operator,
    now: datetime,
) -> Airing:
    """Plan what an airing sounded once more, for some of the nodes that missed it.

    The broadcast's areas do not count: they are where the nodes stand. Raises as `plan_foreseen` does.
    """
    require(session, by, Act.AIR, by.area)
    airing = visible_airing(session, scope_of(session, by), airing_id)
    if airing.state not in OVER:
        raise Conflict(
            "Lượt phát này chưa kết thúc, nên chưa biết cụm loa nào đã lỡ.", code="airing.not-over"
        )
    if not 1 <= len(nodes) <= MOST_CHOSEN:
        raise BadInput(f"Hãy chọn từ 1 đến {MOST_CHOSEN} cụm loa.", code="airing.no-node")
    query = (
        select(Node.id, Node.area)
        .join(Delivery, Delivery.node == Node.id)
        .where(Delivery.airing == airing.id, Node.id.in_(nodes), Node.retired_at.is_(None))
        .where(Node.quarantined_at.is_(None))
        .order_by(Node.id)
    )
    there = {node: area for node, area in session.execute(query)}  # noqa: C416 - a typed dict from typed rows
    if len(there) < len(set(nodes)):
        raise Conflict(
            "Có cụm loa đã chọn không thuộc lượt phát này, đã ngừng dùng hoặc đang cách ly. Hãy chọn lại.",
            code="airing.bad-node",
        )
    areas = sorted(set(there.values()))
    return plan_foreseen(
        session, airing.bulletin, replace(broadcast, areas=areas, nodes=tuple(there)), by=by, now=now
    )
