"""`loa bench ingest`: how fast vitals and receipts are written to the database, and whether any is lost."""

import json
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from controller.errors import StartFailed
from controller.host.broker import ChildBroker
from controller.model.airings import StoredReceipt
from controller.model.fleet import RecentVitals
from controller.settings import BrokerChoice
from controller.terminal.progress import Stages
from controller.trial import children
from controller.trial.bench_ground import throw_away_home
from controller.trial.bench_references import READERS, READY_S, Reader, each_line
from controller.trial.empty_database import TrialDatabase, empty_database
from controller.trial.load import VITALS_A_RECEIPT
from controller.trial.outside import used_by
from controller.trial.simulated import key_seed
from controller.trial.station_apart import StationApart
from devices.budgets import BUDGETS

NORMAL_S = 60.0
"""Seconds in which a node normally sends one receipt and two vitals: a short broadcast a minute."""
TIMES = 10
MINUTE_S, SATURATED_S, WARM_S = 60.0, 20.0, 3.0
DRAIN_S = 60.0
"""Seconds to wait for acknowledgements after sending; what is still open then is lost."""
WINDOW = 2_000
"""Receipts in flight while saturated, with their vitals: less than a broker's queue holds."""
BUDGET_SHARE = 0.9
"""Share of its budget of vitals that a node uses while saturated; its receipts are half as many."""
AIRINGS = 6
_MILLION = 1_000_000


@dataclass
class _Bench:
    home: Path
    nodes: int
    broker: BrokerChoice
    stages: Stages
    minute: float
    saturated: float

    def reference(self, reader: Reader) -> dict[str, Any]:
        """Return the figures of a subscriber that does no work, at full speed."""
        with ExitStack() as parts:
            broker = ChildBroker(self.broker, self.home / f"reference-{reader}")
            broker.start()
            parts.callback(broker.stop)
            log = self.home / f"idle-{reader}.log"
            idle = children.started("controller.trial.idle_subscriber", broker.url, reader, log=log)
            parts.callback(children.end, idle)
            each_line([idle], READY_S)
            asked = {
                "port": broker.port,
                "nodes": [f"node-{n}" for n in range(self.nodes)],
                "airings": [{"airing": "one", "recording": "0" * 64}],
                "key_seed": bytes(32).hex(),
                "reference": True,
            }
            self.stages.show(f"Nghe mà không làm gì ({reader})", 0, 1)
            before = used_by([idle.pid])
            told = self._load(asked, seconds=self.saturated, rate=0.0)
            used = used_by([idle.pid]).seconds - before.seconds
            sent = told["vitals"] + told["receipts"]
            return {
                "messages_per_second": told["taken_per_second"],
                "processor_us_a_message": round(used / max(1, sent) * _MILLION, 1),
            }

    def of(self, database: TrialDatabase, url: str) -> dict[str, Any]:
        """Return the figures of one database."""
        with ExitStack() as parts:
            home = self.home / database
            home.mkdir()
            asked = {"home": str(home), "nodes": self.nodes, "broker": self.broker}
            station = StationApart(home, asked | {"database": url, "airings": AIRINGS})
            self.stages.show(f"{database}: khởi động", 0, 1)
            parts.callback(station.stop)
            station.start()
            load = {
                "port": urlsplit(station.broker_url).port,
                "nodes": [node.id for node in station.nodes],
                "airings": station.told["airings"],
                "key_seed": key_seed(station.settings).hex(),
                "reference": False,
            }
            self.stages.show(f"{database}: gấp {TIMES} lần bình thường", 0, 1)
            minute = self._load(load, seconds=self.minute, rate=self.nodes * TIMES / NORMAL_S)
            self.stages.show(f"{database}: nhanh hết mức", 0, 1)
            before = station.used()
            full = self._load(load | {"chains": minute.pop("chains")}, seconds=self.saturated, rate=0.0)
            used = station.used()
            full.pop("chains")
            station.end()  # writes what is queued
            sent = full["vitals"] + full["receipts"]
            return {
                "messages_per_second": full["messages_per_second"],
                "processor_us_a_message": round((used.seconds - before.seconds) / max(1, sent) * _MILLION, 1),
                "at_ten_times": minute,
                "saturated": full,
                "station_rss_mb": used.rss_mb,
                **_lost(station, [minute, full]),
            }

    def _load(self, load: dict[str, Any], *, seconds: float, rate: float) -> dict[str, Any]:
        asked = load | {
            "seconds": seconds,
            "warm": 0.0 if rate else WARM_S,
            "rate": rate,
            "window": WINDOW * (10 if rate else 1),
            "apart": 0.0 if rate or load["reference"] else apart_s(WARM_S + seconds),
            "drain": DRAIN_S if not load["reference"] else 0.0,
        }
        return loaded(asked, self.home)


