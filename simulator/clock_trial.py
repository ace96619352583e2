"""`python -m simulator.clock_trial SPEC`: clocks of many nodes in virtual time; one JSON object on stdout.

The nodes' own clocks and schedules of requests (devices/node) run on simulated crystals and links; station
and loudspeakers are exact. Measured: by how much each node's sound would begin early or late.
"""

import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict

from devices.ids import NodeId
from devices.messages import TimeReply, TimeRequest
from devices.node.clock import StationClock
from devices.node.exchanges import micros
from devices.node.pings import Pings
from devices.wire_types import parse
from simulator.clock_model import SWINGS, ClockModel
from simulator.delays import Delays, Way
from simulator.spec import CLOCK_ERROR_MS, DRIFT_PPM

MORNING = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ANSWERED_WITHIN_S = (0.0002, 0.003)
"""Range of the time that a station takes to answer a clock request."""
PLANNED_AHEAD_S = 30.0
"""How long before its start a node knows an airing: as long as in `loa demo`, or shorter."""

RATE_OVER_S = 120.0
"""Interval over which the true drift is measured: clocks are read in whole microseconds."""


class TrialSpec(BaseModel):
    """The trial: each node connects, plays airings, loses its link, plays one, and has the link again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nodes: int
    village: int = 20
    """Number of nodes that are heard together."""
    seed: int = 0
    delays: Delays
    airings: int = 10
    airing_every_s: float = 60.0
    up_s: float = 3600.0
    """Links are lost this long after the connection, or after the last airing if that is later."""
    lost_s: float = 1800.0
    """Duration of the link loss."""
    back_s: float = 15.0
    """Time from the return of the links to the next airing."""


@dataclass
class ClockTrial:
    """One node from its connection on; virtual seconds since then."""

    spec: TrialSpec
    name: NodeId
    swings: tuple[tuple[float, float], ...] = SWINGS

    def __post_init__(self) -> None:
        """Create clock, link and random generator from the seed."""
        self._rng = random.Random(f"trial {self.spec.seed} {self.name}")  # noqa: S311 - a repeatable world
        self._crystal = ClockModel.of(
            self.name, self.spec.seed, CLOCK_ERROR_MS, DRIFT_PPM, MORNING, swings=self.swings
        )
        self._way = Way(self.name, self.spec.seed, self.spec.delays)
        self._pings = Pings(self.name, self._rng)
        self._clock = StationClock()
        self._replies: list[tuple[float, TimeReply]] = []
        self._asked = 0

    def deviations(self) -> Iterator[tuple[str, float]]:
        """Yield how many milliseconds late each airing begins, and in which part of the trial."""
        spec = self.spec
        self._pings.connected(self._raw(0.0))
        for n in range(1, spec.airings + 1):
            yield "connected", self._hear(n * spec.airing_every_s)
        lost_at = max(spec.up_s, spec.airings * spec.airing_every_s)
        self._pass_until(lost_at)
        self._pings.disconnected()
        self._replies.clear()
        yield "lost", self._deviation(lost_at + spec.lost_s)
        yield "lost_bound", self._wandered(lost_at, lost_at + spec.lost_s)
        self._pings.connected(self._raw(lost_at + spec.lost_s))
        yield "back", self._hear(lost_at + spec.lost_s + spec.back_s, since=lost_at + spec.lost_s)

    def held_over(self, hours: int) -> Iterator[tuple[float, float]]:
        """Yield, hour by hour after the link was lost, how wrong the time is and its error bound; seconds."""
        self._pings.connected(self._raw(0.0))
        self._pass_until(self.spec.up_s)
        self._pings.disconnected()
        for hour in range(hours + 1):
            at = self.spec.up_s + 3600.0 * hour
            raw = self._raw(at)
            error = self._clock.error(raw)
            if error is not None:
                yield abs((self._clock.station(raw) - self._at(at)).total_seconds()), error.total_seconds()

    def asked_until(self, end: float) -> int:
        """Return how many clock requests the node sends until then, connected and without an airing."""
        self._pings.connected(self._raw(0.0))
        self._pass_until(end)
        return self._asked

    def _hear(self, start: float, since: float | None = None) -> float:
        """Advance time to a start that the node learns of a while before."""
        known_at = max(since or 0.0, start - PLANNED_AHEAD_S)
        self._pass_until(known_at)
        self._pings.before(self._clock.raw(self._at(start)), self._raw(known_at))
        self._pass_until(start)
        return self._deviation(start)

    def _pass_until(self, end: float) -> None:
        while True:
            due = self._pings.due_at()
            asks_at = end if due is None else (self._crystal.true(due) - MORNING).total_seconds()
            answer_at = self._replies[0][0] if self._replies else end
            if min(asks_at, answer_at) >= end:
                return
            if answer_at <= asks_at:
                arrived_at, reply = self._replies.pop(0)
                exchange = self._pings.answered(reply, self._raw(arrived_at))
                if exchange is not None and not self._clock.add(exchange):
                    self._pings.burst(
                        self._raw(arrived_at)
                    )  # as the brain does: its clock was set, it thinks
            else:
                self._ask(asks_at + 1e-5)

    def _ask(self, at: float) -> None:
        for asked in self._pings.tick(self._raw(at), longest_gap=self._clock.longest_gap(self._raw(at))):
            request = parse(TimeRequest, asked.payload)
            self._asked += 1
            received_at = self._way.from_node(at)
            replied_at = received_at + self._rng.uniform(*ANSWERED_WITHIN_S)
            reply = TimeReply(
                node=self.name,
                sent_us=request.sent_us,
                received_us=micros(self._at(received_at)),
                replied_us=micros(self._at(replied_at)),
            )
            self._replies.append((self._way.to_node(replied_at), reply))

    def _deviation(self, start: float) -> float:
        begins = self._crystal.true(self._clock.raw(self._at(start)))
        return (begins - self._at(start)) / timedelta(milliseconds=1)

    def _wandered(self, lost_at: float, start: float) -> float:
        """Return the lateness of a clock that knew offset and drift exactly when the link was lost."""
        rate = (self._raw(lost_at + RATE_OVER_S / 2) - self._raw(lost_at - RATE_OVER_S / 2)) / RATE_OVER_S
        shown = self._raw(lost_at) + rate * (start - lost_at)
        return (self._crystal.true(shown) - self._at(start)) / timedelta(milliseconds=1)

    def _at(self, seconds: float) -> datetime:
        return MORNING + timedelta(seconds=seconds)

    def _raw(self, seconds: float) -> datetime:
        return self._crystal.raw(self._at(seconds))


def tried(spec: TrialSpec) -> dict[str, object]:
    """Return, by part, all deviations and all villages' spans (last minus first start); milliseconds."""
    nodes = [list(ClockTrial(spec, NodeId(f"n{n:05d}")).deviations()) for n in range(spec.nodes)]
    parts: dict[str, dict[str, list[float]]] = {}
    for place, (part, _) in enumerate(nodes[0]):
        told = parts.setdefault(part, {"deviations_ms": [], "spans_ms": []})
        starts = [node[place][1] for node in nodes]
        told["deviations_ms"] += [round(abs(one), 3) for one in starts]
        for first in range(0, len(starts), spec.village):
            village = starts[first : first + spec.village]
            told["spans_ms"].append(round(max(village) - min(village), 3))
    return dict(parts)


def main(told: str, write: Callable[[str], object]) -> None:
    """Run the trial of the JSON argument, and write its result."""
    write(json.dumps(tried(TrialSpec.model_validate_json(told))) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.stdout.write)
