"""Measures at a real socket what one loudspeaker costs on its line: a bulletin of 15 minutes, and rest.

`python -m tests.benchmarks.wire_bytes [--rest SECONDS]`. One simulated loudspeaker, a real station, and
Mosquitto with TLS. Between loudspeaker and broker a relay passes the bytes on, in segments of 1,448 bytes, as
Ethernet's. The system tells how many bytes and segments went each way (TCP_INFO); a segment costs 52 bytes of
IPv4 and TCP with timestamps. Acknowledgements are counted as they were sent: fewer than one to two segments.
"""

import argparse
import random
import selectors
import socket
import struct
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

from controller.app import Controller
from controller.features.fleet.service import NewNode
from controller.terminal.progress import Stages
from controller.trial.bench_ground import ToneMade, approved
from controller.trial.job import TrialRun
from controller.trial.simulated import enrol_fleet, fleet_of
from devices.ids import AreaCode, NodeId
from tests.support.running_station import PROVINCE, running
from tests.support.tls_broker import TlsBroker
from tests.support.waiting import wait_until

MINUTES = 15
BYTES = MINUTES * 360_000
"""MP3 of 48 kbit/s."""
LENGTH_MS = MINUTES * 60_000
HEADERS = 52
SEGMENT = 1460
COUNTERS_AT, COUNTERS = 120, "QQII"
"""Of Linux' tcp_info: bytes acknowledged, bytes received, segments out, segments in."""
DAY_S = 86_400
BURST_S = 45.0
"""After connecting: eight clock requests, and some more until the drift is known."""
NODE = NewNode(NodeId("loa-22366-1"), AreaCode("22366"), "Cụm 1")


@dataclass(frozen=True)
class Counted:
    """What a socket has carried, both ways."""

    payload: int = 0
    segments: int = 0

    @property
    def on_the_line(self) -> int:
        """Bytes with IPv4 and TCP."""
        return self.payload + self.segments * HEADERS

    def since(self, before: "Counted") -> "Counted":
        return Counted(self.payload - before.payload, self.segments - before.segments)


class Relay:
    """Passes one loudspeaker's bytes on to the broker; a connection that ends is counted on."""

    def __init__(self, broker_port: int) -> None:
        self._broker_port = broker_port
        self._listener = socket.socket()
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self._ending = Event()
        self._before = Counted()
        self._near: socket.socket | None = None
        self.port: int = self._listener.getsockname()[1]
        self._thread = Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def counted(self) -> Counted:
        """Return what the loudspeaker's side has carried so far."""
        near = self._near
        if near is None:
            return self._before
        told = near.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        sent, received, out, come = struct.unpack_from(COUNTERS, told, COUNTERS_AT)
        return Counted(self._before.payload + sent + received, self._before.segments + out + come)

    def stop(self) -> None:
        """End the relay, and the connection."""
        self._ending.set()
        self._listener.close()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._ending.is_set():
            with suppress(OSError):
                near, _ = self._listener.accept()
                with near, socket.create_connection(("127.0.0.1", self._broker_port)) as far:
                    self._near = near
                    self._pass_on(near, far)
                    self._before, self._near = self.counted(), None

    def _pass_on(self, near: socket.socket, far: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            while not self._ending.is_set():
                for found, _ in selector.select(0.5):
                    taken = found.fileobj.recv(65_536)  # type: ignore[union-attr]
                    if not taken:
                        return
                    found.data.sendall(taken)


def main(rest_s: float) -> dict[str, float]:
    """Measure, print and return the figures."""
    with tempfile.TemporaryDirectory() as folder, Stages(quiet=True) as stages:
        broker = TlsBroker(Path(folder) / "broker")
        broker.start()
        relay, home = Relay(broker.tls_port), Path(folder) / "home"
        try:
            with running(home, broker_url=broker.url, enrolled=False, speech_workers=0) as station:
                return _measured(station, stages, relay, broker.authority, rest_s)
        finally:
            relay.stop()
            broker.stop()


def _measured(
    station: Controller, stages: Stages, relay: Relay, authority: str, rest_s: float
) -> dict[str, float]:
    with station.store.write() as session:
        enrol_fleet(session, station, [NODE])
    at = f"mqtts://127.0.0.1:{relay.port}"
    fleet = fleet_of(station, [NODE], broker=at, authorities=(authority,))
    fleet.start()
    try:
        fleet.wait_ready()
        time.sleep(BURST_S)
        connected = relay.counted()
        made = ToneMade(random.Random(1).randbytes(BYTES), LENGTH_MS)
        bulletin = approved(station, stages, "Đo", made)
        TrialRun(station, stages).air(bulletin, PROVINCE, station.now() + timedelta(hours=1, minutes=30))
        if not wait_until(lambda: any(one.get("fact") == "verified" for one in fleet.facts()), 150):
            raise SystemExit("the recording did not come")
        time.sleep(10)  # its receipt, and the answer
        fetched = relay.counted().since(connected)
        figures: dict[str, float] = {
            "connecting_bytes": connected.on_the_line,
            "bulletin_bytes": fetched.on_the_line,
            "bulletin_payload_bytes": fetched.payload,
            "bulletin_segments": fetched.segments,
            "bulletin_ratio": round(fetched.on_the_line / BYTES, 4),
        }
        if rest_s:
            figures |= _rested(relay, rest_s)
        return figures
    finally:
        fleet.stop()


def _rested(relay: Relay, rest_s: float) -> dict[str, float]:
    """Return what a loudspeaker at rest carries, of a day; the second half of the time, too."""
    begun = relay.counted()
    time.sleep(rest_s / 2)
    middle = relay.counted()
    time.sleep(rest_s / 2)
    whole, later = relay.counted().since(begun), relay.counted().since(middle)
    return {
        "rest_s": rest_s,
        "rest_bytes": whole.on_the_line,
        "rest_bytes_a_day": round(whole.on_the_line * DAY_S / rest_s),
        "rest_bytes_a_day_by_the_second_half": round(later.on_the_line * DAY_S / (rest_s / 2)),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rest", type=float, default=0.0)
    for name, figure in main(parser.parse_args(sys.argv[1:]).rest).items():
        print(f"{name}: {figure}", flush=True)  # noqa: T201 - what it is for
