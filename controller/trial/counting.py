"""`python -m controller.trial.counting`: clients that only count bytes, or the plain server for them.

One JSON line on standard input tells its role; one line on standard output reports that it is ready; then,
when everything has arrived, the instant of that. References for deliveries; see docs/benchmarks.md.
"""

import asyncio
import contextlib
import json
import mmap
import os
import resource
import selectors
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from controller.trial.plain_paho import PlainClients, Take
from devices.fleet_link import LinkHub

_CONNECTS = 50  # at once: brokers and kernels have listen backlogs of about 100
_READ = 256 * 1024  # bytes read from, or written to, a socket at a time
_STEP_S = 0.02
_BACKLOG = 4096


class Counter:
    """Number of bytes received by each client, and whether all have everything."""

    def __init__(self, clients: int, enough: int) -> None:
        self._lacking = clients
        self._enough = enough
        self.done = asyncio.Event()
        self.done_at = 0.0

    def take(self, had: int, size: int) -> int:
        """Add to a client's bytes; notes the end when the last client has enough."""
        if had < self._enough <= had + size:
            self._lacking -= 1
            if self._lacking == 0:
                self.done_at = time.time()
                self.done.set()
        return had + size


class _Mqtt:
    """What a client over MQTT has received."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._had = 0

    def take(self, payload: bytes | bytearray) -> None:
        self._had = self._counter.take(self._had, len(payload))


class _LoaClients:
    """Clients with the fleet's own links; PlainClients are the same with paho alone."""

    def __init__(self, url: str) -> None:
        self._hub = LinkHub(url)

    async def start(self) -> None:
        await self._hub.start()

    def connect(self, name: str, topic_filter: str, take: Take, on_up: Callable[[], None]) -> None:
        link = self._hub.link(name, on_message=lambda message: take(message.payload), on_up=on_up)
        link.subscribe(topic_filter)
        link.start()


class _Raw(asyncio.BufferedProtocol):
    """A bare socket: sends one request, then counts until it has enough."""

    room = memoryview(bytearray(_READ))  # shared by all: the data are only counted

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._had = 0

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's shape
        return self.room

    def buffer_updated(self, nbytes: int) -> None:
        self._had = self._counter.take(self._had, nbytes)


async def _count_mqtt(told: dict[str, Any]) -> None:
    counter, up = Counter(told["clients"], told["bytes"]), asyncio.Event()
    clients = (_LoaClients if told["reader"] == "loa" else PlainClients)(told["broker"])
    waiting = told["clients"]

    def rose() -> None:
        nonlocal waiting
        waiting -= 1
        if waiting == 0:
            up.set()

    await clients.start()
    for n in range(told["clients"]):
        clients.connect(f"{told['name']}-{n}", told["filter"], _Mqtt(counter).take, rose)
        if n % _CONNECTS == 0:
            await asyncio.sleep(_STEP_S)
    await up.wait()
    used = time.process_time()
    _say(ready=told["clients"])
    await counter.done.wait()
    _say(done_at=counter.done_at, processor_seconds=time.process_time() - used)
    await _told_to_end()  # without DISCONNECT: it would load the broker


async def _count_raw(told: dict[str, Any]) -> None:
    counter = Counter(told["clients"], told["bytes"])
    loop = asyncio.get_running_loop()
    links = []
    for n in range(told["clients"]):
        link, _ = await loop.create_connection(lambda: _Raw(counter), told["host"], told["port"])
        links.append(link)
        if n % _CONNECTS == 0:
            await asyncio.sleep(_STEP_S)
    _say(ready=told["clients"])
    await asyncio.to_thread(sys.stdin.readline)
    for link in links:
        link.write(told["request"].encode())
    await counter.done.wait()
    _say(done_at=counter.done_at)
    for link in links:
        link.abort()


async def _told_to_end() -> None:
    await asyncio.to_thread(sys.stdin.readline)


def _serve(told: dict[str, Any]) -> None:
    """Send a file to each client that sends any data; one thread, epoll, no copies."""
    with (
        selectors.DefaultSelector() as selector,
        socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG) as door,
        Path(told["file"]).open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
        memoryview(mapped) as body,
    ):
        selector.register(door, selectors.EVENT_READ)
        selector.register(0, selectors.EVENT_READ)  # standard input ends with the parent
        _say(port=door.getsockname()[1])
        while True:
            for key, _ in selector.select():
                if key.fileobj == 0:
                    return
                if key.fileobj is door:
                    client, _ = door.accept()
                    client.setblocking(False)
                    selector.register(client, selectors.EVENT_READ, None)
                else:
                    _give(selector, key, body)


def _give(selector: selectors.BaseSelector, key: selectors.SelectorKey, body: memoryview) -> None:
    client = key.fileobj
    assert isinstance(client, socket.socket)
    try:
        if key.data is None:
            asked = client.recv(_READ)
            if not asked:
                raise ConnectionResetError
            selector.modify(client, selectors.EVENT_WRITE, 0)
            return
        with body[key.data : key.data + _READ] as piece:
            at = key.data + client.send(piece)
        if at < len(body):
            selector.modify(client, selectors.EVENT_WRITE, at)
        else:
            selector.modify(client, selectors.EVENT_READ, None)
    except BlockingIOError:
        return
    except ConnectionError:
        selector.unregister(client)
        client.close()


def _say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Take the role that the first line of standard input gives."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    told = json.loads(sys.stdin.readline())
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        if told["be"] == "server":
            _serve(told)
        else:
            asyncio.run(_count_mqtt(told) if told["be"] == "mqtt" else _count_raw(told))
    os._exit(0)  # thousands of sockets close faster with the process than one by one


if __name__ == "__main__":
    main()
