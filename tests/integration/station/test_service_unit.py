"""The unit under which a province's station runs leaves whoever takes it over with little."""

import configparser
import shutil
import subprocess
from pathlib import Path

from tests.support.parts import missing

UNIT = Path(__file__).parents[3] / "deploy" / "province" / "loa.service"
MOST_EXPOSED = 2.5
"""Of systemd's own scale from 0 to 10: it was 7.1, and is 1.5."""


def service():
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str
    unit.read(UNIT)
    return unit["Service"]


def test_the_station_has_no_capability_and_bounds_for_calls_memory_and_processes():
    said = service()
    assert said["CapabilityBoundingSet"] == ""
    assert said["SystemCallFilter"] == "@system-service"
    assert said["SystemCallArchitectures"] == "native"
    assert said["NoNewPrivileges"] == "yes"
    assert {"MemoryHigh", "MemoryMax", "TasksMax", "RestrictAddressFamilies"} <= set(said)


def test_systemd_itself_finds_it_little_exposed():
    if shutil.which("systemd-analyze") is None:
        missing("systemd")
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout
    last = next(line for line in told.splitlines() if "Overall exposure level" in line)
    assert float(last.split(":")[1].split()[0]) <= MOST_EXPOSED, told
