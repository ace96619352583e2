"""The raw clock of a cheap board: an offset, and a drift that follows temperature."""

import math
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from devices.ids import NodeId

SWINGS = ((2.1e-6, 86_400.0), (0.6e-6, 14_400.0), (0.3e-6, 3_600.0))
"""Largest change of drift and its period, seconds: an outdoor box that is 7 K warmer and colder within a day,
2 K within four hours, 1 K within an hour, and a crystal of up to 0.3 ppm a kelvin. Over half an hour a node's
drift then changes by 0.3 ppm (root mean square of all nodes), of 4,000 by 1.2 ppm at most."""


@dataclass(frozen=True, slots=True)
class Swing:
    """Deviation of the drift from its mean, a sine of time.

    It adds `amplitude` (cos(phase) - cos(phase + turn t)) seconds to the raw clock in t seconds.
    """

    amplitude: float
    turn: float
    phase: float

    @classmethod
    def of(cls, most: float, period: float, phase: float) -> "Swing":
        """Return the swing whose drift deviates by up to `most`, once in `period` seconds."""
        turn = 2 * math.pi / period
        return cls(most / turn, turn, phase)


@dataclass(slots=True)
class ClockModel:
    """Raw time is true time plus `offset`, plus `drift` (seconds a second) and its swings since `set_at`."""

    offset: timedelta
    drift: float
    set_at: datetime
    swings: tuple[Swing, ...] = ()
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        """Compute what is the same for each reading, of which there is one for each event of a node."""
        self._began = sum(swing.amplitude * math.cos(swing.phase) for swing in self.swings)

    @classmethod
    def of(
        cls,
        node: NodeId,
        seed: int,
        error_ms: float,
        drift_ppm: float,
        now: datetime,
        *,
        swings: tuple[tuple[float, float], ...] = SWINGS,
    ) -> "ClockModel":
        """Return the clock of a node from the seed: wrong by up to `error_ms`, drifting by `drift_ppm`.

        With `drift_ppm` 0 there are no swings either: the clock is exact.
        """
        rng = random.Random(f"crystal {seed} {node}")  # noqa: S311 - a repeatable world
        offset = timedelta(milliseconds=rng.uniform(-error_ms, error_ms))
        drift = rng.uniform(-drift_ppm, drift_ppm) * 1e-6
        a_kelvin = rng.uniform(-1.0, 1.0)
        its = (Swing.of(most * a_kelvin, period, rng.uniform(0, 2 * math.pi)) for most, period in swings)
        return cls(offset, drift, now, tuple(its) if drift_ppm else ())

    def raw(self, true: datetime) -> datetime:
        """Return the reading of this clock at a true instant."""
        # float seconds: a timedelta times a float uses exact fractions, which is slower
        return true + self.offset + timedelta(0, self._gained((true - self.set_at).total_seconds()))

    def true(self, raw: datetime) -> datetime:
        """Return the true instant at which this clock shows `raw`, rounded so that it is never too early.

        A wait until a reading of this clock would otherwise end too early, and again at the same instant.
        """
        shown = (raw - self.offset - self.set_at).total_seconds()
        since = shown / (1 + self.drift)
        if not self.swings:
            return self.set_at + timedelta(0, since)
        # the swings add about 30 ms in all, at 3 ppm: one step is exact to 0.1 microseconds
        since += (shown - since - self._gained(since)) / (1 + self.drift)
        true = self.set_at + timedelta(0, since)
        true += raw - self.raw(true)
        return true if self.raw(true) >= raw else true + timedelta(microseconds=1)

    def _gained(self, since: float) -> float:
        gained = since * self.drift + self._began
        for swing in self.swings:
            gained -= swing.amplitude * math.cos(swing.phase + swing.turn * since)
        return gained
