"""A real Mosquitto with TLS for nodes, a plain listener for the station, and a bridge to another one."""

from pathlib import Path

from tests.support.brokers import BrokerProcess
from tests.support.ports import free_port
from tests.support.province_broker import FILES, authority_of, write_certificate

_CONF = """
per_listener_settings false
allow_anonymous true
persistence false
max_inflight_messages 100
max_queued_messages 20000
log_dest none
listener {port} 127.0.0.1
listener {tls_port} 127.0.0.1
certfile {folder}/server.crt
keyfile {folder}/server.key
"""
_OURS = {
    "old-broker.example:8883": "127.0.0.1:{port}",
    "/etc/mosquitto/certs/old-ca.crt": "{folder}/server.crt",
    "restart_timeout 1 10": "restart_timeout 1 1",
}


class TlsBroker(BrokerProcess):
    """Certificate and authority are its own; `bridged_to`: by the file of deploy/province."""

    def __init__(self, directory: Path, bridged_to: "TlsBroker | None" = None) -> None:
        directory.mkdir(exist_ok=True)
        super().__init__("mosquitto", directory)
        write_certificate(directory)
        self.tls_port = free_port()
        self.tls_url = f"mqtts://127.0.0.1:{self.tls_port}"
        self._bridged_to = bridged_to

    @property
    def pem(self) -> str:
        """The certificate that its clients must trust."""
        return (self._directory / "server.crt").read_text("ascii")

    @property
    def authority(self) -> str:
        """The same as it stands in documents."""
        return authority_of(self._directory)

    def _command(self) -> list[str]:
        command = super()._command()
        text = _CONF.format(port=self.port, tls_port=self.tls_port, folder=self._directory)
        if self._bridged_to is not None:
            text += self._bridge(self._bridged_to)
        Path(command[-1]).write_text(f"{text}\nuser root\n", encoding="utf-8")
        return command

    @staticmethod
    def _bridge(old: "TlsBroker") -> str:
        text = (FILES / "mosquitto-bridge.conf").read_text("utf-8")
        for theirs, ours in _OURS.items():
            assert theirs in text
            text = text.replace(theirs, ours.format(port=old.tls_port, folder=old._directory))
        return "\n".join(
            line for line in text.splitlines() if not line.startswith(("#", "remote_user", "remote_pass"))
        )
