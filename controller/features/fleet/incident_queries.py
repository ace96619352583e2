"""What the page Sự cố shows, read in one transaction: its parts tell of the same state of things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.accounts.admin_queries import shown_names
from controller.features.fleet.events import FleetEvent
from controller.features.fleet.page_queries import PAGE, names_of_nodes
from controller.features.fleet.watch import Cared, Troubles, events_now, in_quarantine, troubles
from controller.model.fleet import Care, Node
from controller.model.permissions import Operator
from controller.store import one_read
from devices.ids import AreaCode, NodeId

MOST_EVENTS = 30
"""Events of the page; in a storm they say in a few lines what the list below says in hundreds."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """Current events, a page of faulty nodes, and those in quarantine, with the names that they need."""

    events: Sequence[FleetEvent]
    found: Troubles
    silenced: Sequence[tuple[Node, Care | None]]
    people: Mapping[str, str]
    nodes: Mapping[NodeId, str]
    """Names of the nodes of the events that are shown and concern one node alone."""


@one_read
def incidents(
    session: Session, areas: frozenset[AreaCode], now: datetime, *, by: Operator, cared: Cared, offset: int
) -> Incidents:
    """Return all of it for the areas; a constant number of queries."""
    events = events_now(session, areas, now)
    lone = [one.nodes[0] for one in events[:MOST_EVENTS] if len(one.nodes) == 1]
    return Incidents(
        events,
        troubles(session, areas, now, by=by, cared=cared, limit=PAGE, offset=offset),
        in_quarantine(session, areas),
        shown_names(session),
        names_of_nodes(session, lone),
    )
