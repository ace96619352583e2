"""A running station holds no library in memory that only a page, a report or a worker process uses."""

import json
import subprocess
import sys

import pytest

from controller.settings import Settings
from tests.architecture.source import ROOT
from tests.support.running_station import found_home

HEAVY = {
    "alembic": "a migration",
    "authlib": "a sign-in by a provider",
    "gtts": "a voice from the network",
    "holidays": "a schedule that skips public holidays",
    "hypothesis": "tests",
    "icalendar": "a calendar that a telephone follows",
    "mako": "a new migration",
    "numpy": "sound, in a worker",
    "obstore": "recordings in S3",
    "onnxruntime": "a voice, in a worker",
    "opentelemetry.sdk": "traces, where a collector is named",
    "PIL": "a report in PDF",
    "psycopg": "PostgreSQL",
    "pydub": "sound, in a worker",
    "pypdf": "a letter in PDF, in a process of its own",
    "reportlab": "a report in PDF",
    "requests": "a voice from the network",
    "scipy": "sound, in a worker",
    "shapely": "an outline of an area",
    "soundfile": "sound, in a worker",
    "soxr": "sound, in a worker",
    "webauthn": "the enrolment of a passkey",
    "xlsxwriter": "a report in Excel",
}
"""Libraries, and what alone needs them."""

STATION = """
import json, sys
from pathlib import Path
from controller.app import Controller
from controller.settings import Settings

station = Controller(Settings(home=Path(sys.argv[1]), port=0, speech_workers=0))
station.start()
station.stop()
loaded = {name.partition(".")[0] for name in sys.modules} | {"opentelemetry.sdk"} & sys.modules.keys()
print(json.dumps(sorted(loaded)))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """What a station that has started, on a database that is there, has loaded."""
    home = tmp_path_factory.mktemp("loads") / "home"
    found_home(Settings(home=home))
    done = subprocess.run(
        [sys.executable, "-c", STATION, str(home)],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_a_station_that_runs_has_loaded_what_it_serves_pages_and_loudspeakers_with(loaded):
    assert {"fastapi", "paho", "sqlalchemy"} <= loaded


@pytest.mark.parametrize("library", HEAVY)
def test_it_has_not_loaded_what_something_rare_or_a_process_beside_it_needs(library, loaded):
    assert library not in loaded, f"only {HEAVY[library]} needs it: import it in the function that uses it"


def test_a_command_begins_without_what_only_help_pages_reports_texts_or_the_station_need():
    said = "import controller.cli, controller.settings, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], check=True, cwd=ROOT, capture_output=True, text=True)
    needless = {
        "cryptography",
        "fastapi",
        "joserfc",
        "numpy",
        "paho",
        "rich",
        "sqlalchemy",
        "tts.normalization",
    }
    assert needless & set(done.stdout.split()) == set()
