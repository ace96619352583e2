import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, imports_of, modules, reach_of

# a library behind one door can be exchanged by changing one file
DOORS = {
    "apscheduler": {"schedules/clock.py"},
    "dateutil": {"schedules/recurrence.py"},
    "holidays": {"schedules/public_holidays.py"},
    "icalendar": {"controller/features/listeners/feeds.py"},
    "lunar_vn": {"schedules/lunar.py"},
    "paho": {"devices/link.py"},
    "joserfc": {"devices/signing.py"},
    "gtts": {"tts/engines/gtts.py"},
    "pydub": {"tts/mixing.py"},
    "reportlab": {"controller/features/reports/files.py"},
    "shapely": {"controller/features/maps/shapes.py"},
    "xlsxwriter": {"controller/features/reports/files.py"},
}

# what these decide depends on their arguments alone
PURE = [
    "controller.features.maps.geojson",
    "controller.features.journal.export",
    "controller.features.reports.coverage",
    "controller.features.maps.sketch",
    "controller.features.maps.outline_drawing",
    *(name for name in modules() if name.startswith("controller.model.") and name.endswith("_states")),
    "controller.features.fleet.events",
    "controller.features.fleet.faults",
    "controller.features.fleet.vitals_samples",
    "controller.features.journal.export",
    "controller.features.reports.coverage",
    "devices.chunks",
    "devices.messages",
    "devices.node.brain",
    "devices.node.clock",
    "devices.plan",
    "devices.topics",
    "schedules.icalendar",
    "schedules.lunar",
    "schedules.public_holidays",
    "schedules.recurrence",
    "schedules.skips",
    "tts.phrases",
    "tts.reading",
]

IMPURE_LIBRARIES = {
    "alembic",
    "apscheduler",
    "asyncio",
    "concurrent",
    "fastapi",
    "gtts",
    "jinja2",
    "lameenc",
    "logging",
    "multiprocessing",
    "numpy",
    "onnxruntime",
    "os",
    "paho",
    "psycopg",
    "pydub",
    "queue",
    "requests",
    "secrets",
    "signal",
    "socket",
    "soundfile",
    "sqlalchemy",
    "sqlite3",
    "starlette",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "uvicorn",
}

# a lock changes no answer: the cache of signatures already checked is shared by threads
ALLOWED = {"devices.signing imports threading"}

IMPURE_CALLS = {
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "date.today",
    "open",
    "print",
    "time.monotonic",
    "time.sleep",
    "time.time",
    "uuid.uuid4",
    "uuid4",
}


def top(name):
    return name.partition(".")[0]


@functools.cache
def impure_calls_in(module):
    """Calls of the clock, the disk, the screen, or of chance that was not passed in."""
    calls = {ast.unparse(node.func) for node in ast.walk(module.tree) if isinstance(node, ast.Call)}
    return (calls & IMPURE_CALLS) | {call for call in calls if call.startswith("random.")}


def test_import_linter_finds_every_import_going_downward():
    program = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [program, "--no-cache"], check=False, cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(("library", "doors"), DOORS.items(), ids=DOORS)
def test_a_library_is_imported_through_its_one_door(library, doors):
    importers = {
        module.file for module in modules().values() if library in {top(name) for name in imports_of(module)}
    }
    assert importers == doors


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_reaches_no_library_that_acts(name):
    reached = {
        f"{module.name} imports {library}"
        for module in reach_of(modules()[name])
        for library in {top(imported) for imported in imports_of(module)} & IMPURE_LIBRARIES
    }
    assert reached <= ALLOWED


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_asks_neither_clock_nor_disk(name):
    asked = {
        f"{module.name} calls {call}"
        for module in reach_of(modules()[name])
        for call in impure_calls_in(module)
    }
    assert not asked


def test_there_are_lifecycles_to_hold_pure():
    assert {"controller.model.airing_states", "controller.model.bulletin_states"} <= set(PURE)


def test_only_the_controller_knows_a_database():
    knowing = {
        top(module.name)
        for module in modules().values()
        if {"sqlalchemy", "alembic"} & {top(name) for name in imports_of(module)}
    }
    assert knowing == {"controller"}
