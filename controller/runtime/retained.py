"""Compares the broker's retained documents with those published by the station; finds what to repair; pure.

The station subscribes to the topics that it retains, so it receives each change, whoever made it: a foreign
client with the station's password, or somebody at the broker. Nothing is polled. What the broker lost while
the link was down is published again at each connect.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

ECHO_WITHIN = 1.0
"""Seconds to wait: our own earlier document may still arrive after a newer one was sent."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds between two repairs of one document that somebody changes again and again."""
CALM = 600.0
"""Seconds without a change after which the pauses of a document start again at the shortest."""
MOST_AT_ONCE = 64
"""Documents repaired in one run: 128 a second, so that an emptied broker is complete within seconds."""
MOST_KNOWN = 50_000
"""Documents of a province: three for each node, and a few hundred others."""


@dataclass(slots=True)
class _Known:
    size: int = 0
    digest: bytes = b""
    put_back_at: float | None = None
    pause: float = 0.0


@dataclass
class RetainedWatch:
    """Compares what arrives with what was last published. Thread-safe; `clock`: steady seconds."""

    clock: Callable[[], float]
    _known: "OrderedDict[str, _Known]" = field(default_factory=OrderedDict)
    _wrong: dict[str, float] = field(default_factory=dict)  # topic to the time since when it is wrong
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def handed(self, topic: str, payload: bytes) -> None:
        """Note what the broker must hold from now on."""
        with self._lock:
            known = self._known.pop(topic, None) or _Known()
            known.size, known.digest = len(payload), hashlib.sha256(payload).digest()
            self._known[topic] = known
            self._wrong.pop(topic, None)
            if len(self._known) > MOST_KNOWN:
                self._wrong.pop(self._known.popitem(last=False)[0], None)

    def saw(self, topic: str, payload: bytes) -> None:
        """Note what the broker holds or forwards; topics on which nothing was published are ignored."""
        with self._lock:
            known = self._known.get(topic)
            if known is None:
                return
            if len(payload) == known.size and hashlib.sha256(payload).digest() == known.digest:
                self._wrong.pop(topic, None)
            else:
                self._wrong.setdefault(topic, self.clock())

    def connected(self) -> None:
        """Note that everything is being published again, which repairs all differences."""
        with self._lock:
            self._wrong.clear()

    def to_put_back(self) -> list[str]:
        """Return topics to be published again now, the longest wrong first; at most `MOST_AT_ONCE`.

        Each is returned again, after growing pauses, until it was published.
        """
        now = self.clock()
        found: list[str] = []
        with self._lock:
            for topic, since in self._wrong.items():
                known = self._known[topic]
                last = known.put_back_at
                if now - since < ECHO_WITHIN or (last is not None and now - last < known.pause):
                    continue
                is_calm = last is None or now - last >= CALM
                known.pause = FIRST_PAUSE if is_calm else min(known.pause * 2, LONGEST_PAUSE)
                known.put_back_at = now
                found.append(topic)
                if len(found) >= MOST_AT_ONCE:
                    break
        return found
