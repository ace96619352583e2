"""A real Mosquitto that asks for passwords and keeps nodes to their own topics by deploy/province."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho

from controller.features.fleet.broker_passwords import broker_hash
from tests.support.brokers import BrokerProcess, is_available
from tests.support.parts import missing

ROOT = Path(__file__).parents[2]
STATION_PASSWORD = "mật khẩu của đài"
_CONF = """
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
use_username_as_clientid true
user root
persistence false
max_inflight_messages 100
max_queued_messages 20000
log_dest none
"""


class GuardedBroker(BrokerProcess):
    """Mosquitto with a password file that the station keeps, and a watch that has it read when it changes."""

    def __init__(self, directory: Path) -> None:
        super().__init__("mosquitto", directory)
        self.passwords = directory / "passwords"
        self.passwords.write_text(f"station:{broker_hash(STATION_PASSWORD)}\n", encoding="utf-8")
        self.passwords.chmod(0o640)
        (directory / "acl").write_text(
            (ROOT / "deploy/province/mosquitto-acl").read_text(encoding="utf-8"), encoding="utf-8"
        )
        (directory / "acl").chmod(0o640)
        self._ending = threading.Event()
        self._watch = threading.Thread(target=self._reload_on_change, name="password-path", daemon=True)

    @property
    def station_url(self) -> str:
        """Where the station signs in."""
        return f"mqtt://station:{STATION_PASSWORD}@127.0.0.1:{self.port}"

    @property
    def chosen(self) -> dict[str, Any]:
        """What a station is set to, to use it."""
        return {
            "broker_url": self.station_url,
            "nodes_broker_url": self.url,
            "broker_passwords": self.passwords,
        }

    def start(self) -> None:
        """Start it, and what systemd's path unit does."""
        super().start()
        self._watch.start()

    def stop(self) -> None:
        """End both."""
        self._ending.set()
        self._watch.join(5)
        super().stop()

    def _reload_on_change(self) -> None:
        seen = self.passwords.read_text(encoding="utf-8")
        while not self._ending.wait(0.05):
            now = self.passwords.read_text(encoding="utf-8")
            if now != seen and self._child is not None:
                seen = now
                self._child.send_signal(signal.SIGHUP)

    def _command(self) -> list[str]:
        command = super()._command()
        conf = _CONF.format(port=self.port, folder=self._directory)
        Path(command[-1]).write_text(conf, encoding="utf-8")
        return command


@contextmanager
def guarding(folder: Path) -> Iterator[GuardedBroker]:
    """Run one in a new folder."""
    if not is_available("mosquitto"):
        missing("mosquitto")
    folder.mkdir()
    broker = GuardedBroker(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def says_of(port: int, user: str, password: str, within: float = 20) -> str:
    """Return what the broker answers to somebody who signs in: `Success` or why not."""
    answer: list[str] = []
    client = paho.Client(
        paho.CallbackAPIVersion.VERSION2, client_id=user, protocol=paho.MQTTProtocolVersion.MQTTv5
    )
    client.username_pw_set(user, password)
    client.on_connect = lambda *args: answer.append(str(args[3]))
    client.connect("127.0.0.1", port)
    end = time.monotonic() + within
    while not answer and time.monotonic() < end:
        client.loop(0.05)
    client.disconnect()
    return answer[0] if answer else "no answer"
