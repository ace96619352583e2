"""The broker that the station starts itself as a child process: Debian's Mosquitto or the embedded one."""

import contextlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from controller.errors import BadInput, StartFailed
from controller.host import child_process as child
from controller.host.mosquitto_files import broker_conf
from controller.settings import BrokerChoice, Settings

_LOG = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds between restarts of a broker that keeps crashing
_STEADY_SECONDS = 60.0  # after running this long, the pauses start again at the shortest
_UP_SECONDS = 15.0  # Mosquitto needs 0.02 s, the embedded broker 0.1 s; a busy small computer needs much more

_QUIET = "log_type error\nlog_type warning\n"
# Started as root, Mosquitto changes its user, and the kernel then drops PR_SET_PDEATHSIG.
_MOSQUITTO_OF_ROOT = "user root\n"

# Nothing is stored across restarts: the station publishes its retained documents at each connect.
_EMBEDDED = """\
id = 0
[router]
id = 0
max_connections = 20000
max_outgoing_packet_count = 200
max_segment_size = 10485760
max_segment_count = 10
[v5.1]
name = "v5-1"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 0
[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = 1048576
max_inflight_count = 100
dynamic_filters = true
"""


def mosquitto_here() -> str | None:
    """Return where Mosquitto is installed, or None."""
    return shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")


def refuse_fleet_at(broker_url: str) -> None:
    """Raise BadInput for a broker that asks for a password: simulated nodes have only the station's.

    With it they could write every topic; where the user name is the client id, they would disconnect the
    station.
    """
    if urlsplit(broker_url).username is not None:
        raise BadInput(
            "Loa mô phỏng không dùng với trạm trung chuyển có mật khẩu: chúng không có tài khoản riêng ở đó. "
            "Hãy chạy «loa up --no-fleet», hoặc bỏ LOA_BROKER_URL để thử.",
            code="fleet.broker",
        )


def refuse_trial_broker(settings: Settings, *, with_fleet: bool) -> None:
    """Raise StartFailed where real loudspeakers would use the embedded broker: it is for simulated ones.

    It has no passwords and no access rules, and loses its retained messages when it ends.
    """
    if with_fleet:
        refuse_fleet_at(settings.broker_url)
    chosen, is_for_real = settings.broker, not with_fleet or bool(settings.nodes_broker_url)
    is_embedded = chosen == "embedded" or (chosen == "auto" and mosquitto_here() is None)
    if is_for_real and is_embedded and not settings.broker_url:
        raise StartFailed(
            "Trạm trung chuyển đi kèm chỉ dùng cho loa mô phỏng trên máy này: nó không hỏi mật khẩu. "
            "Với loa thật, hãy cài Mosquitto và đặt LOA_BROKER_URL. Chưa có gì được khởi động.",
            code="station.trial_broker",
        )


PORT = "port"
"""The file that stores the port of a child broker."""


@dataclass
class ChildBroker:
    """A broker on a free loopback port, started and stopped by the station."""

    choice: BrokerChoice
    home: Path
    port: int = 0
    kind: str = ""
    bridges: str = ""  # of Mosquitto: what connects it to the root of a tree
    clock: Callable[[], float] = time.monotonic
    _process: "subprocess.Popen[bytes] | None" = None
    _arguments: list[str] = field(default_factory=list)
    _log: Path | None = None
    _begun_at: float = 0.0
    _died_at: float | None = None
    _pause: float = 0.0

    @property
    def url(self) -> str:
        """Host and port to connect to."""
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it accepts connections; raise StartFailed with the cause."""
        mosquitto = mosquitto_here()
        if self.choice == "mosquitto" and mosquitto is None:
            raise StartFailed(
                "Chưa cài Mosquitto trên máy này. Cài bằng «apt-get install mosquitto» "
                "hoặc dùng trạm trung chuyển đi kèm (--broker embedded).",
                code="station.no_mosquitto",
            )
        self.home.mkdir(parents=True, exist_ok=True)
        self.port = self.port or _own_port(self.home / PORT)
        if mosquitto is not None and self.choice in ("auto", "mosquitto"):
            self.kind = "mosquitto"
            conf = self.home / "mosquitto.conf"
            own = broker_conf(f"{self.port} 127.0.0.1", None) + _QUIET
            conf.write_text(own + (_MOSQUITTO_OF_ROOT if os.geteuid() == 0 else "") + self.bridges)
            self._arguments, self._log = [mosquitto, "-c", str(conf)], self.home / "broker.log"
        else:
            self.kind = "embedded"
            conf = self.home / "embedded.toml"
            conf.write_text(_EMBEDDED.format(port=self.port))
            code = f"from iotcore import Broker; Broker(config_path={str(conf)!r}).run_forever()"
            # It writes one line per packet, so its output must not go to a file.
            self._arguments, self._log = [sys.executable, "-c", code], None
        self._begin()
        self._wait_until_up()

    def keep_running(self) -> None:
        """Start it again on the same port if it died; returns at once, with longer pauses between attempts.

        Links reconnect by themselves, and the station then publishes its retained documents again.
        """
        if self._process is None or self.is_running():
            return
        now = self.clock()
        if self._died_at is None:
            lived = now - self._begun_at
            self._died_at = now
            self._pause = 0.0 if lived >= _STEADY_SECONDS else self._next_pause()
            _LOG.error(
                "the broker ended by itself (code %s) after %.0f s; it is started again in %.0f s",
                self._process.poll(),
                lived,
                self._pause,
            )
        if now - self._died_at >= self._pause:
            self._died_at = None
            self._begin()
            _LOG.warning("the broker was started again on port %d", self.port)

    def is_running(self) -> bool:
        """Whether the child process is running."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End it; return when the process has ended."""
        if self._process is not None:
            child.stop(self._process)
            self._process = None

    def _begin(self) -> None:
        self._process = child.start(self._arguments, log=self._log)
        self._begun_at = self.clock()

    def _next_pause(self) -> float:
        return min(max(self._pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)

    def _wait_until_up(self) -> None:
        end = time.monotonic() + _UP_SECONDS
        while time.monotonic() < end and self.is_running():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 0.5).close()
                return
            time.sleep(0.02)
        self.stop()
        raise StartFailed(
            "Không khởi động được trạm trung chuyển MQTT. Chưa có gì đang phát. Xem tệp broker.log.",
            code="station.broker_not_started",
        )


def _own_port(kept: Path) -> int:
    """Return the port of the last start if it is still free, so that known addresses stay valid."""
    try:
        port = _free_port(int(kept.read_text()))
    except (OSError, ValueError, OverflowError):  # the first start, or another program uses the port now
        port = _free_port()
    kept.write_text(f"{port}\n")
    return port


def _free_port(wished: int = 0) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", wished))
        return int(probe.getsockname()[1])
