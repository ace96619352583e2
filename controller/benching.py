"""`loa bench emergency`: from the call until the last loudspeaker sounds, on throw-away data."""

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from controller.airings.usecases import plan_airing
from controller.app import Controller
from controller.bulletins.lifecycle import BulletinId
from controller.bulletins.renderings import begin_rendering, finish_rendering
from controller.bulletins.usecases import draft_bulletin, submit_bulletin
from controller.demo import Job
from controller.emergencies.lifecycle import Kind
from controller.emergencies.preparing import prepare
from controller.emergencies.queries import prepared_views
from controller.errors import LoaError
from controller.fleet.usecases import NewNode
from controller.founding import APPROVER, OFFICER, Secrets
from controller.logs import log_to
from controller.operators.queries import operator_named
from controller.remote import RemoteStation
from controller.settings import BrokerChoice, Settings
from controller.simulated import enrol_simulated, fleet_of
from controller.station.fleet import FleetProcess
from controller.terminal import Stages
from devices.chunks import manifest_of
from devices.messages import AreaCode
from tts.codec import decode_mp3, encode_mp3

RATE, KBPS = 24_000, 48
BROADCAST_S, ALARM_S, ALL_CLEAR_S = 120, 40, 8
"""Lengths of what is interrupted (again and again), of what interrupts it (it must not come to a pause before
it is stopped), and of what ends it."""
PATIENCE_S = 300.0
SOUND_PATIENCE_S = 20.0
"""Who has not sounded by then is not reached."""
CALM_S, CALM_SHARE = 0.5, 0.15
"""Station and fleet are at rest when they use no more of one processor than this share, for so long."""
LOOK_S = 0.02
MOST_FLEETS = 4
"""Processes that the simulated loudspeakers are dealt out to, and no more than there are processors."""


@dataclass(frozen=True, slots=True)
class Made:
    """A tone in place of speech: what is measured begins when recordings are ready."""

    data: bytes
    duration_ms: int
    codec: str = "mp3"
    sample_rate: int = RATE
    engine: str = "tone"
    fallback_reason: str | None = None
    loudness_lufs: float = -16.0
    true_peak_dbtp: float = -1.0
    text_characters: int = 0
    spoken_text: str = ""
    phrases: int = 1
    phrases_cached: int = 0

    @property
    def recording(self) -> str:
        """Its name."""
        return manifest_of(
            self.data, codec=self.codec, sample_rate=RATE, duration_ms=self.duration_ms
        ).recording

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)


