"""Chunks by a connection of their own, and what a real broker holds of them; with Mosquitto."""

import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.runtime.own_links import AUDIO, own_link
from controller.runtime.sender import ChunkSender
from controller.runtime.wants import Need
from devices import topics
from devices.chunks import Bitmap, manifest_of, sent_forms, want_of
from devices.ids import Grade, NodeId, RecordingId
from devices.link import Link
from tests.integration.simulator.station_on_mqtt import wait_until
from tts.recordings import RecordingStore

WITHIN_S = 30
MB = 1 << 20
BODY = bytes(range(256)) * (2 * MB // 256)
OPEN_PACE = 1_000_000_000
OPEN_LINE = 100 * OPEN_PACE


@pytest.fixture
def sending(mosquitto, tmp_path):
    """A chunk sender, the station's link that is not even up, and the recording that it has."""
    store = RecordingStore(tmp_path / "recordings")
    store.put(BODY)
    manifest = manifest_of(BODY, codec="mp3", sample_rate=24000, duration_ms=1000)
    need = Need(Grade.ROUTINE, datetime.now(UTC) + timedelta(hours=1))
    down = Link(mosquitto.url, "loa-station")
    own = own_link(AUDIO, mosquitto.url, "")
    sender = ChunkSender(down, store, lambda: {manifest.recording: need}, OPEN_PACE, OPEN_LINE, own_link=own)
    sender.release()
    sender.start()
    wait_until(lambda: own.is_up, WITHIN_S, "the chunks' link is up")
    yield sender, manifest
    sender.stop()


def _want(sender, manifest, name):
    node = NodeId(name)
    sender.take(node, want_of(node, manifest.recording, Bitmap(manifest.count)).payload())


def test_chunks_go_out_by_a_link_of_their_own(mosquitto, sending):
    sender, manifest = sending
    came = []
    node = Link(mosquitto.url, "n1", on_message=lambda message: came.append(message.topic))
    node.subscribe(topics.chunks(manifest.recording), topics.repair_chunks(NodeId("n1")))
    node.start()
    wait_until(lambda: node.is_up, WITHIN_S, "the node is up")
    _want(sender, manifest, "n1")
    wait_until(lambda: len(came) == manifest.count, WITHIN_S, "all chunks came")
    node.stop()
    assert sender.published_bytes == sender.repair_bytes == sum(map(len, sent_forms(BODY)))


def test_a_user_of_the_broker_that_may_connect_only_once_keeps_one_link():
    assert own_link(AUDIO, "mqtts://station:x@broker.example:8883", "") is None
    own = "mqtts://station-audio:y@broker.example:8883"
    assert own_link(AUDIO, "mqtts://station:x@b:8883", own) is not None


def _rss_kb(mosquitto) -> int:
    status = Path(f"/proc/{mosquitto._child.pid}/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


def _silent_reader(mosquitto, manifest, name) -> socket.socket:
    """Connect, subscribe to the chunks at QoS 1, and never read again: a node whose link has stalled."""
    client = socket.create_connection(("127.0.0.1", mosquitto.port), timeout=WITHIN_S)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    who, filter_ = name.encode(), topics.chunks(manifest.recording).encode()
    # MQTT 5: CONNECT with a clean start and ReceiveMaximum 8, as nodes send it; then SUBSCRIBE at QoS 1
    connect = b"\x00\x04MQTT\x05\x02\x00\x3c" + b"\x03\x21\x00\x08" + len(who).to_bytes(2, "big") + who
    subscribe = b"\x00\x01\x00" + len(filter_).to_bytes(2, "big") + filter_ + b"\x01"
    client.sendall(b"\x10" + bytes([len(connect)]) + connect)
    assert client.recv(1) == b"\x20"
    client.sendall(b"\x82" + bytes([len(subscribe)]) + subscribe)
    return client


def test_what_waits_at_the_broker_for_nodes_that_do_not_read_or_are_away_stays_small(mosquitto, sending):
    sender, manifest = sending
    before = _rss_kb(mosquitto)
    stalled = [_silent_reader(mosquitto, manifest, f"stalled-{n}") for n in range(40)]
    time.sleep(0.5)
    for n in range(40):
        _want(sender, manifest, f"stalled-{n}")
    wait_until(lambda: sender.published_bytes >= len(BODY), WITHIN_S, "all was handed over")
    most = _rss_kb(mosquitto) - before
    # 40 nodes x 8 chunks in flight are 10 MB, beside the recording once; 40 recordings would be 80 MB
    assert most < 24 * 1024
    for client in stalled:
        client.close()
    again = {}

    def came_back(message):
        again.setdefault(message.topic, len(message.payload))

    wait_until(lambda: _rss_kb(mosquitto) - before < 12 * 1024, WITHIN_S, "nothing is kept for who is away")
    node = Link(mosquitto.url, "stalled-0", on_message=came_back)
    node.subscribe(topics.chunks(RecordingId(manifest.recording)))
    node.start()
    wait_until(lambda: node.is_up, WITHIN_S, "it is back")
    time.sleep(0.5)
    node.stop()
    assert again == {}
