"""`loa bench rest`: what a station uses while nothing is due, and how soon it answers clock requests."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from controller.errors import StartFailed
from controller.model.airings import ReceiptChain
from controller.model.fleet import Node
from controller.settings import BrokerChoice
from controller.terminal.progress import Stages
from controller.trial import children
from controller.trial.bench_ground import PATIENCE_S, started_fleet, throw_away_home
from controller.trial.bench_ingest import loaded
from controller.trial.empty_database import TrialDatabase, empty_database
from controller.trial.outside import Used
from controller.trial.percentiles import spread
from controller.trial.simulated import key_seed
from controller.trial.station_apart import StationApart
from devices import topics
from devices.ids import NodeId
from devices.jose import read_payload
from devices.link import Link
from devices.link_api import LinkDown, Message
from devices.messages import TimeReply, TimeRequest

REST_S = 60.0
SETTLE_S = 20.0
"""Wait after the last birth, until its clock requests and retained documents are processed."""
PROBES = 4
ASKED_EVERY_S = 0.6
"""Seconds between requests of a probe: below the budget of a node, which is two a second."""
STARTS, START_S = 3, 6.0
"""How often all nodes report at once that a broadcast began, and how long each time is observed."""
NICE = 10
"""Niceness of the simulated loudspeakers: real ones take no processor from their station."""
_MS = 1000


@dataclass
class ClockProbe:
    """Requests the time as nodes do, under its own names, and records the response times."""

    broker_url: str
    answers_ms: list[float] = field(default_factory=list)
    asked: int = 0
    _open: dict[tuple[str, int], float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def start(self) -> None:
        """Connect."""
        self._names = [NodeId(f"probe-{n}") for n in range(PROBES)]
        self._link = Link(self.broker_url, "bench-probe", on_message=self._take)
        self._link.subscribe(*map(topics.time_reply, self._names), qos=0)
        self._link.start()
        failed = StartFailed("Không kết nối được với trạm trung chuyển.", code="bench.no_broker")
        children.wait_for(lambda: self._link.is_up, PATIENCE_S, failed)

    def ask_for(self, seconds: float) -> None:
        """Send requests for a duration."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for node in self._names:
                self._ask(node)
                time.sleep(ASKED_EVERY_S / PROBES)

    def stop(self) -> None:
        """Disconnect."""
        self._link.stop()

    def _ask(self, node: NodeId) -> None:
        sent_us = time.time_ns() // 1000
        request = TimeRequest(node=node, sent_us=sent_us).payload()
        with self._lock:
            self._open[node, sent_us] = time.perf_counter()
            self.asked += 1
        try:
            self._link.publish(topics.time(node), request, qos=0)
        except LinkDown:
            return  # counts as unanswered

    def _take(self, message: Message) -> None:
        at = time.perf_counter()
        reply = TimeReply.model_validate(read_payload(message.payload.decode()))
        with self._lock:
            began = self._open.pop((reply.node, reply.sent_us), None)
            if began is not None:
                self.answers_ms.append((at - began) * _MS)


def bench_rest(
    nodes: int, broker: BrokerChoice, database: TrialDatabase, seconds: float | None = None
) -> dict[str, Any]:
    """Return the figures; creates everything it needs and deletes it afterwards."""
    with throw_away_home() as (home, stages, parts):
        asked = {"home": str(home), "nodes": nodes, "broker": broker, "airings": 1}
        station = StationApart(home, asked | {"database": parts.enter_context(empty_database(database))})
        parts.callback(station.stop)
        station.start()
        fleet, connected = started_fleet(parts, station, station.nodes, nice=NICE)
        _await_heard(station, stages, connected)
        chains = _chains_of(station, stages, connected)
        probe = ClockProbe(station.broker_url)
        probe.start()
        parts.callback(probe.stop)
        stages.show("Nghỉ cho yên", 0, 1)
        time.sleep(SETTLE_S)

        def look() -> tuple[float, Used, Used, float]:
            return time.monotonic(), station.used(), station.used_by_broker(), fleet.processor_seconds()

        before = look()
        probe.ask_for(seconds or REST_S)
        after = look()
        time.sleep(1.0)  # for the last answers
        told = {"nodes": nodes, "connected": connected} | _figures(before, after, probe)
        return told | _begun(station, home, probe, chains)


