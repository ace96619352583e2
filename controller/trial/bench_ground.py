"""Common parts of the benchmarks: a throw-away station, simulated loudspeakers, tones, observed facts."""

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from controller.app import Controller
from controller.features.accounts.queries import operator_named
from controller.features.bulletins.renderings import begin_rendering, finish_rendering
from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.fleet.service import NewNode
from controller.host.logs import log_to
from controller.model.bulletin_states import BulletinId
from controller.model.first_people import OFFICER
from controller.settings import Settings
from controller.terminal.progress import Stages
from controller.trial.broker_tree import TrialBroker, broker_settings
from controller.trial.empty_database import TrialDatabase, empty_database
from controller.trial.fleet_process import FleetProcesses
from controller.trial.job import TrialRun
from controller.trial.simulated import StationAccess, enrol_simulated, fleet_of
from devices.chunks import manifest_of
from devices.ids import Grade
from tts.orders import Rendered
from tts.recordings import RecordingId

RATE, KBPS = 24_000, 48
PATIENCE_S = 300.0
SOUND_PATIENCE_S = 20.0
"""Seconds after which a loudspeaker that has not sounded counts as not reached."""
LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class ToneMade:
    """A tone instead of speech: the measurement begins when recordings are ready."""

    data: bytes
    duration_ms: int

    def rendered(self) -> Rendered:
        """Return it as the studio returns what it spoke."""
        return Rendered(
            recording=RecordingId(hashlib.sha256(self.data).hexdigest()),
            size=len(self.data),
            duration_ms=self.duration_ms,
            codec="mp3",
            sample_rate=RATE,
            engine="tone",
            fallback_reason=None,
            loudness_lufs=-16.0,
            true_peak_dbtp=-1.0,
            text_characters=0,
            spoken_text="",
            phrases=1,
            phrases_cached=0,
            text_sha256="",
        )


def tone(seconds: int, hertz: float) -> ToneMade:
    """Return a tone of this many seconds as a recording."""
    import numpy as np  # imported late: a measured station must not load it

    from tts.codec import decode_mp3, encode_mp3

    when = np.arange(seconds * RATE) / RATE
    data = encode_mp3([(0.3 * np.sin(2 * np.pi * hertz * when)).astype(np.float32)], RATE, KBPS)
    samples, rate = decode_mp3(data)
    return ToneMade(data, round(1000 * len(samples) / rate))


POWER = frozenset({"cut", "powered", "connected"})
"""The kinds of facts that a storm reports."""


def instant_of(written: str) -> float:
    """Return seconds since 1970 of a fact's instant."""
    return datetime.fromisoformat(written).timestamp()


