"""One simulated loudspeaker: a brain, an inexact clock, a power switch; a host executes its effects."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from devices import topics
from devices.ids import NodeId
from devices.link_api import Will
from devices.node import Brain, NodeIdentity, NodeMemory
from devices.node.effects import Effect
from devices.node.events import Booted, Event, PlayingBegan, PlayingEnded, Received
from devices.node.homes import MOVE_SPREAD
from devices.node.playing import JOIN_AHEAD
from simulator.clock_model import ClockModel
from simulator.faults import FULL_FLASH_BYTES, LEVEL_OF_NOTHING_DBFS, Fate
from simulator.speakers import Began, Sounded

Execute = Callable[["VirtualNode", Effect], None]
"""Executes an effect that is no save; saves are executed before this call, and ignored here."""


class VirtualNode:
    """A loudspeaker that can be switched on and off; while off it has no brain."""

    def __init__(
        self,
        identity: NodeIdentity,
        crystal: ClockModel,
        rng: random.Random,
        join_ahead: timedelta = JOIN_AHEAD,
        move_spread: timedelta = MOVE_SPREAD,
        *,
        defect: Fate | None = None,
    ) -> None:
        """Create it without power. `rng` may be shared with others: a generator's state is 2.5 kB."""
        self._defect = defect
        self._join_ahead = join_ahead
        self._move_spread = move_spread
        self.identity = identity
        self.crystal = crystal
        self.brain: Brain | None = None
        self.life = 0
        """Grows at each change of power: events of an earlier life are dropped."""
        self._rng = rng
        self._will: Will | None = None

    @property
    def id(self) -> NodeId:
        """Return the node's name."""
        return self.identity.node

    @property
    def is_on(self) -> bool:
        """Return whether it has power."""
        return self.brain is not None

    def switch_on(self, memory: NodeMemory, true: datetime) -> list[Effect]:
        """Switch it on; return the first effects of its brain."""
        self.life += 1
        if self._defect is Fate.FULL:
            memory = replace(memory, storage_free=FULL_FLASH_BYTES)
        self.brain = Brain(self.identity, memory, self._rng, self._join_ahead, self._move_spread)
        return self.handle(Booted(), true)

    def switch_off(self) -> None:
        """Switch it off; only what is on its disk remains."""
        self.life += 1
        self.brain = None

    def handle(self, event: Event, true: datetime) -> list[Effect]:
        """Pass an event at a true instant to the brain; ignored while there is no power."""
        if self.brain is None or (self._defect is Fate.CLOCK and _is_clock_reply(event)):
            return []
        return self.brain.handle(event, self.crystal.raw(true))

    def noticed(self, fact: Sounded) -> Event:
        """Return the event by which the node notices what its loudspeaker did, by its own clock."""
        at = self.crystal.raw(datetime.fromtimestamp(fact.true_at, UTC))
        if isinstance(fact, Began):
            volume = 0 if self._defect is Fate.MUTED else fact.arm.volume
            return PlayingBegan(fact.arm.airing, at, fact.arm.offset_ms, volume)
        level = LEVEL_OF_NOTHING_DBFS if self._defect is Fate.SILENT else None
        return PlayingEnded(fact.arm.airing, at, fact.heard_ms, fact.why, level)

    def wake_at(self) -> datetime | None:
        """Return the instant at which it wants a Tick, by its own clock."""
        return None if self.brain is None else self.brain.wake_at()

    def will(self) -> Will:
        """Return the node's last will for the broker."""
        if self.brain is not None:
            will = self.brain.will()
            self._will = Will(will.topic, will.payload, will.qos, will.retain)
        assert self._will is not None, "a node connects after it was switched on"
        return self._will


def _is_clock_reply(event: Event) -> bool:
    return isinstance(event, Received) and event.topic.startswith(topics.time(NodeId("")))
