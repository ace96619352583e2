"""Transit times of messages between a node and its broker: a least delay, and a random excess each time."""

import random
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from devices.ids import NodeId

Milliseconds = Annotated[float, Field(ge=0, le=10_000)]


class Delays(BaseModel):
    """Delays of a fleet's links, added to the machine's own; none by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_ms: Milliseconds = 0.0
    most_ms: Milliseconds = 0.0
    """Each node's least one-way delay is between these, by the seed."""
    jitter_ms: Milliseconds = 0.0
    """Mean of the exponentially distributed excess, drawn for each message."""
    asymmetry_ms: Milliseconds = 0.0
    """How much longer the direction to the node takes than the direction from it."""

    @property
    def are_none(self) -> bool:
        """Return whether there are no added delays."""
        return not (self.most_ms or self.jitter_ms or self.asymmetry_ms)


class Way:
    """Both directions of one node's link. Messages of one direction stay in order, as in a TCP connection."""

    def __init__(self, node: NodeId, seed: int, delays: Delays) -> None:
        self._rng = random.Random(f"way {seed} {node}")  # noqa: S311 - a repeatable world
        self._least_s = self._rng.uniform(delays.least_ms, max(delays.least_ms, delays.most_ms)) / 1000
        self._jitter_s = delays.jitter_ms / 1000
        self._more_s = delays.asymmetry_ms / 1000
        self._last_from = self._last_to = 0.0

    def from_node(self, at: float) -> float:
        """Return when a message that the node sends at this instant reaches the broker; seconds."""
        self._last_from = max(self._last_from, at + self._delay())
        return self._last_from

    def to_node(self, at: float) -> float:
        """Return when a message that the broker sends at this instant reaches the node; seconds."""
        self._last_to = max(self._last_to, at + self._more_s + self._delay())
        return self._last_to

    def _delay(self) -> float:
        return self._least_s + self._rng.expovariate(1.0) * self._jitter_s
