"""`loa bench delivery`: one recording to all loudspeakers, compared with clients that only count bytes."""

import os
import random
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from controller.app import Controller
from controller.terminal.progress import Stages
from controller.trial.bench_ground import ToneMade, approved, throw_away_station
from controller.trial.bench_references import count_over_mqtt, count_over_nginx, count_over_sockets
from controller.trial.broker_tree import TrialBroker
from controller.trial.empty_database import TrialDatabase
from controller.trial.fleet_process import FleetProcesses
from controller.trial.job import TrialRun
from controller.trial.outside import memory_kb
from controller.trial.simulated import enrol_simulated, fleet_of
from devices import topics
from devices.chunks import sent_forms
from devices.ids import AreaCode
from devices.link import Link
from devices.link_api import Message

OPEN_PACE: Final = 1_000_000_000
"""Bytes a second: practically unlimited; the amount in flight stays bounded."""
REST_S: Final = 8.0
"""Wait after connecting, in which a loudspeaker requests the time eight times within three seconds."""
START_IN: Final = timedelta(hours=1)
"""Far enough ahead that nothing sounds during the measurement."""
PATIENCE_S: Final = 150.0
LOOK_S: Final = 0.05
_BYTES_A_MS: Final = 6  # 48 kbit/s
_KB_A_MB: Final = 1024


@dataclass
class Watcher:
    """A separate client that notes when the plan and when the first chunk were published.

    From the first chunk on, a delivery is comparable with the reference clients; before, nodes read the plan
    and request the recording.
    """

    broker: str
    plan_at: float = 0.0
    chunk_at: float = 0.0
    _link: Link | None = field(default=None)

    def start(self, area: AreaCode, recording: str) -> None:
        """Start to listen; retained messages do not count."""
        self._link = Link(self.broker, "loa-bench-watch", on_message=self._take)
        self._link.subscribe(topics.plan(area), topics.chunk(recording, 0))  # type: ignore[arg-type]
        self._link.start()

    def stop(self) -> None:
        """Stop to listen."""
        if self._link is not None:
            self._link.stop()

    def _take(self, message: Message) -> None:
        if message.retain:
            return
        if "/chunk/" in message.topic:
            self.chunk_at = self.chunk_at or time.time()
        else:
            self.plan_at = self.plan_at or time.time()


def bench_delivery(
    nodes: int, size: int, broker: TrialBroker, database: TrialDatabase, loss_percent: int = 0
) -> dict[str, Any]:
    """Deliver one recording of `size` bytes to all nodes, at unlimited rate; return the figures."""
    body = random.Random(size).randbytes(size)  # noqa: S311 - the same each time, and not compressible
    opened = {"pace_bytes_per_second": OPEN_PACE, "uplink_bytes_per_second": OPEN_PACE * nodes}
    with throw_away_station(broker, database, **opened) as (home, station, stages, parts):
        enrolled = enrol_simulated(station, nodes)
        fleet = fleet_of(station, enrolled, fail=f"loss={loss_percent}%" if loss_percent else "")
        processes = len(fleet.processes)
        raw = count_over_sockets(home, body, nodes, processes)
        nginx = count_over_nginx(home, body, nodes, processes)
        sent = station.broker_url, sent_forms(body), nodes, processes
        counted, counting_used = count_over_mqtt("paho", *sent)
        own_counted, own_used = count_over_mqtt("loa", *sent)
        fleet.start()
        parts.callback(fleet.stop)
        reachable = int(fleet.wait_ready()["connected"])
        time.sleep(REST_S)
        figures = _deliver(station, stages, fleet, body, reachable)
    seconds = figures["verified_seconds"]
    return {
        "nodes": nodes,
        "reachable": reachable,
        "bytes": size,
        "loss_percent": loss_percent,
        "processes": processes,
        **figures,
        "counting_seconds": counted,
        "counting_processor_seconds": counting_used,
        "ratio": _ratio(seconds, counted),
        "own_reader_seconds": own_counted,
        "own_reader_processor_seconds": own_used,
        "own_reader_ratio": _ratio(seconds, own_counted),
        "raw_seconds": raw,
        "nginx_seconds": nginx,
    }


def _deliver(
    station: Controller, stages: Stages, fleet: FleetProcesses, body: bytes, reachable: int
) -> dict[str, Any]:
    made = ToneMade(body, max(1, len(body) // _BYTES_A_MS))
    bulletin = approved(station, stages, "Đo", made)
    area = AreaCode(station.settings.province)
    watcher = Watcher(station.broker_url)
    watcher.start(area, made.rendered().recording)
    used_before = fleet.processor_seconds()
    TrialRun(station, stages).air(bulletin, area, station.now() + START_IN)
    verified: dict[str, float] = {}
    until = time.monotonic() + PATIENCE_S
    while len(verified) < reachable and time.monotonic() < until:
        for fact in fleet.facts():
            if fact.get("fact") == "verified":
                verified.update((item["node"], item["at"]) for item in fact["items"])
        stages.show("Đã có đủ và kiểm xong", len(verified), reachable)
        time.sleep(LOOK_S)
    watcher.stop()
    is_all = len(verified) >= reachable
    # the watcher shares the station's interpreter and may be late, but never later than a complete node
    first_at = min(watcher.chunk_at, *verified.values()) if is_all else watcher.chunk_at
    return {
        "verified": len(verified),
        "verified_seconds": round(max(verified.values()) - first_at, 3) if is_all else None,
        "asking_seconds": round(first_at - watcher.plan_at, 3) if watcher.chunk_at else None,
        "fleet_processor_seconds": round(fleet.processor_seconds() - used_before, 2),
        "published_ratio": round(_sent_each(station, reachable) / len(body), 4),
        "given_ratio": round(station.sender.published_bytes / len(body), 4),
        "published_bytes": station.sender.published_bytes,
        "controller_rss_mb": round(memory_kb(os.getpid(), "VmHWM") / _KB_A_MB, 1),
        "node_rss_kb": round(sum(memory_kb(pid, "VmHWM") for pid in fleet.pids()) / max(1, reachable), 1),
    }


def _ratio(seconds: float | None, counted: float | None) -> float | None:
    return round(seconds / counted, 3) if seconds and counted else None


def _sent_each(station: Controller, nodes: int) -> float:
    """Return the mean bytes sent to each node; bytes sent to one node alone are divided among all."""
    to_one = station.sender.repair_bytes
    return station.sender.published_bytes - to_one + to_one / max(1, nodes)
