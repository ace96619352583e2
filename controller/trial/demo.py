"""`loa demo`: a station and a fleet on throw-away data, one bulletin, and the figures of its airing."""

import json
import shutil
import signal
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from controller.app import Controller
from controller.features.imports.bulletin_files import TitledText, draft_of, sample, written_in
from controller.host.logs import log_to
from controller.settings import Settings
from controller.terminal.progress import Stages
from controller.trial.broker_tree import TrialBroker, broker_settings
from controller.trial.empty_database import TrialDatabase, empty_database
from controller.trial.fleet_process import FleetProcesses, refuse_bad_faults
from controller.trial.job import TrialRun, report, succeeded
from controller.trial.simulated import enrol_simulated, fleet_of
from devices.ids import AreaCode, NodeId
from tts.normalization import check_text

_REPAIR_LEAD_S = 14.0  # two rounds of repair, for links that lose chunks
_LEAD_S = 6.0


@dataclass(frozen=True)
class DemoOptions:
    """The options of one demonstration."""

    once: bool
    as_json: bool
    nodes: int
    text_file: Path | None
    record: Path | None
    broker: TrialBroker
    database: TrialDatabase
    fail: str
    speed: float
    engine: str | None


def run(trial: DemoOptions) -> int:
    """Run it; return the exit code: 0 only if every node without a requested fault played all of it."""
    began = time.monotonic()
    draft = _draft(trial)
    refuse_bad_faults(trial.fail)
    with ExitStack() as parts:
        home = Path(tempfile.mkdtemp(prefix="loa-demo-"))
        parts.callback(shutil.rmtree, home, ignore_errors=True)
        log_to(home / "loa.log", "INFO")
        stages = parts.enter_context(Stages())
        chosen = broker_settings(trial.broker, home, parts)
        chosen["database_url"] = parts.enter_context(empty_database(trial.database))
        station = Controller(_settings(trial, home, chosen), serve_pages=not trial.once)
        station.start()
        parts.callback(station.stop)
        job = TrialRun(station, stages)
        fleet = _started_fleet(trial, job, parts)
        good = _air(trial, draft, job, fleet, began)
        if not trial.once and station.pages is not None:
            stages.say(f"Trang của đài: {station.pages.address}   (Ctrl-C để dừng)")
            wait_for_interrupt()
    return 0 if good else 1


def _draft(trial: DemoOptions) -> TitledText:
    if trial.text_file is None:
        return sample("decision-1322")
    written = written_in(trial.text_file)
    check_text(written)
    return draft_of(written)


def _settings(trial: DemoOptions, home: Path, chosen: dict[str, Any]) -> Settings:
    usual: dict[str, Any] = {
        "home": home,
        "database_url": "",
        "recordings": "",  # what is thrown away is in no store of the real station
        "uploads": "",
        "port": 0,
        "quiet_begins": "00:00",
        "quiet_ends": "00:00",  # a demonstration must also work at night
        "minutes_a_day": 1440,
        "require_totp": False,  # nobody needs a telephone for throw-away data
        "loudest_volume": 100,
        "lead_seconds": _REPAIR_LEAD_S if trial.fail else _LEAD_S,
        # reuse spoken phrases between demonstrations; they are named by their content
        "speech_cache": Settings().speech_cache_dir,
    }
    if trial.engine is not None:
        usual["engine"] = trial.engine
    return Settings(**usual | chosen)


def _started_fleet(trial: DemoOptions, job: TrialRun, parts: ExitStack) -> FleetProcesses:
    nodes = enrol_simulated(job.station, trial.nodes)
    more: dict[str, Any] = {"fail": trial.fail, "speed": trial.speed}
    if trial.record is not None:
        trial.record.mkdir(parents=True, exist_ok=True)
        more["record_dir"] = str(trial.record.absolute())
    fleet = fleet_of(job.station, nodes, **more)
    fleet.start()
    parts.callback(fleet.stop)
    return fleet


def _air(trial: DemoOptions, draft: TitledText, job: TrialRun, fleet: FleetProcesses, began: float) -> bool:
    station = job.station
    ready = fleet.wait_ready()
    bulletin = job.render(draft)
    job.told_offline = frozenset(map(NodeId, [*ready["told_offline"], *ready["told_defects"]]))
    job.told_to_reboot = frozenset(map(NodeId, ready["told_to_reboot"]))
    job.approve(bulletin)
    airing = job.air(bulletin, AreaCode(station.settings.province), station.now() + timedelta(seconds=1))
    job.follow(airing, fleet)
    good = succeeded(job, airing)
    if trial.as_json:
        figures = report(job, bulletin, airing, time.monotonic() - began)
        sys.stdout.write(json.dumps(figures, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return good


def wait_for_interrupt() -> None:
    """Return when the person presses Ctrl-C, or the program is asked to end."""
    asked = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: asked.set())
    while not asked.wait(1.0):
        pass