@dataclass
class Ears:
    """What the fleets' loudspeakers truly did, by airing: who began and who ended when."""

    fleets: Sequence[FleetProcess]
    began: dict[str, dict[str, float]] = field(default_factory=dict)
    ended: dict[str, dict[str, float]] = field(default_factory=dict)

    def listen(self) -> None:
        """Take in what was told since; of each loudspeaker and airing the newest begin and end."""
        for fact in itertools.chain.from_iterable(fleet.facts() for fleet in self.fleets):
            kind = {"began": self.began, "ended": self.ended}.get(fact.get("fact", ""))
            if kind is None:
                continue
            for item in fact["items"]:
                at = datetime.fromisoformat(item["true_at"]).timestamp()
                kind.setdefault(item["airing"], {})[item["node"]] = at

    def forget(self) -> None:
        """Begin anew."""
        self.listen()
        self.began.clear()
        self.ended.clear()

    def wait(self, enough: Callable[[], bool], seconds: float = SOUND_PATIENCE_S) -> bool:
        """Listen until it is enough, at most so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.listen()
            if enough():
                return True
            time.sleep(LOOK_S)
        return False


@dataclass
class EmergencyBench:
    """A province whose loudspeakers sound a broadcast and hold an alarm; runs that call and stop it."""

    station: Controller
    stages: Stages
    ears: Ears
    reachable: int
    prepared: dict[Kind, str] = field(default_factory=dict)

    def make_ready(self, runs: int) -> None:
        """Have the broadcast and what is prepared approved, fetched and held by all."""
        broadcast = self._approved("Thông báo", _tone(BROADCAST_S, 330))
        for kind, seconds, hertz in ((Kind.ALARM, ALARM_S, 880), (Kind.ALL_CLEAR, ALL_CLEAR_S, 550)):
            bulletin = self._approved(str(kind), _tone(seconds, hertz))
            with self.station.store.write() as session:
                by = operator_named(session, APPROVER)
                assert by is not None
                row = prepare(session, bulletin, kind, self._province, by=by, now=self.station.now())
                self.prepared[kind] = row.id
        self.station.poke()
        self._await_held()
        self._plan_broadcasts(broadcast, runs)

    def run(self, approver: RemoteStation, number: int) -> dict[str, float]:
        """Call the alarm, hear it everywhere, stop it, hear silence and the broadcast again."""
        self.ears.forget()
        asked = {
            "prepared": self.prepared[Kind.ALARM],
            "areas": [self._province],
            "minutes": 5,
            "alone_because": f"Đo lần {number}.",
        }
        self._calm_down()
        used_before = self._used()
        began_at = time.time()
        called = approver.call("POST", "/emergencies", asked)
        answered_at = time.time()
        begun = self._all(self.ears.began, called["airing"])
        used = self._used() - used_before
        self._calm_down()
        stopped_at = time.time()
        approver.call("POST", f"/emergencies/{called['id']}/stop", {"reason": "Đo."})
        over = self._all(self.ears.ended, called["airing"])
        self._hear_broadcast()
        return {
            "emergency_ms": _last(begun, began_at),
            "half_ms": _nearest_rank(begun, 50, began_at),
            "answer_ms": round((answered_at - began_at) * 1000, 1),
            "processor_ms": round(used * 1000),
            "stop_ms": _last(over, stopped_at),
            "sounded": len(begun),
            "stopped": len(over),
        }

    def all_clear(self, approver: RemoteStation) -> dict[str, Any]:
        """Call the alarm once more, end it by the all-clear, and hear the broadcast go on."""
        self.ears.forget()
        asked = {
            "prepared": self.prepared[Kind.ALARM],
            "areas": [self._province],
            "alone_because": "Đo báo yên.",
        }
        called = approver.call("POST", "/emergencies", asked)
        self._all(self.ears.began, called["airing"])
        since = time.time()
        prepared = {"prepared": self.prepared[Kind.ALL_CLEAR]}
        cleared = approver.call("POST", f"/emergencies/{called['id']}/all-clear", prepared)
        begun = self._all(self.ears.began, cleared["airing"])
        self.ears.forget()
        is_back = self._hear_broadcast(PATIENCE_S)
        return {
            "all_clear_ms": _last(begun, since),
            "all_clear_sounded": len(begun),
            "broadcast_went_on": is_back,
        }

    def _used(self) -> float:
        """Return the processor time of the station and of the fleet."""
        return time.process_time() + sum(fleet.processor_seconds() for fleet in self.ears.fleets)

    def _calm_down(self) -> None:
        """Wait until what the last act left behind (receipts, mostly) is dealt with: it is not measured."""
        until = time.monotonic() + SOUND_PATIENCE_S
        is_calm = False
        while not is_calm and time.monotonic() < until:
            before = self._used()
            time.sleep(CALM_S)
            self.ears.listen()
            is_calm = self._used() - before < CALM_SHARE * CALM_S

    @property
    def _province(self) -> AreaCode:
        return AreaCode(self.station.settings.province)

    def _approved(self, title: str, made: Made) -> BulletinId:
        now = self.station.now()
        self.station.recordings.put(made.data)
        manifest = manifest_of(made.data, codec="mp3", sample_rate=RATE, duration_ms=made.duration_ms)
        with self.station.store.write() as session:
            officer = operator_named(session, OFFICER)
            assert officer is not None
            bulletin = draft_bulletin(session, title=title, text="Đo.", by=officer, now=now)
            rendering = submit_bulletin(session, bulletin.id, by=officer, now=now)
            begin_rendering(session, rendering.id, now=now)
            finish_rendering(session, rendering.id, made, manifest, now=now)
        Job(self.station, self.stages).approve(bulletin.id)
        return bulletin.id

    def _await_held(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with self.station.store.read() as session:
                views = prepared_views(session, [self._province], self.station.now())
            held = min(view.readiness.held for view in views)
            self.stages.show("Loa đã giữ bản soạn sẵn", held, self.reachable)
            if held >= self.reachable:
                return
            time.sleep(0.2)
        raise LoaError("Loa mô phỏng không tải kịp bản soạn sẵn.", code="bench.not-held")

    def _plan_broadcasts(self, bulletin: BulletinId, runs: int) -> None:
        """Plan it again and again, so that something is interrupted in every run; wait until it sounds."""
        first = self.station.now() + timedelta(seconds=2)
        count = 2 + round(runs * 8 / BROADCAST_S)
        with self.station.store.write() as session:
            by = operator_named(session, APPROVER)
            assert by is not None
            for n in range(count):
                starts_at = first + n * timedelta(seconds=BROADCAST_S + 1)
                plan_airing(
                    session,
                    bulletin,
                    areas=[self._province],
                    starts_at=starts_at,
                    latest_start_at=starts_at + timedelta(minutes=2),
                    by=by,
                    now=self.station.now(),
                )
        self.station.poke()
        if not self._hear_broadcast(PATIENCE_S):
            raise LoaError("Loa mô phỏng chưa phát đủ bản tin nền.", code="bench.no-broadcast")

    def _all(self, heard: dict[str, dict[str, float]], airing: str) -> list[float]:
        self.ears.wait(lambda: len(heard.get(airing, ())) >= self.reachable)
        return sorted(heard.get(airing, {}).values())

    def _hear_broadcast(self, seconds: float = SOUND_PATIENCE_S) -> bool:
        """Wait until all loudspeakers have begun something again and not ended it."""

        def sounding() -> bool:
            on = set()
            for airing, nodes in self.ears.began.items():
                ended = self.ears.ended.get(airing, {})
                on |= {node for node, at in nodes.items() if ended.get(node, 0.0) < at}
            return len(on) >= self.reachable

        return self.ears.wait(sounding, seconds)


@dataclass(frozen=True, slots=True)
class Ground:
    """A throw-away station with its simulated loudspeakers in processes of their own."""

    home: Path
    station: Controller
    stages: Stages
    fleets: Sequence[FleetProcess]
    reachable: int


@contextmanager
def throw_away_ground(nodes: int, broker: BrokerChoice) -> Iterator[Ground]:
    """Start all of it in a directory that is gone afterwards."""
    with ExitStack() as parts:
        home = Path(tempfile.mkdtemp(prefix="loa-bench-"))
        parts.callback(shutil.rmtree, home, ignore_errors=True)
        log_to(home / "loa.log", "WARNING")
        stages = parts.enter_context(Stages())
        station = Controller(_settings(home, broker))
        station.start()
        parts.callback(station.stop)
        fleets = _fleets(station, enrol_simulated(station, nodes))
        for fleet in fleets:
            fleet.start()
            parts.callback(fleet.stop)
        reachable = sum(int(fleet.wait_ready()["connected"]) for fleet in fleets)
        yield Ground(home, station, stages, fleets, reachable)


def bench_emergency(nodes: int, runs: int, broker: BrokerChoice) -> dict[str, Any]:
    """Return the figures; everything that it needs is made and thrown away."""
    began = time.monotonic()
    with throw_away_ground(nodes, broker) as ground:
        bench = EmergencyBench(ground.station, ground.stages, Ears(ground.fleets), ground.reachable)
        bench.make_ready(runs)
        assert ground.station.pages is not None
        password = Secrets(ground.home).passwords()[APPROVER]
        with RemoteStation.signed_in(ground.station.pages.address, APPROVER, password, str) as approver:
            done = []
            for number in range(1, runs + 1):
                done.append(bench.run(approver, number))
                ground.stages.show("Gọi và dừng khẩn cấp", number, runs)
            cleared = bench.all_clear(approver)
        told = _figures(done, ground.reachable, nodes) | cleared
        return told | {"seconds": round(time.monotonic() - began, 1)}


def _fleets(station: Controller, nodes: list[NewNode]) -> list[FleetProcess]:
    """Return fleets that share the nodes: one interpreter would have them think one after the other."""
    count = min(os.cpu_count() or 1, MOST_FLEETS, len(nodes))
    return [fleet_of(station, nodes[n::count], f"fleet-{n}") for n in range(count)]


def _figures(runs: Sequence[dict[str, float]], reachable: int, nodes: int) -> dict[str, Any]:
    told: dict[str, Any] = {"nodes": nodes, "reachable": reachable, "runs": len(runs)}
    for name in ("emergency_ms", "stop_ms", "half_ms", "answer_ms", "processor_ms"):
        figures = [run[name] for run in runs]
        told[name] = {"p50": _nearest_rank(figures, 50), "p99": _nearest_rank(figures, 99)}
    told["reached"] = int(min(run["sounded"] for run in runs))
    told["stopped"] = int(min(run["stopped"] for run in runs))
    return told


def _settings(home: Path, broker: BrokerChoice) -> Settings:
    return Settings(
        home=home,
        database_url="",
        broker=broker,
        port=0,
        quiet_begins="00:00",
        quiet_ends="00:00",
        minutes_a_day=1440,
        require_totp=False,  # a code works once in thirty seconds: nobody could call twenty times
        speech_workers=0,
    )


def _tone(seconds: int, hertz: float) -> Made:
    when = np.arange(seconds * RATE) / RATE
    data = encode_mp3([(0.3 * np.sin(2 * np.pi * hertz * when)).astype(np.float32)], RATE, KBPS)
    samples, rate = decode_mp3(data)
    return Made(data, round(1000 * len(samples) / rate))


def _last(instants: Sequence[float], since: float) -> float:
    return round((max(instants, default=since) - since) * 1000, 1)


def _nearest_rank(figures: Sequence[float], percent: int, since: float | None = None) -> float:
    if not figures:
        return 0.0
    found = sorted(figures)[max(0, -(-len(figures) * percent // 100) - 1)]
    return round(found if since is None else (found - since) * 1000, 1)
