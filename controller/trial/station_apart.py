"""A benchmark's station in its own process, so that the benchmark's own work is not measured.

Run as `python -m controller.trial.station_apart`: it reads one JSON object (it may contain the database's
password) from standard input, prints one line when all is ready, and ends when its standard input does.
"""

import functools
import json
import subprocess
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from controller.app import Controller
from controller.errors import StartFailed
from controller.features.fleet.service import NewNode
from controller.host.interpreter import settle
from controller.host.logs import log_to
from controller.model.airings import Airing, Delivery
from controller.settings import Settings
from controller.store import Store
from controller.terminal.progress import Stages
from controller.trial import children
from controller.trial.alarms_prepared import prepare_alarms
from controller.trial.bench_ground import PATIENCE_S, ToneMade, approved, bench_settings
from controller.trial.job import TrialRun
from controller.trial.outside import Used, family, is_broker, used_by
from controller.trial.simulated import enrol_simulated
from devices.ids import AreaCode

_AUDIO = bytes(range(256)) * 120  # nobody hears it, and no audio library is loaded for it
_END_S = 60.0
_FIRST_AFTER = timedelta(minutes=30)  # later than the end of the benchmark
_APART = timedelta(minutes=1)


@dataclass
class StationApart:
    """A station in another process, seen from the process that measures it."""

    home: Path
    asked: dict[str, Any]
    told: dict[str, Any] = field(default_factory=dict)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def settings(self) -> Settings:
        """The settings that it was started with."""
        return _settings(self.asked)

    @functools.cached_property
    def store(self) -> Store:
        """Its database, opened a second time."""
        return Store(self.settings.database)

    @property
    def broker_url(self) -> str:
        """The URL of its broker."""
        return str(self.told["broker_url"])

    @property
    def nodes(self) -> list[NewNode]:
        """Its nodes."""
        return [NewNode(*one) for one in self.told["nodes"]]

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it is ready, or raise StartFailed.

        Its database is made, and its nodes are enrolled, by a process before it, as if it had been started
        again since: all of them in one transaction take 16 MB that a process keeps until its end.
        """
        enrolling, nodes = self._run({"enrols": True})
        with suppress(subprocess.TimeoutExpired):
            enrolling.wait(_END_S)
        children.end(enrolling)
        self.start_again(nodes)

    def start_again(self, nodes: list[list[Any]]) -> None:
        """Start it where its nodes are enrolled; `nodes` as another start has `told` them."""
        self._process, told = self._run({})
        self.told = {**told, "nodes": nodes}

    def _run(self, more: dict[str, Any]) -> "tuple[subprocess.Popen[bytes], Any]":
        process = children.started("controller.trial.station_apart", log=self.home / "station.log")
        children.tell(process, self.asked | more)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            children.end(process)
            raise StartFailed("Đài để đo không khởi động được.", code="bench.no_station")
        return process, json.loads(line)

    def end(self) -> None:
        """End the station, which writes what is queued; its database stays open here."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)

    def stop(self) -> None:
        """End it, and close its database."""
        if self._process is not None:
            children.end(self._process)
            if "store" in self.__dict__:
                self.store.close()

    def used(self) -> Used:
        """Return what the station uses, with its child processes but without its broker."""
        return used_by([pid for pid in family(self.pid) if not is_broker(pid)])

    def used_by_broker(self) -> Used:
        """Return what its broker uses."""
        return used_by([pid for pid in family(self.pid) if is_broker(pid)])


def _settings(asked: dict[str, Any]) -> Settings:
    brokers = {name: asked.get(name, "") for name in ("broker", "broker_url", "broker_leaves")}
    return bench_settings(Path(asked["home"]), {"database_url": asked.get("database", ""), **brokers})


def planned_airings(station: Controller, count: int, nodes: int) -> list[dict[str, str]]:
    """Plan airings for all nodes; return them with their recordings, once their deliveries exist."""
    if not count:
        return []
    with Stages() as stages:
        bulletin = approved(station, stages, "Đo", ToneMade(_AUDIO, duration_ms=5_000))
        run, now = TrialRun(station, stages), station.now()
        for n in range(count):
            starts_at = now + _FIRST_AFTER + n * _APART
            run.air(bulletin, AreaCode(station.settings.province), starts_at, latest=timedelta(minutes=2))
    return _delivered(station, count, nodes)


def _delivered(station: Controller, count: int, nodes: int) -> list[dict[str, str]]:
    query = (
        select(Airing.id, Airing.recording)
        .join(Delivery, Delivery.airing == Airing.id)
        .where(Airing.recording.is_not(None))
        .group_by(Airing.id, Airing.recording)
        .having(func.count() >= nodes)
    )

    def found() -> list[dict[str, str]]:
        with station.store.read() as session:
            rows = session.execute(query).all()
        return [{"airing": airing, "recording": str(recording)} for airing, recording in rows]

    late = StartFailed("Đài để đo không lập kế hoạch kịp.", code="bench.not-planned")
    children.wait_for(lambda: len(found()) >= count, PATIENCE_S, late, every_s=0.2)
    return found()


def main(asked: dict[str, Any]) -> None:
    """Run the station until standard input ends, or, if it only `enrols` nodes, until it has done so."""
    settings = _settings(asked)
    log_to(settings.home / "loa.log", "WARNING")
    with ExitStack() as parts:
        station = Controller(settings, serve_pages=asked.get("pages", True) and not asked.get("enrols"))
        station.start()
        parts.callback(station.stop)
        if asked.get("enrols"):
            nodes = enrol_simulated(station, asked["nodes"])
            children.answer([[node.id, node.area, node.name] for node in nodes])
            return
        told = {
            "broker_url": station.broker_url,
            "alarms": prepare_alarms(station) if asked.get("alarms") else {},
            "address": station.pages.address if station.pages else "",
            "airings": planned_airings(station, asked.get("airings", 0), asked["nodes"]),
        }
        settle()
        children.answer(told)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main(json.loads(sys.stdin.buffer.readline()))
