"""Real brokers for tests: Mosquitto and iotcore as child processes on free loopback ports."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from tests.support.nightly import amount
from tests.support.ports import free_port

MOSQUITTO = Path("/usr/sbin/mosquitto")
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20
KINDS = ("mosquitto", "iotcore")
BY_DAY = amount(KINDS[:1], KINDS)
"""For what is above a link: tests/contract/links holds both brokers to the same each time."""

_MOSQUITTO_CONF = """
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_inflight_messages 100
max_queued_messages 20000
set_tcp_nodelay true
log_dest none
"""

_IOTCORE_TOML = """
id = 0

[router]
id = 0
max_connections = 10010
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10

[v5.1]
name = "v5"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1

[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = 1048576
max_inflight_count = 100
dynamic_filters = true
"""


class BrokerProcess:
    """One real broker; it can be killed and started again on the same port."""

    def __init__(self, kind: str, directory: Path, port: int | None = None) -> None:
        self.kind = kind
        self.port = port or free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._directory = directory
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        self._child = subprocess.Popen(
            self._command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = monotonic() + START_TIMEOUT_S
        while not self.is_listening():
            if self._child.poll() is not None:
                raise RuntimeError(f"{self.kind} ended with {self._child.returncode}")
            if monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self.kind} does not listen")
            sleep(0.05)

    def is_listening(self) -> bool:
        """Say whether somebody accepts connections at the port."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End it, in order if it can."""
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.kill()
        self._child = None

    def kill(self) -> None:
        """End it as a power failure would."""
        if self._child is not None:
            self._child.kill()
            self._child.wait(STOP_TIMEOUT_S)
            self._child = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop the process (SIGSTOP) during the block; messages to it wait."""
        assert self._child is not None
        self._child.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._child.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)  # soon, not at once
        try:
            yield
        finally:
            self._child.send_signal(signal.SIGCONT)

    def _command(self) -> list[str]:
        if self.kind == "mosquitto":
            conf = self._directory / f"mosquitto-{self.port}.conf"
            conf.write_text(_MOSQUITTO_CONF.format(port=self.port), encoding="utf-8")
            return [str(MOSQUITTO), "-c", str(conf)]
        conf = self._directory / f"iotcore-{self.port}.toml"
        conf.write_text(_IOTCORE_TOML.format(port=self.port), encoding="utf-8")
        # iotcore masks no signals and holds the GIL: only the default action of SIGTERM ends it at once.
        program = (
            "import signal; signal.signal(signal.SIGTERM, signal.SIG_DFL);"
            f"from iotcore import Broker; Broker(config_path={os.fspath(conf)!r}).run_forever()"
        )
        return [sys.executable, "-c", program]


def is_available(kind: str) -> bool:
    """Say whether this machine has the broker."""
    return kind != "mosquitto" or MOSQUITTO.exists()
