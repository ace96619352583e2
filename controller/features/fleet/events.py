"""Events for technicians: a commune's outage is one event, and flapping is damped; pure.

The facts are births and deaths. Nothing here is stored: the same facts give the same events.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from devices.ids import AreaCode, NodeId

OUTAGE_WINDOW = timedelta(minutes=10)
"""Nodes of one feeder fall within seconds; their wills come as keep-alives run out, up to 90 s later."""
OUTAGE_SHARE = 0.5
FEWEST_OUT = 2
"""One lost loudspeaker is a loudspeaker, however small its commune."""
FLAP_WINDOW = timedelta(hours=1)
FLAP_TURNS = 6
"""Lost and back three times within the hour."""
FLAP_CALM = timedelta(minutes=15)
"""Without a turn for so long, it flaps no more."""


class EventKind(StrEnum):
    """What happened."""

    OUTAGE = "outage"
    LOST = "lost"
    FLAPPING = "flapping"


@dataclass(frozen=True, slots=True)
class PresenceChange:
    """A birth or a death."""

    at: datetime
    online: bool


@dataclass(frozen=True, slots=True)
class NodeAway:
    """A node that is away now, and since when."""

    node: NodeId
    area: AreaCode
    at: datetime


@dataclass(frozen=True, slots=True)
class Fallen:
    """Summary of the nodes of an area that are away now: which, and when the first and the last were lost."""

    area: AreaCode
    first: datetime
    last: datetime
    nodes: tuple[NodeId, ...]


@dataclass(frozen=True, slots=True)
class FleetEvent:
    """One event that needs attention: a commune's outage is one event for any number of nodes."""

    kind: EventKind
    area: AreaCode
    since: datetime
    nodes: tuple[NodeId, ...]
    size: int = 0
    """Nodes in use of the area, for an outage."""

    @property
    def is_whole(self) -> bool:
        """Whether no node in the area can be reached."""
        return self.kind is EventKind.OUTAGE and len(self.nodes) >= self.size


def is_flapping(turns: Sequence[PresenceChange], now: datetime) -> bool:
    """Whether a node connected and disconnected so often recently that its next loss is not reported."""
    recent = [turn for turn in turns if now - FLAP_WINDOW <= turn.at <= now]
    return len(recent) >= FLAP_TURNS and now - max(turn.at for turn in recent) < FLAP_CALM


def events(
    losses: Iterable[NodeAway],
    flapping: Mapping[NodeId, tuple[AreaCode, datetime]],
    sizes: Mapping[AreaCode, int],
) -> list[FleetEvent]:
    """Return the events that need attention, newest first.

    `flapping`: nodes that flap, with their area and since when; if one of them is away now, that is not a
    separate event. `sizes`: the number of nodes in use of each area.
    """
    by_area: dict[AreaCode, list[NodeAway]] = defaultdict(list)
    for loss in losses:
        if loss.node not in flapping:
            by_area[loss.area].append(loss)
    found = [FleetEvent(EventKind.FLAPPING, area, at, (node,)) for node, (area, at) in flapping.items()]
    for area, lost in by_area.items():
        found += _of_area(area, sorted(lost, key=lambda loss: (loss.at, loss.node)), sizes.get(area, 0))
    return newest_first(found)


def newest_first(found: Iterable[FleetEvent]) -> list[FleetEvent]:
    """Return events in the order in which they are shown."""
    return sorted(found, key=lambda event: (event.since, event.area, event.nodes), reverse=True)


def as_one_outage(fallen: Fallen, size: int) -> FleetEvent | None:
    """Return one event if the area's losses happened together; `None`: treat each loss separately.

    Same result as `events`, but without one row for each node when a whole province is offline.
    """
    if fallen.last - fallen.first > OUTAGE_WINDOW or len(fallen.nodes) < _needed(size):
        return None
    return FleetEvent(EventKind.OUTAGE, fallen.area, fallen.first, tuple(sorted(fallen.nodes)), size)


def _needed(size: int) -> int:
    return max(FEWEST_OUT, math.ceil(size * OUTAGE_SHARE))


def _of_area(area: AreaCode, lost: list[NodeAway], size: int) -> list[FleetEvent]:
    """Join losses that happened together if they are half of the area; every other loss is its own event."""
    needed = _needed(size)
    found: list[FleetEvent] = []
    at = 0
    while at < len(lost):
        end = at
        while end < len(lost) and lost[end].at - lost[at].at <= OUTAGE_WINDOW:
            end += 1
        if end - at >= needed:
            nodes = tuple(sorted(loss.node for loss in lost[at:end]))
            found.append(FleetEvent(EventKind.OUTAGE, area, lost[at].at, nodes, size))
            at = end
        else:
            found.append(FleetEvent(EventKind.LOST, area, lost[at].at, (lost[at].node,)))
            at += 1
    return found
