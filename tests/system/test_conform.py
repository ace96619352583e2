"""`loa conform`: a process of its own, a simulated node or a board, enrols by the code of the kit."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from controller.trial.conform.run import checks
from tests.support.nightly import amount

LOA = Path(sys.executable).with_name("loa")


def conform(home, *only, which="--simulated"):
    chosen = [word for name in only for word in ("--only", name)]
    command = [str(LOA), "conform", which, "--json", "--home", str(home)]
    done = subprocess.run([*command, *chosen], capture_output=True, timeout=2300, check=False)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.timeout(1600)
def test_a_node_of_its_own_process_passes(tmp_path):
    """By night all checks, by day those that nothing else runs over HTTP and MQTT."""
    only = amount(["ENR", "CON", "APP"], [])
    found = conform(tmp_path, *only)
    assert found["conforms"]
    verdicts = {one["id"]: one["verdict"] for one in found["checks"]}
    assert set(verdicts.values()) == {"passed"}
    assert len(verdicts) == amount(44, len(checks()))


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_the_program_for_boards_passes(tmp_path):
    """By night all checks, by day those of its link, its boots and its enrolment."""
    found = conform(tmp_path, *amount(["ENR", "CON"], []), which="--board")
    assert found["conforms"]
    assert {one["verdict"] for one in found["checks"]} == {"passed"}
    assert len(found["checks"]) == amount(15, len(checks()))
