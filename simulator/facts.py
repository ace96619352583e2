"""Facts that a fleet reports to its parent: JSON lines, many nodes in a line, written by their own thread."""

import json
import queue
import threading
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any, BinaryIO

from simulator.speakers import Began, Sounded

BATCH_S = 0.25
"""A fleet's starts happen at one instant: one line contains all facts of this interval."""
MOST_ITEMS = 1000
"""In one line; about 200 kB."""
MOST_LINES = 2000
"""Lines waiting for the reader; above it lines are dropped, and the last line reports how many."""

Item = dict[str, Any]


def written(true_at: float) -> str:
    """Return a true instant as RFC 3339, UTC, with microseconds."""
    return datetime.fromtimestamp(true_at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def item_of(fact: Sounded, told_at: float | None = None) -> Item:
    """Return what one loudspeaker did; `deviation_ms` is true minus planned begin.

    `told_at`: when the newest plan reached its machine, however late a busy process read it.

    `armed_ms` is the same for the instant that the node had armed: a sound card would have begun then,
    however late this machine was.
    """
    began_at = fact.true_at if isinstance(fact, Began) else fact.began_at
    planned_at = fact.arm.planned_at.timestamp()
    item: Item = {
        "node": fact.node,
        "airing": fact.arm.airing,
        "true_at": written(fact.true_at),
        "planned_at": written(planned_at),
        "deviation_ms": round((began_at - planned_at) * 1000, 3),
        "offset_ms": fact.arm.offset_ms,
        "heard_ms": 0,
    }
    if told_at is not None:
        item["told_at"] = written(told_at)
    if isinstance(fact, Began):
        item["armed_ms"] = round((fact.due_at - planned_at) * 1000, 3)
    else:
        item |= {"began_at": written(fact.began_at), "heard_ms": fact.heard_ms, "why": str(fact.why)}
    return item


class FactLines:
    """Writes `{"fact": ..., ...}` lines; a slow reader never blocks the fleet."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._queue: queue.Queue[Item | None] = queue.Queue(MOST_LINES)
        self._items: dict[str, list[Item]] = defaultdict(list)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._due = threading.Event()
        self.lost = 0
        """Number of lines that were dropped."""
        self.is_broken = False
        """Whether the reader has ended."""

    def start(self) -> None:
        """Start the writer thread."""
        self._thread = threading.Thread(target=self._run, name="facts", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued, for a bounded time, and stop."""
        self._flush()
        try:
            self._queue.put(None, timeout=1)
        except queue.Full:
            return
        if self._thread is not None:
            self._thread.join(1)

    def tell(self, fact: str, **what: object) -> None:
        """Write one line at once."""
        self._flush()
        self._put({"fact": fact, **what})

    def gather(self, fact: str, item: Item) -> None:
        """Write soon, together with others of its kind."""
        with self._lock:
            self._items[fact].append(item)

    def _put(self, line: Item) -> None:
        try:
            self._queue.put_nowait(line)
        except queue.Full:
            self.lost += 1

    def _flush(self) -> None:
        with self._lock:
            gathered, self._items = self._items, defaultdict(list)
        for fact, items in gathered.items():
            for at in range(0, len(items), MOST_ITEMS):
                self._put({"fact": fact, "items": items[at : at + MOST_ITEMS]})

    def _run(self) -> None:
        while True:
            try:
                line = self._queue.get(timeout=BATCH_S)
            except queue.Empty:
                self._flush()
                continue
            if line is None:
                return
            try:
                self._out.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
                self._out.flush()
            except OSError:
                self.is_broken = True
                return
