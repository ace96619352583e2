import ast
import functools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, imports_of, modules, reach_of

# a library that one module imports can be exchanged by changing that module
DOORS = {
    "apprise": {"controller/host/addressed.py"},
    "apscheduler": {"schedules/clock.py"},
    "dateutil": {"schedules/recurrence.py"},
    "holidays": {"schedules/public_holidays.py"},
    "icalendar": {"controller/features/listeners/feeds.py"},
    "lunar_vn": {"schedules/lunar.py"},
    "paho": {
        "devices/link.py",
        "devices/buffered_client.py",
        "controller/trial/plain_paho.py",  # to compare with: the library as it comes
    },
    "joserfc": {"devices/jose.py", "controller/host/openid.py"},  # the wire; a provider's tokens
    "authlib": {"controller/host/openid.py"},
    "opentelemetry": {"controller/host/traces.py"},
    "nacl": {"devices/ed25519.py", "controller/features/accounts/encryption.py"},  # keys; their seals
    "obstore": {"tts/buckets.py"},
    "gtts": {"tts/engines/gtts.py"},
    "pydub": {"tts/mixing.py"},
    "reportlab": {"controller/features/reports/files.py"},
    "shapely": {"controller/features/maps/shapes.py"},
    "xlsxwriter": {"controller/features/reports/files.py"},
}

PURITY = next(
    contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
    if contract["name"] == "Pure modules reach nothing that acts"
)
PURE = [
    name
    for name in modules()
    if any(name == listed or name.startswith(f"{listed}.") for listed in PURITY["source_modules"])
]

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
    calls = {ast.unparse(node.func) for node in module.nodes if isinstance(node, ast.Call)}
    return (calls & IMPURE_CALLS) | {call for call in calls if call.startswith("random.")}


@functools.cache
def used_of_threading(module):
    """Names of the library `threading` that the module imports or reads as attributes."""
    read = {
        node.attr
        for node in module.nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "threading"
    }
    imported = {name for name in imports_of(module) if name.startswith("threading.")}
    return read | {name.removeprefix("threading.") for name in imported}


def says_that_it_is_pure(module):
    first, _, _ = (ast.get_docstring(module.tree) or "").partition("\n")
    return re.search(r"\bpure\b", first, re.IGNORECASE) is not None


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


def test_no_pure_module_asks_clock_or_disk():
    assert {
        f"{name} reaches {module.name}, which calls {call}"
        for name in PURE
        for module in reach_of(modules()[name])
        for call in impure_calls_in(module)
    } == set()


def test_a_pure_module_takes_a_lock_from_threading_and_nothing_else():
    assert {
        f"{name} reaches {module.name}, which uses threading.{used}"
        for name in PURE
        for module in reach_of(modules()[name])
        for used in used_of_threading(module) - {"Lock"}
    } == set()


def test_each_module_that_calls_itself_pure_is_in_the_contract_of_pure_modules():
    calling = {name for name, module in modules().items() if says_that_it_is_pure(module)}
    assert calling <= set(PURE)


def test_the_contract_of_pure_modules_names_modules_that_exist():
    assert {listed for listed in PURITY["source_modules"] if listed not in modules()} == set()


def test_the_contract_of_pure_modules_forbids_what_acts():
    used = {top(imported) for module in modules().values() for imported in imports_of(module)}
    assert {"os", "socket", "sqlalchemy", "subprocess", "time"} <= used & set(PURITY["forbidden_modules"])


@pytest.mark.parametrize(
    ("program", "late"),
    [
        (
            "controller.app",
            "alembic av holidays numpy onnxruntime PIL pydub reportlab xlsxwriter",
        ),
        ("simulator.__main__", "numpy requests sqlalchemy"),
    ],
    ids=["station", "fleet"],
)
def test_a_program_that_starts_loads_no_library_that_few_acts_need(program, late):
    told = f"import sys, {program}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    ran = subprocess.run(
        [sys.executable, "-c", told], check=True, cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert set(ran.stdout.split()) & set(late.split()) == set()
    assert program.partition(".")[0] in ran.stdout.split()


def test_every_table_of_states_is_pure():
    tables = {name for name in modules() if name.startswith("controller.model.") and name.endswith("_states")}
    assert tables <= set(PURE)
    assert "controller.model.airing_states" in tables


def test_only_the_controller_knows_a_database():
    knowing = {
        top(module.name)
        for module in modules().values()
        if {"sqlalchemy", "alembic"} & {top(name) for name in imports_of(module)}
    }
    assert knowing == {"controller"}
