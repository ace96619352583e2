"""The units of a province's station and of a board leave whoever takes them over with little."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.parts import missing

DEPLOY = Path(__file__).parents[3] / "deploy"
STATION, BOARD = DEPLOY / "province" / "loa.service", DEPLOY / "board" / "loa-board.service"
PARTS = ("station", "web", "speech-worker", "wal", "base-backup")
PAIR = [DEPLOY / "province" / f"loa-{part}.service" for part in PARTS]
each = pytest.mark.parametrize("unit", [STATION, *PAIR, BOARD], ids=lambda unit: unit.stem)
MOST_EXPOSED = 2.5
"""Of systemd's own scale from 0 to 10: the station's was 7.1, and is 1.5; the board's is 2.2."""


def service(unit_file):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(unit_file)
    return unit["Service"]


@each
def test_it_has_no_capability_and_bounds_for_calls_memory_and_processes(unit):
    said = service(unit)
    assert said["CapabilityBoundingSet"] == ""
    assert said["SystemCallFilter"].split()[0] == "@system-service"
    assert said["SystemCallArchitectures"] == "native"
    assert said["NoNewPrivileges"] == "yes"
    assert {"MemoryMax", "TasksMax", "RestrictAddressFamilies"} <= set(said)


def test_a_board_may_ask_how_good_its_clock_is_and_is_watched():
    said = service(BOARD)
    assert {"adjtimex", "clock_adjtime"} <= set(said["SystemCallFilter"].split())
    assert "ProtectClock" not in said, "it would forbid to ask"
    assert (said["Type"], said["WatchdogSec"], said["Restart"]) == ("notify", "60", "always")


@each
def test_systemd_itself_finds_it_little_exposed(unit):
    if shutil.which("systemd-analyze") is None:
        missing("systemd")
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout
    last = next(line for line in told.splitlines() if "Overall exposure level" in line)
    assert float(last.split(":")[1].split()[0]) <= MOST_EXPOSED, told
