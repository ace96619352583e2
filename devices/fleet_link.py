"""Many links in one event loop, for fleets: thousands of clients, one sweep, connects a few at a time."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Final

from devices.link import Connection
from devices.link_api import (
    Address,
    BackOff,
    Events,
    LinkDown,
    OnChange,
    OnMessage,
    Options,
    Pending,
    WillNow,
    will_now,
)
from devices.thread_link import CONNECT_TIMEOUT_S, FAREWELL_TIMEOUT_S, MOST_IN_FLIGHT

_log = logging.getLogger(__name__)

CONNECTS_AT_ONCE: Final = 16
"""paho's connect blocks, so it runs in so many threads; brokers have listen backlogs of about 100."""
NODE_RECEIVE_MAXIMUM: Final = 4
"""Messages on their way to a node at once. Eight chunks each for 5,000 are more than Linux lets TCP hold on a
machine of 24 GB (tcp_mem): it then no longer waits for a chunk's end, and the beginning lies here instead."""
NODE_KEEPALIVE_S: Final = 60
NODE_WINDOW: Final = 200
"""A node has little to say: more than this outstanding means that nobody takes it."""
NODE_HELD: Final = 32 * 1024 * 1024
"""What is retained for one node is less than a tenth of it."""
NODE_READ: Final = 4 * 1024
"""Nearly all but chunks is shorter; 5,000 nodes that each hold the beginning of a chunk hold 20 MB."""
SWEEP_EVERY_S: Final = 5.0
"""How often keep-alive (60 s) and deadlines (15 s) of all are looked at: each look costs every link 25 µs."""
SLICE: Final = 250
"""Links looked at before the event loop gets its turn again."""


