"""A tree of three brokers for demonstrations and benches: a root and two leaves on the loopback."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from controller.host.broker import ChildBroker
from controller.host.mosquitto_files import bridges_conf
from controller.settings import BrokerChoice

TrialBroker = BrokerChoice | Literal["tree"]

LEAVES: Final = ("bac", "nam")
_NO_PASSWORDS: Final = ("", "", "")


@dataclass
class BrokerTree:
    """The station connects to the root, loudspeakers to the leaves."""

    home: Path
    _root: ChildBroker = field(init=False)
    _leaves: dict[str, ChildBroker] = field(default_factory=dict)
    _started: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Start the root, then the leaves; raises StartFailed. What was started, `stop` ends."""
        self._root = self._run(ChildBroker("mosquitto", self.home / "root"))
        for name in LEAVES:
            bridges = bridges_conf(name, f"127.0.0.1:{self._root.port}", _NO_PASSWORDS, None)
            self._leaves[name] = self._run(ChildBroker("mosquitto", self.home / name, bridges=bridges))

    def stop(self) -> None:
        """End all."""
        self._started.close()

    @property
    def root_url(self) -> str:
        """Where the station connects."""
        return self._root.url

    @property
    def named_leaves(self) -> str:
        """The leaves as a setting of the station names them."""
        return " ".join(f"{name}={leaf.url}" for name, leaf in self._leaves.items())

    def _run(self, broker: ChildBroker) -> ChildBroker:
        self._started.callback(broker.stop)
        broker.start()
        return broker


def broker_settings(broker: TrialBroker, home: Path, parts: ExitStack) -> dict[str, Any]:
    """Return the settings of a station with this broker; a tree is started, and ends with the stack."""
    if broker != "tree":
        return {"broker": broker, "broker_url": "", "broker_leaves": ""}
    tree = BrokerTree(home / "brokers")
    parts.callback(tree.stop)
    tree.start()
    return {"broker": "mosquitto", "broker_url": tree.root_url, "broker_leaves": tree.named_leaves}