def apart_s(seconds: float) -> float:
    """Return the seconds between two receipts of a node that says within `seconds` all its budget admits."""
    vitals = BUDGETS["vitals"]
    return seconds * VITALS_A_RECEIPT / (BUDGET_SHARE * (vitals.burst + vitals.a_second * seconds))


def loaded(asked: dict[str, Any], home: Path) -> dict[str, Any]:
    """Run the sending process; return its figures and the receipts that were acknowledged to it."""
    path = home / "acknowledged"
    done = subprocess.run(
        [sys.executable, "-m", "controller.trial.load"],
        input=json.dumps(asked | {"acknowledged": str(path)}).encode() + b"\n",
        stdout=subprocess.PIPE,
        check=False,
        timeout=asked["seconds"] + asked["warm"] + asked["drain"] + 60,
    )
    if done.returncode:
        raise StartFailed("Chương trình gửi thử bị dừng giữa chừng.", code="bench.load")
    told: dict[str, Any] = json.loads(done.stdout)
    return told | {"_acknowledged": path.read_text("ascii").split()}


def bench_ingest(
    nodes: int,
    broker: BrokerChoice,
    databases: tuple[TrialDatabase, ...],
    *,
    minute: float | None = None,
    saturated: float | None = None,
) -> dict[str, Any]:
    """Return the figures; creates everything it needs and deletes it afterwards."""
    with throw_away_home() as (home, stages, _):
        bench = _Bench(home, nodes, broker, stages, minute or MINUTE_S, saturated or SATURATED_S)
        references = {reader: bench.reference(reader) for reader in READERS}
        found: dict[str, dict[str, Any]] = {}
        for database in databases:
            with empty_database(database) as url:
                found[database] = bench.of(database, url)
    for one in found.values():
        one.update(_compared(one, references["paho"], ""))
        one.update(_compared(one, references["loa"], "own_reader_"))
    worst = min(found.values(), key=lambda one: one["ratio"])
    return {
        "nodes": nodes,
        "messages_per_second": worst["messages_per_second"],
        "reference_per_second": references["paho"]["messages_per_second"],
        "reference_processor_us_a_message": references["paho"]["processor_us_a_message"],
        "ratio": worst["ratio"],
        "own_reader_per_second": references["loa"]["messages_per_second"],
        "own_reader_processor_us_a_message": references["loa"]["processor_us_a_message"],
        "own_reader_ratio": worst["own_reader_ratio"],
        "lost": sum(one["lost"] for one in found.values()),
        **found,
    }


def _compared(one: dict[str, Any], reference: dict[str, Any], prefix: str) -> dict[str, float]:
    """Return the station's ratios to a reference; on a shared machine processor time says more than speed."""
    taken, processor = "messages_per_second", "processor_us_a_message"
    return {
        f"{prefix}ratio": _ratio(one[taken], reference[taken]),
        f"{prefix}processor_ratio": _ratio(reference[processor], one[processor]),
    }


def _lost(station: StationApart, loads: list[dict[str, Any]]) -> dict[str, int]:
    """Compare acknowledged receipts with the rows in the database; removes the ids from `loads`."""
    acknowledged = [name for load in loads for name in load.pop("_acknowledged")]
    samples = func.length(RecentVitals.samples) - func.length(func.replace(RecentVitals.samples, ";", ""))
    with station.store.read() as session:
        kept = set(session.scalars(select(StoredReceipt.id)))
        vitals = int(session.scalar(select(func.sum(samples))) or 0)
    sent = {kind: sum(load[kind] for load in loads) for kind in ("receipts", "vitals")}
    uncommitted = len(set(acknowledged) - kept)
    lost = {"lost_receipts": sent["receipts"] - len(kept), "lost_vitals": sent["vitals"] - vitals}
    return {"lost": sum(lost.values()), **lost, "acknowledged_without_a_row": uncommitted}


def _ratio(one: float, other: float) -> float:
    return round(one / other, 3) if other else 0.0
