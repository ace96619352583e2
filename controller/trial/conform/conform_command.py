"""`loa conform`: holds one node to every rule of docs/protocol.md; docs/conformance.md says how."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from controller.errors import BadInput, StartFailed
from controller.host.broker import ChildBroker
from controller.host.home_folder import write_private
from controller.settings import BrokerChoice
from controller.trial.conform.checks import Outcome, Requirement
from controller.trial.conform.enrolment_desk import NODE_PASSWORD, EnrolmentDesk
from controller.trial.conform.handling import Attended, NodeHandling, OwnBoard, SimulatedNode, Unattended
from controller.trial.conform.laboratory import Laboratory
from controller.trial.conform.mqtt_bench import MqttBench
from controller.trial.conform.node_view import NodeView
from controller.trial.conform.run import chosen, run
from controller.trial.conform.signers import root_key
from controller.trial.conform.station import KitStation
from controller.trial.conform.subjects import enrolment
from devices import topics
from devices.ids import NodeId
from devices.jose import SigningKey
from devices.roots import RootChain, read_chain

ROOT_FILE, ROOTS_FILE = "root.json", "roots.json"
_ONLINE_S = 600.0
_NODE_FOLDER = "node"


@dataclass(frozen=True, slots=True)
class ConformOptions:
    """What the command line says."""

    node: str
    home: Path
    broker: str | None = None
    node_broker: str | None = None
    """The same broker as the node is to call it."""
    child: BrokerChoice = "auto"
    listen: str = "127.0.0.1:0"
    certificate: Path | None = None
    private_key: Path | None = None
    node_key: str | None = None
    """Public half of a node that is configured by hand."""
    node_password: str | None = None
    attended: bool = False
    power_command: str | None = None
    simulated: bool = False
    board: bool = False
    """Whether to try the program for boards, run on this machine."""
    only: tuple[str, ...] = ()


def conform(options: ConformOptions) -> dict[str, Outcome]:
    """Run the kit; return the outcome of each check."""
    node = NodeId(options.node)
    root = _root(options.home)
    with ExitStack() as stack:
        broker = _child_broker(options, stack)
        url = options.broker or (broker.url if broker is not None else "")
        handling = _handling(options)
        bench = MqttBench(url, node, handling, broker)
        bench.node_broker = options.node_broker or url
        station = KitStation(node, root, bench.now, bench.send)
        bench.start()
        stack.callback(bench.stop)
        _publish_roots(station, options.home / ROOTS_FILE)
        stack.callback(_save_roots, station, options.home / ROOTS_FILE)
        desk = _desk(options, station, options.node_broker or url, stack)
        handling.desk = desk
        if isinstance(handling, SimulatedNode):
            stack.callback(handling.cut_power)
        lab = Laboratory(bench, station, NodeView(node, options.node_key or ""), desk)
        _enrol_once(lab, options)
        return run(lab, options.only, lambda name: typer.echo(f"… {name}", err=True))


def _enrol_once(lab: Laboratory, options: ConformOptions) -> None:
    """Have a node enrol by a good answer where the checks of enrolment are not run."""
    is_tried = Requirement.CODE in lab.bench.has and enrolment.GROUP in chosen(options.only)
    if lab.desk is None or is_tried:
        return
    claims = lab.desk.claims
    lab.bench.enrol()
    if not lab.wait(lambda: claims and lab.seen.is_online, _ONLINE_S):
        raise StartFailed("Cụm loa chưa nhập mã, hoặc chưa nối tới trạm trung chuyển.", code="conform.node")
    lab.seen.key = claims[-1].public


def _root(home: Path) -> SigningKey:
    """Return the kit's root key, the same in each run: a node pins it."""
    file = home / ROOT_FILE
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        write_private(file, root_key(datetime.now(UTC)).to_json())
    return SigningKey.from_json(file.read_text("utf-8"))


def _publish_roots(station: KitStation, file: Path) -> None:
    """Publish the root sets of earlier runs: a node that has followed them takes no other chain."""
    if file.exists():
        chain = read_chain(file.read_bytes())
        station.root_sets = chain.sets
        station.send(topics.ROOTS, chain.payload(), 1, True)


def _save_roots(station: KitStation, file: Path) -> None:
    if station.root_sets:
        write_private(file, RootChain(sets=station.root_sets).payload().decode())


def _child_broker(options: ConformOptions, stack: ExitStack) -> ChildBroker | None:
    if options.broker is not None:
        return None
    if not (options.simulated or options.board):
        raise BadInput(
            "Trạm trung chuyển đi kèm chỉ nghe trên máy này. Với cụm loa thật, hãy chỉ ra trạm của "
            "phòng thử nghiệm bằng --broker.",
            code="conform.broker_of_real_node",
        )
    broker = ChildBroker(options.child, options.home / "broker")
    broker.start()
    stack.callback(broker.stop)
    return broker


def _handling(options: ConformOptions) -> NodeHandling:
    if options.simulated:
        return SimulatedNode(options.home / _NODE_FOLDER)
    if options.board:
        return OwnBoard(options.home / _NODE_FOLDER)
    if options.attended:
        return Attended(options.power_command, options.node_password or NODE_PASSWORD)
    return Unattended(options.power_command, options.node_password or NODE_PASSWORD)


def _desk(
    options: ConformOptions, station: KitStation, broker: str, stack: ExitStack
) -> EnrolmentDesk | None:
    if options.node_key is not None:
        return None  # configured by hand
    host, _, port = options.listen.rpartition(":")
    if not host or not port.isdigit():
        raise BadInput("--listen có dạng ĐỊA_CHỈ:CỔNG.", code="conform.listen")
    desk = EnrolmentDesk(station, broker)
    desk.password = options.node_password or NODE_PASSWORD
    desk.start(host, int(port), options.certificate, options.private_key)
    stack.callback(desk.stop)
    return desk
