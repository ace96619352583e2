"""A tree of real Mosquittos, open or by the files that `loa broker configure` writes."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from controller.features.brokers.configuration import KEPT, WantedBrokers, write_brokers
from controller.features.fleet.broker_passwords import broker_hash
from controller.host.mosquitto_files import RulesForm, bridges_conf, broker_conf
from tests.support.brokers import MOSQUITTO, BrokerProcess
from tests.support.ports import free_port
from tests.support.province_broker import write_certificate

LEAVES = ("bac", "nam")
NEW_MOSQUITTO = Path(os.environ.get("LOA_MOSQUITTO_21", "/nonexistent"))
"""A folder with `mosquitto` 2.1 and its plug-ins, which Debian 13 does not have."""
_OF_TESTS = "user root\nlog_dest none\n"


class TreeBroker(BrokerProcess):
    """One broker of a tree, by a configuration that is there already."""

    def __init__(self, folder: Path, port: int, conf: Path, program: Path = MOSQUITTO) -> None:
        super().__init__("mosquitto", folder, port)
        self._conf, self.program = conf, program

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._child is not None
        return self._child.pid

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._child is not None
        self._child.send_signal(number)

    def _command(self) -> list[str]:
        return [str(self.program), "-c", str(self._conf)]


class OpenTree:
    """Everybody may connect; a leaf that starts remembers nothing."""

    def __init__(self, folder: Path) -> None:
        self.root = self._broker(folder, "root", free_port(), "")
        self.leaves = {
            leaf: self._broker(
                folder,
                leaf,
                free_port(),
                bridges_conf(leaf, f"127.0.0.1:{self.root.port}", ("", "", ""), None),
            )
            for leaf in LEAVES
        }

    @property
    def named_leaves(self) -> str:
        """The leaves as a setting of the station names them."""
        return " ".join(f"{name}={leaf.url}" for name, leaf in self.leaves.items())

    def start(self) -> None:
        """Start all."""
        for broker in (self.root, *self.leaves.values()):
            broker.start()

    def stop(self) -> None:
        """End all."""
        for broker in (*self.leaves.values(), self.root):
            broker.stop()

    @staticmethod
    def _broker(folder: Path, name: str, port: int, bridges: str) -> TreeBroker:
        own = folder / name
        own.mkdir()
        conf = own / "mosquitto.conf"
        conf.write_text(f"{broker_conf(f'{port} 127.0.0.1', None)}{_OF_TESTS}{bridges}", encoding="utf-8")
        return TreeBroker(own, port, conf)


class GuardedTree:
    """TLS, passwords and rules, as written for a province; `nodes`: their passwords, at all brokers."""

    def __init__(self, folder: Path, nodes: dict[str, str], form: RulesForm = RulesForm.FILES) -> None:
        ports = {name: free_port() for name in ("root", *LEAVES)}
        address = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
        wanted = WantedBrokers(
            address["root"], tuple((leaf, address[leaf]) for leaf in LEAVES), NEW_MOSQUITTO
        )
        write_brokers(folder, wanted)
        self.folder = folder
        self.secrets = json.loads((folder / KEPT).read_text(encoding="utf-8"))
        self.env = (folder / "station.env").read_text(encoding="utf-8")
        (folder / "root" / "certs").mkdir()
        write_certificate(folder / "root" / "certs")
        self.authority = folder / "root" / "certs" / "server.crt"
        self._lines = {name: f"{name}:{broker_hash(password)}\n" for name, password in nodes.items()}
        self.root, *leaves = (self._broker(folder / name, port, form) for name, port in ports.items())
        self.leaves = dict(zip(LEAVES, leaves, strict=True))
        self.start, self.stop = OpenTree.start.__get__(self), OpenTree.stop.__get__(self)

    def _broker(self, own: Path, port: int, form: RulesForm) -> TreeBroker:
        """Put the files where the configuration says they are, but in the test's folder."""
        conf = own / ("loa.conf" if form is RulesForm.FILES else "loa-2.1.conf")
        text = conf.read_text(encoding="utf-8").replace("/etc/mosquitto", str(own))
        conf.write_text(f"{text.replace(f'listener {port}', f'listener {port} 127.0.0.1')}{_OF_TESTS}")
        if own.name != "root":
            shutil.copytree(self.authority.parent, own / "certs")
            shutil.copy(self.authority, own / "certs" / "root-ca.crt")
        (own / "loa").mkdir()
        with (own / "loa" / "passwords").open("w", encoding="utf-8") as kept:
            kept.write((own / "passwords").read_text(encoding="utf-8") + "".join(self._lines.values()))
        (own / "loa" / "passwords").chmod(0o600)
        return TreeBroker(
            own, port, conf, MOSQUITTO if form is RulesForm.FILES else NEW_MOSQUITTO / "mosquitto"
        )


@contextmanager
def running_tree(tree: "OpenTree | GuardedTree") -> Iterator["OpenTree | GuardedTree"]:
    """Run a tree."""
    with ExitStack() as parts:
        parts.callback(tree.stop)
        tree.start()
        yield tree
