"""Power by the parent's word: a storm takes it from many nodes for some seconds, a plug from one."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from devices.ids import NodeId
from simulator.facts import FactLines, written
from simulator.pump import Seat

_log = logging.getLogger(__name__)

Seconds = Annotated[float, Field(ge=0, le=600)]


class Storm(BaseModel):
    """This many nodes are without power for `dark_s`, then come back at random within `within_s`.

    A JSON line on the fleet's standard input: `{"nodes": 1000, "dark_s": 2, "within_s": 10}`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    nodes: Annotated[int, Field(ge=1)]
    dark_s: Seconds = 2.0
    within_s: Seconds = 10.0


class Plug(BaseModel):
    """One node is without power until its plug is in again: `{"plug": "sim-1", "is_in": false}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plug: NodeId
    is_in: bool


_ASKED: TypeAdapter[Storm | Plug] = TypeAdapter(Storm | Plug)


@dataclass
class Storms:
    """Runs storms on a fleet's nodes; reports when each was `cut`, `powered`, and `connected` again."""

    facts: FactLines
    rng: random.Random
    seats: Mapping[NodeId, Seat]
    off: Callable[[Seat], None]
    on: Callable[[Seat], None]
    later: Callable[[float, Callable[[], None]], None]
    _struck: set[NodeId] = field(default_factory=set)
    """Not connected since."""

    def obey(self, line: bytes) -> None:
        """Do what the parent's line requests; in the event loop."""
        try:
            asked = _ASKED.validate_json(line)
        except ValueError as error:
            _log.warning("not understood: %s", error)
            return
        if isinstance(asked, Plug):
            self._plug(asked)
        else:
            self._run(asked)

    def _plug(self, asked: Plug) -> None:
        seat = self.seats.get(asked.plug)
        if seat is None or (asked.is_in and seat.node.is_on):
            return  # another process plays it, or it has power already
        (self.on if asked.is_in else self.off)(seat)

    def _run(self, storm: Storm) -> None:
        there = [seat for seat in self.seats.values() if seat.node.is_on]
        for seat in self.rng.sample(there, min(storm.nodes, len(there))):
            self._strike(seat, storm)

    def connected(self, node: NodeId) -> None:
        """Note that a node is connected."""
        if node in self._struck:
            self._struck.discard(node)
            self._tell("connected", node)

    def _strike(self, seat: Seat, storm: Storm) -> None:
        self._tell("cut", seat.node.id)
        self._struck.add(seat.node.id)
        self.off(seat)

        def back() -> None:
            self._tell("powered", seat.node.id)
            self.on(seat)

        self.later(storm.dark_s + self.rng.uniform(0, storm.within_s), back)

    def _tell(self, fact: str, node: NodeId) -> None:
        self.facts.gather(fact, {"node": node, "true_at": written(time.time())})
