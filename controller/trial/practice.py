"""`loa practice`: a practice station beside a real one, with nothing in common (decision 132).

It has a home folder, keys, a database, a broker and simulated loudspeakers of its own, and a province that
does not exist. Of the real station it knows only how to speak.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from controller.app import Controller
from controller.features.provisioning.service import add_class
from controller.host.home_folder import take_practice_home
from controller.settings import PRACTICE_PROVINCE, Settings
from controller.trial.up import run_station, sign_keys_of_a_trial

PREFIX = "LOA_"
TAKEN_OVER = frozenset(
    {
        "engine",
        "fallback_engine",
        "log_level",
        "rate",
        "reading_register",
        "region",
        "speech_workers",
        "voice",
    }
)
"""Settings of the real station that practice has too: how it speaks. None is an address or a place."""


@dataclass(frozen=True)
class PracticeOptions:
    """What the command was given."""

    host: str
    port: int
    home: Path | None
    learners: int


def practice_environment(
    given: Mapping[str, str], real: Settings, options: PracticeOptions
) -> dict[str, str]:
    """Return the environment of the practice station: no setting of the real one but how it speaks; pure."""
    kept = {name: value for name, value in given.items() if not name.upper().startswith(PREFIX)}
    own = {name: str(getattr(real, name)) for name in TAKEN_OVER & real.model_fields_set}
    own |= {
        "home": str((options.home or real.home / "practice").absolute()),
        "host": options.host,
        "port": str(options.port),
        "province": PRACTICE_PROVINCE,
        "require_totp": "false",
        "quiet_begins": "00:00",
        "quiet_ends": "00:00",
    }
    return kept | {f"{PREFIX}{name.upper()}": value for name, value in own.items()}


def run(options: PracticeOptions) -> None:
    """Run the practice station until Ctrl-C (or SIGTERM)."""
    environment = practice_environment(os.environ, Settings(), options)
    os.environ.clear()  # children, and whoever reads the settings again, find those of practice alone
    os.environ.update(environment)
    settings = Settings()
    take_practice_home(settings.home)
    run_station(
        Controller(settings),
        with_fleet=True,
        with_opening=False,
        prepare=lambda station: _prepare(station, options.learners),
    )


def _prepare(station: Controller, learners: int) -> Iterable[str]:
    yield "TẬP DƯỢT: loa mô phỏng, không có gì ở đây tới được loa thật."
    if learners:
        people = add_class(station.store, station.settings, learners, now=station.now())
        sign_keys_of_a_trial(station)
        yield f"Lớp học: {len(people)} người, mỗi người một xã."
        yield from (f"  {name}  {password}  {commune}" for name, commune, password in people)
