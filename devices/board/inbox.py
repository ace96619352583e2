"""What waits for the brain of a board: in order, and bounded whoever sends it."""

import asyncio
from collections import deque
from typing import Final

from devices.node.events import Event, Received

MOST_WAITING: Final = 2000
"""Events; above it chunks are dropped, and asked for again; above twice as many all messages are."""
MOST_BYTES: Final = 32 * 1024 * 1024
"""Of messages: some sixty of the longest. All that is retained for one node is less than a tenth of it."""


class Inbox:
    """A queue of events; belongs to one event loop."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._bytes = 0
        self._has_some = asyncio.Event()

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: Event) -> None:
        """Queue an event of the board itself."""
        self._events.append(event)
        self._has_some.set()

    def offer(self, message: Received) -> bool:
        """Queue a message of the broker; return False if it was dropped."""
        waiting, size = len(self._events), self._bytes + len(message.payload)
        is_chunk = "/chunk/" in message.topic
        if size > MOST_BYTES or waiting > (MOST_WAITING if is_chunk else 2 * MOST_WAITING):
            return False
        self._bytes = size
        self.put(message)
        return True

    def take(self) -> Event:
        """Return the oldest event."""
        event = self._events.popleft()
        if isinstance(event, Received):
            self._bytes -= len(event.payload)
        if not self._events:
            self._has_some.clear()
        return event

    async def wait(self) -> None:
        """Wait until there is an event."""
        await self._has_some.wait()
