"""`loa bench emergency`: from the call until the last loudspeaker sounds, at rest and in a storm.

The station runs in its own process, the loudspeakers in one process for each processor; this process only
calls, and reads what the loudspeakers really did.
"""

import math
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from controller.client.http_client import RemoteStation
from controller.clocks import utc_now
from controller.errors import LoaError
from controller.features.emergencies.queries import prepared_views
from controller.host.station_keys import Secrets
from controller.model.emergency_states import Kind
from controller.model.first_people import APPROVER
from controller.terminal.progress import Stages
from controller.trial import children
from controller.trial.alarms_prepared import BROADCAST, BROADCAST_S
from controller.trial.bench_ground import (
    PATIENCE_S,
    SOUND_PATIENCE_S,
    Ears,
    started_fleet,
    throw_away_home,
)
from controller.trial.broker_tree import TrialBroker, broker_settings
from controller.trial.empty_database import TrialDatabase, empty_database
from controller.trial.outside import machine_busy_s
from controller.trial.percentiles import nearest_rank, spread
from controller.trial.station_apart import StationApart
from devices.ids import AreaCode

CALM_S, CALM_SHARE, CALM_PATIENCE_S = 0.5, 0.15, 15.0
"""The system is at rest when, for this many seconds, it uses at most its load at rest plus this share of one
processor; after the last number of seconds the call is made anyway, and the figures say so."""
SETTLED_S, SETTLE_PATIENCE_S = 3.0, 60.0
"""The load at rest is the least of any CALM_S, when none was less for so many seconds, or after so many."""
RUN_S = 12.0
"""Seconds that a run of 1,000 takes on a slow machine: so many broadcasts are planned."""
DARK_S, WITHIN_S = 2.0, 10.0
"""A storm: seconds without power, and seconds within which all have it again."""
CALLED_AFTER_S = (1.0, 4.0, 7.0)
"""Seconds after the first power-on at which the alarms of a storm each are called."""
STORM_PATIENCE_S = 90.0
MEASURED = (
    "emergency_ms",
    "stop_ms",
    "half_ms",
    "answer_ms",
    "told_ms",
    "stop_told_ms",
    "processor_ms",
    "others_cores",
)
"""What is told of every call and its stop; docs/commands.md says what each is."""
_MS = 1000


@dataclass(frozen=True)
class _Storm:
    """What one storm did; seconds since the power of a loudspeaker was back, and since the first had it."""

    run: Mapping[str, float]
    cut: int
    connected_s: Sequence[float]
    sounding_s: Sequence[float]
    """Until it began to sound anything."""
    again_s: Sequence[float]
    """Until it began what it sounds at the end."""
    all_sounding_s: float | None
    """None: not all did."""