def _begun(
    station: StationApart, home: Path, probe: ClockProbe, chains: dict[str, tuple[int, str]]
) -> dict[str, Any]:
    """Have all nodes report a begin within a second, repeatedly; request the time meanwhile.

    `chains`: the receipts that the fleet's nodes have signed. Who reports here signs with the same keys, and
    a number that is used twice would be noted as a fork of each node's receipts.
    """
    probe.answers_ms.clear()
    nodes = [node.id for node in station.nodes]
    delays: list[dict[str, float]] = []
    for _ in range(STARTS):
        asking = Thread(target=probe.ask_for, args=(START_S,))
        asking.start()
        asked = {
            "port": urlsplit(station.broker_url).port,
            "nodes": nodes,
            "airings": station.told["airings"],
            "reference": False,
            "seconds": 1.0,
            "warm": 0.0,
            "rate": len(nodes),
            "window": len(nodes) * 2,
            "apart": 0.0,
            "vitals": 0,
            "key_seed": key_seed(station.settings).hex(),
            "chains": chains,
            "drain": START_S,
            "nice": NICE,
        }
        told = loaded(asked, home)
        delays.append(told["ack_ms"])
        chains = told["chains"]
        asking.join()
    return {
        "at_start": {
            "receipts_committed_ms": {p: max(one[p] for one in delays) for p in ("p50", "p99")},
            "clock_answer_ms": spread(probe.answers_ms),
        }
    }


def _figures(
    before: tuple[float, Used, Used, float], after: tuple[float, Used, Used, float], probe: ClockProbe
) -> dict[str, Any]:
    wall = after[0] - before[0]
    return {
        "seconds": round(wall, 1),
        "station_cores": round((after[1].seconds - before[1].seconds) / wall, 3),
        "broker_cores": round((after[2].seconds - before[2].seconds) / wall, 3),
        "fleet_cores": round((after[3] - before[3]) / wall, 3),
        "station_rss_mb": after[1].rss_mb,
        "clock_answer_ms": spread(probe.answers_ms),
        "clock_asked": probe.asked,
        "clock_answered": len(probe.answers_ms),
    }


def _await_heard(station: StationApart, stages: Stages, count: int) -> None:
    """Wait until the station has received the births of this many nodes."""

    def all_heard() -> bool:
        with station.store.read() as session:
            heard = session.scalar(select(func.count()).select_from(Node).where(Node.online)) or 0
        stages.show("Đài đã nghe loa", heard, count)
        return heard >= count

    children.wait_for(all_heard, PATIENCE_S, _late(), every_s=0.5)


def _chains_of(station: StationApart, stages: Stages, count: int) -> dict[str, tuple[int, str]]:
    """Wait until this many nodes have fetched the recording; return how far each has numbered its receipts.

    They have nothing more to report until the airing, which is later than the end of the benchmark.
    """
    query = select(ReceiptChain.node, ReceiptChain.seq, ReceiptChain.newest)

    def chains() -> dict[str, tuple[int, str]]:
        with station.store.read() as session:
            return {node: (seq, newest) for node, seq, newest in session.execute(query)}

    def all_fetched() -> bool:
        fetched = len(chains())
        stages.show("Loa đã tải bản thu", fetched, count)
        return fetched >= count

    children.wait_for(all_fetched, PATIENCE_S, _late(), every_s=0.5)
    return chains()


def _late() -> StartFailed:
    return StartFailed("Đài không nghe kịp loa mô phỏng.", code="bench.not_heard")
