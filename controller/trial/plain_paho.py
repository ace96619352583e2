"""Reference clients of the benches: paho as its makers ship it, reading, queueing and writing by itself.

Loa's own links read past it (devices/buffered_client.py); what that gains must not make the reference faster.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from devices.fleet_link import NODE_KEEPALIVE_S, NODE_RECEIVE_MAXIMUM, SLICE, SWEEP_EVERY_S
from devices.link_api import Address

Take = Callable[[bytes | bytearray], None]
"""Called with the payload of each message."""

_MOST: Final = 65_535
"""Messages of QoS 1 that the broker may send before any is acknowledged: all that MQTT allows."""


def started_in_a_thread(
    url: str, name: str, filters: Iterable[str], take: Take, on_up: Callable[[], None]
) -> Client:
    """Return a client with paho's own thread and loop; `on_up` is called once it has subscribed."""
    client = _client(Address.of(url), name, filters, take, on_up)
    _connect(client, Address.of(url), _MOST)
    client.loop_start()
    return client


class PlainClients:
    """Many clients in one event loop, by the hooks that paho has for it, with the settings of a node."""

    def __init__(self, url: str) -> None:
        self._address = Address.of(url)
        self._clients: list[Client] = []
        self._sweep: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look after keep-alive; call in the event loop that is to drive the clients."""
        self._sweep = asyncio.create_task(self._sweep_all(), name="plain-sweep")

    def connect(self, name: str, topic_filter: str, take: Take, on_up: Callable[[], None]) -> None:
        """Connect one more, which blocks until TCP stands; `on_up` is called once it has subscribed."""
        loop = asyncio.get_running_loop()
        client = _client(self._address, name, [topic_filter], take, on_up)
        client.on_socket_open = lambda _c, _u, found: loop.add_reader(found, client.loop_read)
        client.on_socket_close = lambda _c, _u, found: _forget(loop.remove_reader(found))
        client.on_socket_register_write = lambda _c, _u, found: loop.add_writer(found, client.loop_write)
        client.on_socket_unregister_write = lambda _c, _u, found: _forget(loop.remove_writer(found))
        _connect(client, self._address, NODE_RECEIVE_MAXIMUM)
        self._clients.append(client)

    async def _sweep_all(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            for n, client in enumerate(tuple(self._clients), start=1):
                client.loop_misc()
                if n % SLICE == 0:
                    await asyncio.sleep(0)


def _client(
    address: Address, name: str, filters: Iterable[str], take: Take, on_up: Callable[[], None]
) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTProtocolVersion.MQTTv5)
    if address.user is not None:
        client.username_pw_set(address.user, address.password)
    wanted = [(one, SubscribeOptions(qos=1)) for one in filters]
    client.on_connect = lambda *_: _forget(client.subscribe(wanted))
    client.on_subscribe = lambda *_: on_up()
    client.on_message = lambda _c, _u, message: take(message.payload)
    return client


def _forget(_: object) -> None:
    """Return None, as the callbacks of paho have to."""


def _connect(client: Client, address: Address, receive_maximum: int) -> None:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = receive_maximum
    client.connect(
        address.host, address.port, keepalive=NODE_KEEPALIVE_S, clean_start=True, properties=properties
    )