@dataclass
class EmergencyBench:
    """A province whose loudspeakers play a broadcast and hold an alarm; runs that call and stop the alarm."""

    station: StationApart
    approver: RemoteStation
    stages: Stages
    ears: Ears
    reachable: int
    rest_cores: float = 0.0
    """Processor seconds a second before the first call; much where these machines are never at rest."""
    began_at_rest: int = 0
    """Calls and stops that began at rest."""
    _steady: frozenset[str] | None = field(default=None)
    """In a storm: the nodes that keep their power; None: all."""

    def make_ready(self, seconds: float) -> None:
        """Wait until all nodes hold what is prepared; plan broadcasts for this time, measure load at rest."""
        self._await_held()
        count = 2 + round(seconds / BROADCAST_S)
        for n in range(count):
            wish = {
                "bulletin": self._id(BROADCAST),
                "areas": [self._province],
                "starts_in_seconds": 2 + n * (BROADCAST_S + 1),
                "meeting": "accept",
            }
            self.approver.call("POST", "/airings", wish)
        if not self._hear_broadcast(PATIENCE_S):
            raise LoaError("Loa mô phỏng chưa phát đủ bản tin nền.", code="bench.no-broadcast")
        self.rest_cores = self._load_at_rest()

    def run(self, number: int) -> dict[str, float]:
        """Call the alarm, wait until it sounds everywhere, stop it, wait until the broadcast is back."""
        self.ears.forget()
        self._calm_down()
        told = self._call_and_stop(f"Đo lần {number}.")
        self._hear_broadcast()
        return told

    def storms(self, nodes: int) -> dict[str, Any]:
        """Cut and restore the power of nodes, once for each of CALLED_AFTER_S; call an alarm in each storm.

        One call a storm: what the loudspeakers report of an alarm and of its stop is left over for seconds,
        and no alarm is called in the midst of the reports of another.
        """
        storms = [self._storm(nodes, after) for after in CALLED_AFTER_S]
        runs = [storm.run for storm in storms]
        backs = [storm.all_sounding_s for storm in storms]
        return {
            "nodes": min(storm.cut for storm in storms),
            "storms": len(storms),
            "connected": min(len(storm.connected_s) for storm in storms),
            "connected_s": spread([s for storm in storms for s in storm.connected_s]),
            "sounding": min(len(storm.again_s) for storm in storms),
            "sounding_s": spread([s for storm in storms for s in storm.sounding_s]),
            "broadcast_again_s": spread([s for storm in storms for s in storm.again_s]),
            "all_sounding_s": None if None in backs else max(back for back in backs if back is not None),
            **_spreads(runs, MEASURED),
            "steady": self.reachable - nodes,
            "steady_reached": int(min(run["sounded"] for run in runs)),
            "steady_stopped": int(min(run["stopped"] for run in runs)),
        }

    def _storm(self, nodes: int, called_after_s: float) -> "_Storm":
        """Cut and restore the power; call and stop an alarm meanwhile; wait until all sound."""
        self.ears.forget()
        self._calm_down()
        self.ears.fleet.storm(nodes, DARK_S, WITHIN_S)
        self.ears.wait(lambda: len(self.ears.power.get("cut", ())) >= nodes, DARK_S)
        cut = self.ears.power.get("cut", {})
        self._steady = frozenset(self._nodes() - cut.keys())
        self.ears.wait(lambda: bool(self.ears.power.get("powered")), SOUND_PATIENCE_S)
        first_at = min(self.ears.power.get("powered", {}).values(), default=time.time())
        time.sleep(max(0.0, first_at + called_after_s - time.time()))
        run = self._call_and_stop("Đo trong bão.")
        is_back = self._hear_broadcast(STORM_PATIENCE_S)
        time.sleep(CALM_S)  # facts of one instant arrive in a line for each kind
        self.ears.listen()
        self._steady = None
        powered, connected = self.ears.power.get("powered", {}), self.ears.power.get("connected", {})
        heard = self._sounding()
        return _Storm(
            run,
            len(cut),
            _seconds(powered, connected),
            _seconds(powered, self.ears.first_since(powered)),
            _seconds(powered, {node: at for node, at in heard.items() if node in cut}),
            round(max(heard.values(), default=first_at) - first_at, 1) if is_back else None,
        )

    def all_clear(self) -> dict[str, Any]:
        """Call the alarm again, end it by the all-clear, and wait until the broadcast continues."""
        self.ears.forget()
        called = self._call("Đo báo yên.")
        self._all(self.ears.began, called["airing"])
        since = time.time()
        asked = {"prepared": self._id(Kind.ALL_CLEAR), "password": self.approver.password}
        cleared = self.approver.call("POST", f"/emergencies/{called['id']}/all-clear", asked)
        begun = self._all(self.ears.began, cleared["airing"])
        self.ears.forget()
        is_back = self._hear_broadcast(PATIENCE_S)
        return {
            "all_clear_ms": _last(begun, since),
            "all_clear_sounded": len(begun),
            "broadcast_went_on": is_back,
        }

    def _call_and_stop(self, why: str) -> dict[str, float]:
        used_before, beside_before, began_at = self._used(), _beside_us_s(), time.time()
        called = self._call(why)
        answered_at = time.time()
        begun = self._all(self.ears.began, called["airing"])
        told = self._told_since(began_at)
        used, taken_s = self._used() - used_before, time.time() - began_at
        others = _beside_us_s() - beside_before - used
        if self._steady is None:
            self._calm_down()
        stopped_at = time.time()
        self.approver.call("POST", f"/emergencies/{called['id']}/stop", {"reason": "Đo."})
        over = self._all(self.ears.ended, called["airing"])
        return {
            "emergency_ms": _last(begun, began_at),
            "half_ms": nearest_rank(begun, 50, began_at),
            "answer_ms": round((answered_at - began_at) * _MS, 1),
            "told_ms": _last(told, began_at),
            "processor_ms": round(used * _MS),
            "others_cores": round(max(0.0, others / taken_s), 2),
            "stop_ms": _last(over, stopped_at),
            "stop_told_ms": _last(self._told_since(stopped_at), stopped_at),
            "sounded": len(begun),
            "stopped": len(over),
        }

    def _told_since(self, since: float) -> list[float]:
        """Return when the plan reached the machine of each loudspeaker that keeps its power.

        Until then station and broker have worked; what follows is the loudspeakers' own, here one after the
        other.
        """
        told = self.ears.told.items()
        return [at for node, at in told if at >= since and (self._steady is None or node in self._steady)]

    def _call(self, why: str) -> Any:
        asked = {
            "prepared": self._id(Kind.ALARM),
            "areas": [self._province],
            "minutes": 5,
            "alone_because": why,
            "password": self.approver.password,
        }
        return self.approver.call("POST", "/emergencies", asked)

    def _used(self) -> float:
        """Return the processor time of the station, its broker and the fleet; seconds."""
        station = self.station.used().seconds + self.station.used_by_broker().seconds
        return station + self.ears.fleet.processor_seconds()

    def _load_at_rest(self) -> float:
        """Return the processor seconds a second once nothing is left of the broadcast's begin."""
        least, found_at = math.inf, time.monotonic()
        until = found_at + SETTLE_PATIENCE_S
        while time.monotonic() < min(until, found_at + SETTLED_S):
            if (load := self._load()) < least:
                least, found_at = load, time.monotonic()
        return least

    def _calm_down(self) -> None:
        """Wait until work left by the last call (mostly receipts) is done, so that it is not measured."""
        until = time.monotonic() + CALM_PATIENCE_S
        while time.monotonic() < until:
            if self._load() < self.rest_cores + CALM_SHARE:
                self.began_at_rest += 1
                return

    def _load(self) -> float:
        """Measure for CALM_S; return processor seconds a second."""
        before, since = self._used(), time.monotonic()
        time.sleep(CALM_S)
        self.ears.listen()
        return (self._used() - before) / (time.monotonic() - since)

    def _id(self, name: str) -> str:
        return str(self.station.told["alarms"][name])

    @property
    def _province(self) -> AreaCode:
        return AreaCode(self.station.settings.province)

    def _nodes(self) -> set[str]:
        return {node for nodes in self.ears.began.values() for node in nodes} | {
            str(node.id) for node in self.station.nodes
        }

    def _await_held(self) -> None:
        def all_hold() -> bool:
            with self.station.store.read() as session:
                views = prepared_views(session, [self._province], utc_now())
            held = min(view.readiness.held for view in views)
            self.stages.show("Loa đã giữ bản soạn sẵn", held, self.reachable)
            return held >= self.reachable

        late = LoaError("Loa mô phỏng không tải kịp bản soạn sẵn.", code="bench.not-held")
        children.wait_for(all_hold, PATIENCE_S, late, every_s=0.5)

    def _all(self, heard: dict[str, dict[str, float]], airing: str) -> list[float]:
        """Return the sorted instants of the loudspeakers that keep their power, when all have one."""

        def counted() -> list[float]:
            told = heard.get(airing, {})
            return [at for node, at in told.items() if self._steady is None or node in self._steady]

        wanted = self.reachable if self._steady is None else len(self._steady)
        self.ears.wait(lambda: len(counted()) >= wanted)
        return sorted(counted())

    def _sounding(self) -> dict[str, float]:
        """Return since when each loudspeaker sounds that sounds now."""
        on: dict[str, float] = {}
        for airing, nodes in self.ears.began.items():
            ended = self.ears.ended.get(airing, {})
            on |= {node: at for node, at in nodes.items() if ended.get(node, 0.0) < at}
        return on

    def _hear_broadcast(self, seconds: float = SOUND_PATIENCE_S) -> bool:
        """Wait until all loudspeakers have begun something again and not ended it."""
        return self.ears.wait(lambda: len(self._sounding()) >= self.reachable, seconds)