class LinkHub:
    """The event loop's side of many links: one broker, one sweep, one bounded pool for blocking connects."""

    def __init__(
        self,
        url: str,
        *,
        authorities: Iterable[str] = (),
        randomness: Random | None = None,
    ) -> None:
        self.address = Address.of(url, authorities)
        self.randomness = randomness or Random()  # noqa: S311 - spreads load, hides nothing
        self._links: dict[str, AsyncLink] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._sweep: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look after links; call in the event loop that is to drive them."""
        self._pool = ThreadPoolExecutor(CONNECTS_AT_ONCE, thread_name_prefix="connect")
        self._sweep = asyncio.create_task(self._sweep_all(), name="links-sweep")

    async def stop(self) -> None:
        """Stop every link with a farewell, then the sweep and the pool."""
        await asyncio.gather(*(link.stop() for link in self._links.values()))
        if self._sweep is not None:
            self._sweep.cancel()
            await asyncio.gather(self._sweep, return_exceptions=True)
        if self._pool is not None:
            await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)

    def link(
        self,
        client_id: str,
        *,
        will: WillNow = None,
        on_message: OnMessage | None = None,
        on_up: OnChange | None = None,
        on_down: OnChange | None = None,
        options: Options | None = None,
        address: Address | None = None,
    ) -> "AsyncLink":
        """Return a new link, not yet started. All its methods belong to the event loop's thread.

        `address`: another broker than the hub's; a former link of this client must have been cut.
        """
        if options is None:
            options = Options(
                client_id, NODE_RECEIVE_MAXIMUM, NODE_KEEPALIVE_S, NODE_WINDOW, NODE_HELD, NODE_READ
            )
        link = AsyncLink(self, address or self.address, options, Events(on_message, on_up, on_down), will)
        self._links[client_id] = link
        return link

    async def run_blocking(self, act: Callable[[], None]) -> None:
        """Run a blocking connect in the bounded pool."""
        await asyncio.get_running_loop().run_in_executor(self._pool, act)

    async def _sweep_all(self) -> None:
        """Look at keep-alive and deadlines of all links; one task, not one a link."""
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            for n, link in enumerate(tuple(self._links.values()), start=1):
                link.sweep()
                if n % SLICE == 0:
                    await asyncio.sleep(0)


class AsyncLink:
    """One client of a LinkHub; see AnyLink. Callbacks come from the event loop and may use the link."""

    def __init__(
        self, hub: LinkHub, address: Address, options: Options, events: Events, will: WillNow
    ) -> None:
        self._hub = hub
        self._address = address
        self._options = options
        self._events = events
        self._will = will
        self._filters: dict[str, int] = {}
        self._back_off = BackOff(hub.randomness)
        self._connection: Connection | None = None
        self._descriptor = -1
        self._has_writer = False
        self._in_flight = MOST_IN_FLIGHT
        self._wanted = False
        self._opening: asyncio.Task[None] | None = None
        self._pausing: asyncio.TimerHandle | None = None
        self._is_pumping = False
        self._turned: asyncio.Event | None = None
        self._epoch = 0

    @property
    def is_up(self) -> bool:
        """Whether the broker accepted us and the connection stands."""
        return self._connection is not None and self._connection.is_up

    @property
    def is_standing(self) -> bool:
        """Whether there is a connection at all, or one being made."""
        return self._connection is not None or self._opening is not None

    def start(self) -> None:
        """Begin to connect (again, after stop or cut); returns at once."""
        if not self._wanted:
            self._wanted = True
            self._connect()

    async def stop(self) -> None:
        """Say farewell once nothing is outstanding (no will is published), bounded; do not connect again."""
        self._stand_down()
        if self._opening is not None:
            await asyncio.wait({self._opening}, timeout=CONNECT_TIMEOUT_S + FAREWELL_TIMEOUT_S)
        try:
            async with asyncio.timeout(FAREWELL_TIMEOUT_S / 2):
                while self._connection is not None and self._connection.outstanding:
                    await self._next_turn()
        except TimeoutError:
            _log.info("link %s: leaves with messages outstanding", self._options.client_id)
        if self._connection is not None:
            self._connection.farewell()
            self._flush()
        try:
            async with asyncio.timeout(FAREWELL_TIMEOUT_S / 2):
                while self._connection is not None:
                    await self._next_turn()
        except TimeoutError:
            _log.info("link %s: the farewell does not leave", self._options.client_id)
        self.cut()

    def cut(self) -> None:
        """Lose the connection without a farewell, as a power failure would, and stay away until start."""
        self._stand_down()
        if self._connection is not None:
            self._end("cut")

    def subscribe(self, *filters: str, qos: int = 1) -> None:
        """Subscribe now if up, and again after every connect."""
        fresh = dict.fromkeys(filters, qos)
        self._filters.update(fresh)
        if self._connection is not None:
            self._connection.subscribe(fresh)
            self._flush()

    def unsubscribe(self, *filters: str) -> None:
        """Unsubscribe now if up, and do not subscribe again."""
        gone = [name for name in filters if self._filters.pop(name, None) is not None]
        if self._connection is not None:
            self._connection.unsubscribe(gone)
            self._flush()

    def publish(self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False) -> Pending:
        """Send; raise LinkDown when not connected, LinkBusy when too much is outstanding."""
        if self._connection is None:
            raise LinkDown("not connected to the broker")
        pending = self._connection.publish(topic, payload, qos, retain=retain)
        self._flush()
        return pending

    def sweep(self) -> None:
        """Look at keep-alive and deadlines; called by the hub every few seconds."""
        if self._connection is not None:
            self._connection.misc()
            self._release_if_closed()
            self._pump()

    # -- connecting

    async def _next_turn(self) -> None:
        self._turned = asyncio.Event()
        await self._turned.wait()

    def _stand_down(self) -> None:
        self._wanted = False
        self._epoch += 1
        if self._pausing is not None:
            self._pausing.cancel()
            self._pausing = None

    def _connect(self) -> None:
        self._pausing = None
        if self._wanted and not self.is_standing:
            self._opening = asyncio.create_task(self._open())

    async def _open(self) -> None:
        epoch = self._epoch
        connection = Connection(
            self._address,
            self._options,
            will_now(self._will),
            filters=self._filters.copy,
            events=self._events,
            in_flight=self._in_flight,
        )
        try:
            await self._hub.run_blocking(connection.open)
        except (OSError, UnicodeError, RuntimeError) as error:  # RuntimeError: the pool is shut down
            _log.debug("link %s: no connection: %s", self._options.client_id, error)
            connection.close()
            self._opening = None
            self._pause()
            return
        self._opening = None
        if epoch != self._epoch:  # stopped meanwhile, and perhaps started again
            connection.close()
            self._connect()
            return
        self._connection = connection
        self._descriptor = connection.fileno()
        asyncio.get_running_loop().add_reader(self._descriptor, self._readable)
        self._flush()

    def _pause(self) -> None:
        if self._wanted:
            loop = asyncio.get_running_loop()
            self._pausing = loop.call_later(self._back_off.pause(), self._connect)

    # -- one connection

    def _readable(self) -> None:
        if self._connection is not None:
            self._connection.read()
            self._release_if_closed()
            self._pump()

    def _flush(self) -> None:
        """Write at once what the socket takes, and act on the outcome in the loop's next turn."""
        if self._connection is not None and not self._is_pumping:
            self._connection.write()
            self._release_if_closed()
            self._watch_writing()
            if self._connection.has_news:
                asyncio.get_running_loop().call_soon(self._pump)

    def _pump(self) -> None:
        """Act on what happened until nothing is left; callbacks may publish meanwhile."""
        if self._connection is None or self._is_pumping:
            return
        self._is_pumping = True
        connection = self._connection
        try:
            connection.drain()
            while connection.loss is None and connection is self._connection and connection.wants_write():
                connection.write()
                self._release_if_closed()
                if not connection.has_news:
                    break
                connection.drain()
        finally:
            self._is_pumping = False
            if self._turned is not None:
                self._turned.set()
        if connection is self._connection:
            if connection.loss is not None:
                self._end(connection.loss)
            else:
                self._watch_writing()

    def _watch_writing(self) -> None:
        """Have the event loop call when the socket takes more, just as long as something waits."""
        if self._connection is None or self._descriptor < 0:
            return
        if self._connection.wants_write() == self._has_writer:
            return
        loop = asyncio.get_running_loop()
        self._has_writer = not self._has_writer
        if self._has_writer:
            loop.add_writer(self._descriptor, self._flush)
        else:
            loop.remove_writer(self._descriptor)

    def _release_if_closed(self) -> None:
        """Forget a descriptor that paho has closed, before another connection gets the same number."""
        if self._connection is not None and self._connection.fileno() < 0:
            self._release()

    def _release(self) -> None:
        if self._descriptor < 0:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._descriptor)
        if self._has_writer:
            loop.remove_writer(self._descriptor)
            self._has_writer = False
        self._descriptor = -1

    def _end(self, why: str) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        self._release()
        connection.cut(why)
        self._in_flight = connection.in_flight
        if connection.was_up:
            self._back_off.reset()
            self._events.on_down()
        if self._turned is not None:
            self._turned.set()
        self._pause()
