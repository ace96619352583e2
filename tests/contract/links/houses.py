"""Each kind of link with its broker, behind one face for the contract suite."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any, TypeVar

from devices.fleet_link import AsyncLink, LinkHub
from devices.link import Link, Options
from devices.link_api import Pending, Will
from tests.support.brokers import BrokerProcess
from tests.support.memory_link import MemoryBroker, MemoryLink

T = TypeVar("T")
AWAY_S = 0.5


class MemoryHouse:
    def __init__(self) -> None:
        self.broker = MemoryBroker()
        self.broker.is_running = False
        self.broker.start()

    def open_broker(self) -> None:
        self.broker.recover()

    def kill_broker(self) -> None:
        self.broker.fail(forget=True)

    def link(self, client_id: str, **callbacks: Any) -> MemoryLink:
        return MemoryLink(self.broker, client_id, **callbacks)

    def close(self) -> None:
        self.broker.stop()


class ThreadHouse:
    def __init__(self, kind: str, directory: Path) -> None:
        self.broker = BrokerProcess(kind, directory)

    def open_broker(self) -> None:
        self.broker.start()

    def kill_broker(self) -> None:
        self.broker.kill()

    def link(self, client_id: str, *, window: int = 1000, **callbacks: Any) -> Link:
        return Link(self.broker.url, client_id, options=Options(client_id, window=window), **callbacks)

    def close(self) -> None:
        self.broker.stop()


class LoopLink:
    """An AsyncLink driven from a test's thread; its methods run in the event loop."""

    def __init__(self, house: "LoopHouse", link: AsyncLink) -> None:
        self._house = house
        self._link = link
        self._is_away = False

    @property
    def is_up(self) -> bool:
        return self._link.is_up

    def start(self) -> None:
        self._house.call(self._link.start)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._link.stop(), self._house.loop).result(10)

    def cut(self) -> None:
        self._house.call(self._link.cut)
        # iotcore keeps wills by client id and mixes up two lives that meet: nobody is back at once.
        sleep(AWAY_S)
        self._house.call(self._link.start)

    def subscribe(self, *filters: str, qos: int = 1) -> None:
        self._house.call(lambda: self._link.subscribe(*filters, qos=qos))

    def unsubscribe(self, *filters: str) -> None:
        self._house.call(lambda: self._link.unsubscribe(*filters))

    def publish(self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False) -> Pending:
        return self._house.call(lambda: self._link.publish(topic, payload, qos, retain=retain))


class LoopHouse(ThreadHouse):
    def __init__(self, kind: str, directory: Path) -> None:
        super().__init__(kind, directory)
        self.loop = asyncio.new_event_loop()
        self._thread = Thread(target=self.loop.run_forever)
        self._thread.start()
        self.hub = LinkHub(self.broker.url)
        asyncio.run_coroutine_threadsafe(self.hub.start(), self.loop).result(30)

    def call(self, act: Callable[[], T]) -> T:
        async def run() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)

    def link(self, client_id: str, *, window: int = 1000, **callbacks: Any) -> LoopLink:
        options = Options(client_id, receive_maximum=8, window=window)
        return LoopLink(self, self.call(lambda: self.hub.link(client_id, options=options, **callbacks)))

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.hub.stop(), self.loop).result(20)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()
        super().close()


AnyHouse = MemoryHouse | ThreadHouse | LoopHouse


def will_of(topic: str) -> Will:
    return Will(topic, b"gone", qos=1, retain=True)