@contextmanager
def emergency_ground(
    nodes: int, broker: TrialBroker = "auto", database: TrialDatabase = "sqlite"
) -> Iterator[tuple[EmergencyBench, Path]]:
    """Start station and loudspeakers, and give what measures them and their home; delete all afterwards."""
    with throw_away_home() as (home, stages, parts):
        asked = {"home": str(home), "nodes": nodes, "alarms": True, **broker_settings(broker, home, parts)}
        station = StationApart(home, asked | {"database": parts.enter_context(empty_database(database))})
        parts.callback(station.stop)
        station.start()
        fleet, reachable = started_fleet(parts, station, station.nodes)
        password = Secrets(home).passwords()[APPROVER]
        signed_in = RemoteStation.signed_in(station.told["address"], APPROVER, password, str)
        approver = parts.enter_context(signed_in)
        yield EmergencyBench(station, approver, stages, Ears(fleet), reachable), home


def bench_emergency(
    nodes: int, runs: int, broker: TrialBroker, database: TrialDatabase, storm: int = 0
) -> dict[str, Any]:
    """Return the figures; creates everything it needs and deletes it afterwards."""
    began = time.monotonic()
    with emergency_ground(nodes, broker, database) as (bench, _):
        bench.make_ready(runs * RUN_S + (len(CALLED_AFTER_S) * STORM_PATIENCE_S if storm else 0))
        done = []
        for number in range(1, runs + 1):
            done.append(bench.run(number))
            bench.stages.show("Gọi và dừng khẩn cấp", number, runs)
        told = _figures(done, bench.reachable, nodes)
        told |= {"rest_cores": round(bench.rest_cores, 2), "began_at_rest": bench.began_at_rest}
        if storm:
            told["storm"] = bench.storms(min(storm, bench.reachable))
        told |= bench.all_clear()
        return told | {"seconds": round(time.monotonic() - began, 1)}


def _figures(runs: Sequence[Mapping[str, float]], reachable: int, nodes: int) -> dict[str, Any]:
    told: dict[str, Any] = {"nodes": nodes, "reachable": reachable, "runs": len(runs)}
    told |= _spreads(runs, MEASURED)
    told["reached"] = int(min(run["sounded"] for run in runs))
    told["stopped"] = int(min(run["stopped"] for run in runs))
    return told


def _spreads(runs: Sequence[Mapping[str, float]], names: Collection[str]) -> dict[str, Any]:
    return {name: spread([run[name] for run in runs]) for name in names}


def _seconds(since: Mapping[str, float], until: Mapping[str, float]) -> list[float]:
    """Return the seconds from each loudspeaker's first to its second instant."""
    return [at - since[node] for node, at in until.items() if node in since]


def _beside_us_s() -> float:
    """Return the processor seconds that this machine spent on other processes than this one."""
    return machine_busy_s() - time.process_time()


def _last(instants: Sequence[float], since: float) -> float:
    return round((max(instants, default=since) - since) * _MS, 1)
