"""Measures what one message of each kind costs the station, in processor time; no test asserts it.

Part of `make bench`: 5,000 nodes on SQLite, messages in the batches that they come in. What the MQTT library
takes for each message beside this is `own_reader_processor_us_a_message` of `loa bench ingest`.
With `postgresql` as its argument it is a throw-away PostgreSQL, and what that takes stands beside it.
"""

import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from controller.app import Controller
from controller.host.interpreter import settle
from controller.runtime.budgets import Budgets
from controller.runtime.ingest import Ingest
from controller.terminal.progress import Stages
from controller.trial.bench_ground import bench_settings
from controller.trial.load import receipt_of, vitals_of
from controller.trial.outside import family, used_by
from controller.trial.postgres import running_postgres
from controller.trial.simulated import enrol_simulated, key_seed
from controller.trial.station_apart import planned_airings
from devices import topics
from devices.chunks import Bitmap, want_of, wanted
from devices.messages import NodeState, TimeReply, TimeRequest, Want
from devices.node_key import NodeKey
from devices.receipt_signing import NOTHING_BEFORE, receipt_id
from devices.signing import sign
from devices.wire_types import parse
from tests.support.memory_link import MemoryBroker, MemoryLink

NODES, BATCH, ROUNDS, CALLS = 5_000, 500, 3, 1_000
_MILLION = 1_000_000


def microseconds(act, count=CALLS):
    """Return the processor microseconds of one call, the least of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(count):
            act()
        best = min(best, (time.process_time() - began) / count)
    return best * _MILLION


class _Station:
    """A station that stands still, but for what is measured."""

    def __init__(self, home, server=None):
        self.server = server
        more = {"database_url": server.create()} if server else {}
        self.controller = Controller(bench_settings(home, {"broker": "auto"} | more), serve_pages=False)
        self.controller.start()
        self.nodes = [node.id for node in enrol_simulated(self.controller, NODES)]
        self.chains = {}
        self.airing = planned_airings(self.controller, 1, NODES)[0]
        broker = MemoryBroker()
        broker.start()
        self.link = MemoryLink(broker, "bench")
        self.link.start()
        self.ingest = Ingest(self.controller.store, self.link, self.controller.key, lambda: datetime.now(UTC))
        settle()

    def payload(self, kind, node, n):
        """Return a message of a kind."""
        now = datetime.now(UTC)
        if kind == "vitals":
            return vitals_of(node, n)
        if kind == "state":
            return NodeState(node=node, session=n, online=True, at=now, software="1").payload()
        key = NodeKey.derived(key_seed(self.controller.settings), node)
        kind, place = ("fetched", "started", "finished")[n % 3], self.chains.get(node, (0, NOTHING_BEFORE))
        text = receipt_of(key, node, (place[0] + 1, place[1]), self.airing, kind)
        self.chains[node] = (place[0] + 1, receipt_id(text))
        return f'{{"node":"{node}","session":1,"receipts":["{text}"]}}'.encode()

    def written(self, kind, topic_of, number):
        """Return the microseconds of one message until it is committed and acknowledged, in whole batches.

        The second figure is what the server of the database took meanwhile; 0 on SQLite.
        """
        rounds = []
        for n in range(ROUNDS):
            for node in self.nodes:
                self.ingest.take(topic_of(node), self.payload(kind, node, number + n))
            began, served = time.process_time(), self.served()
            for _ in range(0, NODES, BATCH):
                self.ingest.turn()
            self.ingest.vitals.write(everything=True)
            rounds.append((time.process_time() - began, self.served() - served))
        return tuple(min(column) / NODES * _MILLION for column in zip(*rounds, strict=True))

    def served(self):
        """Return the processor seconds of the database's server so far."""
        return used_by(family(self.server.pid)).seconds if self.server else 0.0


def costs(station):
    """Yield kind, microseconds until it is queued, from there on, and of the database's server."""
    node, key = station.nodes[0], station.controller.key
    budgets = Budgets(time.monotonic)
    want = want_of(node, station.airing["recording"], Bitmap(77)).payload()
    asked = TimeRequest(node=node, sent_us=1).payload()
    reply = TimeReply(node=node, sent_us=1, received_us=2, replied_us=3)

    def answer():
        parse(TimeRequest, asked)
        sign(reply, key)

    rest = {
        "vitals": (topics.vitals, partial(station.written, "vitals", topics.VitalsTopic, 1)),
        "state": (topics.state, partial(station.written, "state", topics.StateTopic, 10)),
        "receipt": (topics.receipt, partial(station.written, "receipt", topics.ReceiptTopic, 20)),
        "want": (topics.want, lambda: (microseconds(lambda: wanted(parse(Want, want))), 0.0)),
        "clock request": (topics.time, lambda: (microseconds(answer), 0.0)),
    }
    for kind, (topic_of, dealt_with) in rest.items():
        topic = topic_of(node)
        queued = microseconds(lambda topic=topic: budgets.admits(topics.parse(topic), 300))
        yield kind, queued, *dealt_with()


def main():
    """Print the table."""
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory()))
        parts.enter_context(Stages(quiet=True))
        server = parts.enter_context(running_postgres()) if "postgresql" in sys.argv[1:] else None
        station = _Station(folder, server)
        parts.callback(station.controller.stop)
        print("| one message | topic and budget | parsed, written, answered | database |\n|---|---|---|---|")  # noqa: T201
        for kind, queued, dealt_with, served in costs(station):
            print(f"| {kind} | {queued:.1f} µs | {dealt_with:.0f} µs | {served:.0f} µs |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
