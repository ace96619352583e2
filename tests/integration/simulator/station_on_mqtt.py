"""The small station on a real broker, and a fleet as the process that it is in use."""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from devices import topics
from devices.link import Link
from devices.link_api import LinkDown, Message
from tests.simulation.small_station import Keys, SmallStation
from tests.support.node_keys import SEED

ROOT = Path(__file__).parents[3]
_SLOW = 3.0
"""A plan lies so many times ahead as the fleet took to get ready, at least."""
LIMIT = 100.0
"""Seconds after which a wait gives up; each ends when what it waits for is there."""
REPEAT_AFTER = timedelta(seconds=3)
"""A fleet's wants come within a second or two; what it takes in meanwhile need not be sent again."""


class StationOnMqtt:
    """A thread that takes messages one after another; arrivals are stamped by the link's thread."""

    def __init__(self, url: str, keys: Keys | None = None, repeat_after: timedelta = REPEAT_AFTER) -> None:
        self._queue: queue.Queue[tuple[datetime, Message] | None] = queue.Queue(100_000)
        self._link = Link(url, "station", on_message=self._came)
        self.station = SmallStation(lambda: datetime.now(UTC), self._send, keys, repeat_after)
        self._thread = threading.Thread(target=self._run, name="station", daemon=True)

    def __enter__(self) -> SmallStation:
        self._link.subscribe(*topics.STATION_FILTERS)
        self._link.start()
        wait_until(lambda: self._link.is_up, LIMIT, "the station's link is up")
        self._thread.start()
        return self.station

    def __exit__(self, *_: object) -> None:
        self._queue.put(None)
        self._thread.join(5)
        self._link.stop()

    def _came(self, message: Message) -> None:
        self._queue.put_nowait((datetime.now(UTC), message))

    def _send(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:  # noqa: FBT001
        try:
            self._link.publish(topic, payload, qos, retain=retain)
        except LinkDown:
            return

    def _run(self) -> None:
        while (came := self._queue.get()) is not None:
            at, message = came
            self.station.take(message.topic, message.payload, at)


class FleetProcess:
    """`python -m simulator` as a child, its facts read by a thread."""

    def __init__(self, folder: Path, broker: str, station: SmallStation, nodes: int, **spec: object) -> None:
        self.names = [f"n{n:04d}" for n in range(nodes)]
        self.spec_path = folder / "fleet.json"
        self.spec_path.write_text(
            json.dumps(
                {
                    "broker": broker,
                    "root_public": station.keys.root.public_x,
                    "nodes": [{"id": name, "areas": ["56", "56.1"]} for name in self.names],
                    "storage": str(folder / "storage"),
                    "seed": 7,
                    "key_seed": SEED.hex(),
                    **spec,
                }
            )
        )
        self.facts: list[dict] = []
        self.process: subprocess.Popen | None = None
        self.took = timedelta()
        """How long the fleet took to get ready: how fast this machine is just now."""

    def start(self) -> None:
        self._began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "--with-parent", "--spec", str(self.spec_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()

    def wait_ready(self) -> dict:
        wait_until(lambda: self.told("ready"), LIMIT, "the fleet is ready")
        self.took = timedelta(seconds=time.monotonic() - self._began)
        return self.told("ready")[-1]

    def at_least(self, seconds: float) -> float:
        """Return the seconds that a step of some seconds gets: more where this machine is slow just now."""
        return max(seconds, _SLOW * self.took.total_seconds())

    def told(self, fact: str) -> list[dict]:
        return [told for told in list(self.facts) if told["fact"] == fact]

    def items(self, fact: str) -> list[dict]:
        return [item for told in self.told(fact) for item in told["items"]]

    def close_stdin(self, within: float = LIMIT) -> int:
        """End it as the death of its parent would; return the exit code."""
        self.process.stdin.close()
        return self._reap(within)

    def terminate(self, within: float = LIMIT) -> int:
        self.process.terminate()
        return self._reap(within)

    def _reap(self, within: float) -> int:
        code = self.process.wait(within)
        wait_until(lambda: self.process.stdout.closed, LIMIT, "all facts are read")
        self.process.stdin.close()
        return code

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self._reap(LIMIT)

    def _read(self, process: subprocess.Popen) -> None:
        with process.stdout:
            for line in process.stdout:
                self.facts.append(json.loads(line))


def wait_until(is_so, within: float, what: str | Callable[[], str]) -> None:
    """Wait until a condition holds, bounded."""
    until = time.monotonic() + within
    while not is_so():
        if time.monotonic() > until:
            raise AssertionError(f"not within {within} s: {what() if callable(what) else what}")
        time.sleep(0.02)


class Lateness:
    """A thread that sleeps 5 ms again and again: how late this machine wakes whoever waits for an instant."""

    _NEAR = timedelta(seconds=1)

    def __init__(self) -> None:
        self._ends = threading.Event()
        self._late: list[tuple[datetime, float]] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def about(self, at: datetime) -> float:
        """Return the worst within a second of an instant, ms."""
        return max((late for when, late in list(self._late) if abs(when - at) < self._NEAR), default=0.0)

    def _run(self) -> None:
        while not self._ends.is_set():
            until = time.monotonic() + 0.005
            time.sleep(0.005)
            self._late.append((datetime.now(UTC), 1000 * (time.monotonic() - until)))


def deviations(fleet: FleetProcess) -> list[float]:
    """How far from the planned instant each start was, ms, smallest first."""
    return sorted(abs(item["deviation_ms"]) for item in fleet.items("began"))


def part(ordered: list[float], share: float) -> float:
    """The value below which that share lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
