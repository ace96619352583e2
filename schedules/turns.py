"""Speaking in turns: groups of loudspeakers that sound one after the other, by distance; pure.

Two loudspeakers that say the same at one instant reach a listener between them at two instants, and the later
one blurs the earlier (docs/decisions/137-neighbours-speak-in-turns.md).
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)

REACH_M = 150.0
"""So far from its horn a listener is meant to understand it: they stand some 300 to 400 m apart."""
CLEAR_DB = 6.0
"""By so much a loudspeaker exceeds another of its turn at the edge of its reach: twice the pressure."""
FEWEST, MOST = 2, 6
"""Turns that an area may allow: of a bulletin of 5 minutes, six last half an hour."""
GAP_MS = 5_000
"""Between two turns: the last echo has died away, and listeners notice that another loudspeaker begins."""
_SECOND_MS = 1_000
METRES_A_DEGREE = 111_320.0
"""Of latitude: the circumference of the earth, 40,075 km, by 360."""


def distance_apart(reach_m: float, clear_db: float) -> float:
    """Return how far apart two loudspeakers must be to sound together, metres.

    A listener at the edge of one's reach, on the line to the other, is `reach` from the one and
    `apart - reach` from the other. Sound pressure falls with the distance (ISO 9613-2:1996, 7.1: geometrical
    divergence, 20 lg d), so that their levels differ by 20 lg((apart - reach) / reach).
    """
    return reach_m * (1 + 10 ** (clear_db / 20))


APART_M = distance_apart(REACH_M, CLEAR_DB)
"""Nearer ones are neighbours: some 450 m."""


Place = tuple[float, float]
"""Latitude and longitude, degrees."""


@dataclass(frozen=True, slots=True)
class Pole(Generic[Node]):
    """A loudspeaker, its place (None: not known), and how many turns there may be where it stands."""

    node: Node
    place: Place | None
    most: int


def metres_between(one: Place, other: Place) -> float:
    """Return the distance of two places; a commune is flat enough."""
    north, east = one[0] - other[0], one[1] - other[1]
    east *= math.cos(math.radians((one[0] + other[0]) / 2))
    return math.hypot(north, east) * METRES_A_DEGREE


def groups(poles: Sequence[Pole[Node]]) -> dict[Node, int]:
    """Return each loudspeaker's turn, from 0 on, such that neighbours differ as far as turns are left.

    They are taken in the order given: whoever comes last changes nobody else's turn. Each gets the first turn
    in which it has no neighbour; where there is none, that whose nearest member is farthest away. Where a
    place is not known, neighbours are not: the last turn.
    """
    members: dict[int, list[Place]] = defaultdict(list)
    found: dict[Node, int] = {}
    for one in poles:
        if one.place is None:
            continue
        nearest = [
            min((metres_between(one.place, other) for other in members[turn]), default=math.inf)
            for turn in range(one.most)
        ]
        free = next((turn for turn, metres in enumerate(nearest) if metres >= APART_M), None)
        turn = nearest.index(max(nearest)) if free is None else free
        members[turn].append(one.place)
        found[one.node] = turn
    last = max(found.values(), default=0)
    return {one.node: found.get(one.node, min(last, one.most - 1)) for one in poles}


def count_turns(turns: Mapping[Any, int]) -> int:
    """Return how many turns there are; 1 for no loudspeaker."""
    return max(turns.values(), default=0) + 1


def step_ms(duration_ms: int) -> int:
    """Return how long after one turn the next begins: in whole seconds, so that starts stay readable."""
    return -(-(duration_ms + GAP_MS) // _SECOND_MS) * _SECOND_MS


def whole_ms(duration_ms: int, turns: int) -> int:
    """Return how long it takes until the last turn has ended."""
    return duration_ms + (turns - 1) * step_ms(duration_ms)