@dataclass
class Ears:
    """What the fleet's loudspeakers really did, by airing: begin and end of each node."""

    fleet: FleetProcesses
    began: dict[str, dict[str, float]] = field(default_factory=dict)
    ended: dict[str, dict[str, float]] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)
    """When the newest plan reached each loudspeaker's machine, as its last begin or end says."""
    power: dict[str, dict[str, float]] = field(default_factory=dict)
    """In a storm, when each loudspeaker was `cut`, `powered` and `connected`."""
    begins: list[tuple[str, float]] = field(default_factory=list)
    """Every begin of any airing, by node."""

    def listen(self) -> None:
        """Read new facts; keeps the newest begin and end of each loudspeaker and airing."""
        for fact in self.fleet.facts():
            name = fact.get("fact", "")
            if name in POWER:
                told = self.power.setdefault(name, {})
                told.update({one["node"]: instant_of(one["true_at"]) for one in fact["items"]})
            kind = {"began": self.began, "ended": self.ended}.get(name)
            if kind is None:
                continue
            for item in fact["items"]:
                at = instant_of(item["true_at"])
                kind.setdefault(item["airing"], {})[item["node"]] = at
                if "told_at" in item:
                    self.told[item["node"]] = instant_of(item["told_at"])
                if name == "began":
                    self.begins.append((item["node"], at))

    def forget(self) -> None:
        """Delete all facts."""
        self.listen()
        self.began.clear()
        self.ended.clear()
        self.begins.clear()
        self.power.clear()

    def first_since(self, instants: Mapping[str, float]) -> dict[str, float]:
        """Return when each of these loudspeakers first began anything after its instant."""
        first: dict[str, float] = {}
        for node, at in self.begins:
            if node in instants and at > instants[node]:
                first[node] = min(at, first.get(node, at))
        return first

    def wait(self, enough: Callable[[], bool], seconds: float = SOUND_PATIENCE_S) -> bool:
        """Read facts until the condition is true or the time limit is reached."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.listen()
            if enough():
                return True
            time.sleep(LOOK_S)
        return False


def approved(
    station: Controller, stages: Stages, title: str, made: ToneMade, highest: Grade | None = None
) -> BulletinId:
    """Return a bulletin with this recording, approved by the approver up to this grade."""
    now = station.now()
    station.recordings.put(made.data)
    manifest = manifest_of(made.data, codec="mp3", sample_rate=RATE, duration_ms=made.duration_ms)
    with station.store.write() as session:
        officer = operator_named(session, OFFICER)
        assert officer is not None
        bulletin = draft_bulletin(session, title=title, text="Đo.", by=officer, now=now)
        rendering = submit_bulletin(session, bulletin.id, by=officer, now=now, highest_grade=highest)
        begin_rendering(session, rendering.id, now=now)
        finish_rendering(session, rendering.id, made.rendered(), manifest, now=now)
    TrialRun(station, stages).approve(bulletin.id)
    return bulletin.id


@contextmanager
def throw_away_home() -> Iterator[tuple[Path, Stages, ExitStack]]:
    """Make a temporary folder; what is on the stack ends before the folder is deleted."""
    with ExitStack() as parts:
        home = Path(tempfile.mkdtemp(prefix="loa-bench-"))
        parts.callback(shutil.rmtree, home, ignore_errors=True)
        yield home, parts.enter_context(Stages()), parts


@contextmanager
def throw_away_station(
    broker: TrialBroker, database: TrialDatabase = "sqlite", **chosen: Any
) -> Iterator[tuple[Path, Controller, Stages, ExitStack]]:
    """Start a station in a temporary folder; `chosen` are additional settings.

    Processes that the caller starts must be put on the stack, so that they end before the station.
    """
    with throw_away_home() as (home, stages, parts):
        log_to(home / "loa.log", "WARNING")
        chosen |= broker_settings(broker, home, parts)
        chosen["database_url"] = parts.enter_context(empty_database(database))
        station = Controller(bench_settings(home, chosen))
        station.start()
        parts.callback(station.stop)
        yield home, station, stages, parts


def started_fleet(
    parts: ExitStack, station: StationAccess, nodes: list[NewNode], **more: Any
) -> tuple[FleetProcesses, int]:
    """Start the loudspeakers, `more` being fields of their spec; return them and how many are connected."""
    fleet = fleet_of(station, nodes, **more)
    fleet.start()
    parts.callback(fleet.stop)
    return fleet, int(fleet.wait_ready()["connected"])


@dataclass(frozen=True, slots=True)
class BenchStation:
    """A throw-away station with its simulated loudspeakers in other processes."""

    home: Path
    station: Controller
    stages: Stages
    fleet: FleetProcesses
    reachable: int


@contextmanager
def throw_away_ground(nodes: int, broker: TrialBroker, **more: Any) -> Iterator[BenchStation]:
    """Start a station and loudspeakers in a temporary folder; `more`: additional fields of their spec."""
    with throw_away_station(broker) as (home, station, stages, parts):
        fleet, reachable = started_fleet(parts, station, enrol_simulated(station, nodes), **more)
        yield BenchStation(home, station, stages, fleet, reachable)


def bench_settings(home: Path, chosen: dict[str, Any]) -> Settings:
    """Return the settings of a throw-away station; `chosen`: its broker, and additional ones."""
    usual: dict[str, Any] = {
        "home": home,
        "database_url": "",
        "recordings": "",  # what is thrown away is in no store of the real station
        "uploads": "",
        "port": 0,
        "quiet_begins": "00:00",
        "quiet_ends": "00:00",
        "minutes_a_day": 1440,
        "require_totp": False,  # a code works once in 30 s: too few for twenty calls
        "speech_workers": 0,
    }
    return Settings(**usual | chosen)
