"""A connection that is found lost while it is being written to."""

import asyncio
import logging
import socket
import struct
from contextlib import suppress
from threading import Event, Thread

import pytest

from devices.buffered_client import publish_packet
from devices.fleet_link import NODE_HELD, LinkHub
from devices.link import Link
from devices.link_api import LinkDown

PATIENCE_S = 20
CONNACK = bytes([0x20, 3, 0, 0, 0])
NEWS = bytes([0x30, 5, 0, 1, 0x61, 0, 0x62])
"""A PUBLISH of QoS 0 on the topic `a`."""


@pytest.fixture
def broker():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_loss_that_the_last_writing_of_a_turn_finds_is_told_at_once(broker, caplog):
    """As when a broker ends while it is sent to: its end came to light with no turn left to tell of it."""
    caplog.set_level(logging.INFO)
    met, down = Event(), Event()
    held = []

    def reset(_message):
        held[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        held[0].close()
        with suppress(LinkDown):
            link.publish("b", b"into a closed connection", qos=1)
        met.set()

    link = Link(f"mqtt://127.0.0.1:{broker.getsockname()[1]}", "n1", on_message=reset, on_down=down.set)

    def serve():
        connection, _ = broker.accept()
        held.append(connection)
        connection.recv(4096)
        connection.sendall(CONNACK + NEWS)

    serving = Thread(target=serve)
    serving.start()
    link.start()
    assert met.wait(PATIENCE_S)
    assert down.wait(PATIENCE_S)
    serving.join(PATIENCE_S)
    broker.close()
    link.stop()
    assert not [one for one in caplog.records if one.exc_info]


def test_a_broker_that_floods_a_node_before_it_grants_a_subscription_is_cut_off(broker):
    """Who has taken the broker over would fill the memory of a board, and so end what it plays."""
    sent, flood = [], publish_packet("a", bytes(60_000), None, retain=False)

    def serve():
        connection, _ = broker.accept()
        with connection, suppress(OSError):
            connection.settimeout(PATIENCE_S)
            connection.recv(4096)
            connection.sendall(CONNACK)
            while len(sent) * len(flood) < 8 * NODE_HELD:
                connection.sendall(flood)
                sent.append(1)

    async def story():
        hub = LinkHub(f"mqtt://127.0.0.1:{broker.getsockname()[1]}")
        await hub.start()
        link = hub.link("n1")
        link.subscribe("a")
        link.start()
        await asyncio.to_thread(serve)
        await hub.stop()

    asyncio.run(story())
    assert NODE_HELD // 2 < len(sent) * len(flood) < 2 * NODE_HELD
