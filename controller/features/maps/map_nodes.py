"""The loudspeakers of one commune on the map: where each stands, and how it is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.areas.turns import turns_at
from controller.features.fleet.page_queries import ORDER, visible_nodes
from controller.features.fleet.queries import facts_of
from controller.features.fleet.signs import NODE_SIGNS
from controller.features.fleet.status import NodeStatus, status_of
from controller.features.maps.close_view import plane_for
from controller.features.maps.positions import positions_of
from controller.features.maps.sketch import CommuneCell, Plane
from controller.http.signs import Sign
from devices.ids import AreaCode, NodeId


@dataclass(frozen=True, slots=True)
class MapNode:
    """One loudspeaker; `x` and `y`: where it is drawn, None where its position is not known."""

    id: NodeId
    name: str
    status: NodeStatus
    x: float | None = None
    y: float | None = None
    accuracy_m: float | None = None
    commune: str = ""
    turn: int | None = None
    """In which turn it speaks, from 1 on; None: where it stands all sound at once."""

    @property
    def label(self) -> str:
        """Its name without the commune's, which the page says anyway."""
        return self.name.replace(self.commune, "").strip(" ,·-") or self.name

    @property
    def sign(self) -> Sign:
        """Its state in words, with icon and tone."""
        return NODE_SIGNS[self.status]


@dataclass(frozen=True, slots=True)
class CommuneNodes:
    """The loudspeakers of one commune, what needs seeing to first, and the plane on which they are drawn."""

    nodes: Sequence[MapNode]
    plane: Plane
    turns: int = 1
    """In how many turns routine airings are heard there."""

    @property
    def placed(self) -> Sequence[MapNode]:
        """Those whose position is known."""
        return [node for node in self.nodes if node.x is not None]

    @property
    def turn_counts(self) -> list[tuple[int, int]]:
        """Each turn with its number of loudspeakers."""
        return sorted(Counter(node.turn for node in self.nodes if node.turn is not None).items())

    @property
    def legend(self) -> list[tuple[Sign, int]]:
        """Each state that occurs with its number of loudspeakers."""
        counts = Counter(node.status for node in self.nodes)
        return [(NODE_SIGNS[status], counts[status]) for status in ORDER if counts[status]]


def nodes_on_map(
    session: Session, scope: Scope, commune: AreaCode, cell: CommuneCell, now: datetime
) -> CommuneNodes:
    """Return a commune's loudspeakers as the map draws them; a few queries."""
    rows = visible_nodes(session, scope, scope.tree.below([commune]))
    known = positions_of(session, [row.id for row in rows])
    plane = plane_for(cell, [(one.longitude, one.latitude) for one in known.values()])
    name, found, turns = scope.name(commune), [], turns_at(session, [commune])
    for row in rows:
        status, place = status_of(facts_of(row), now), known.get(row.id)
        turn = turns.nodes[row.id] + 1 if row.id in turns.nodes else None
        if place is None:
            found.append(MapNode(row.id, row.name, status, commune=name, turn=turn))
            continue
        x, y = plane.at((place.longitude, place.latitude))
        drawn = (round(x, 2), round(y, 2), place.accuracy_m)
        found.append(MapNode(row.id, row.name, status, *drawn, commune=name, turn=turn))
    rank = {status: number for number, status in enumerate(ORDER)}
    return CommuneNodes(
        sorted(found, key=lambda one: (rank[one.status], one.name, one.id)), plane, turns.count
    )
