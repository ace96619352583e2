"""`loa conform --simulated`: a node of its own process enrols by the kit's code, over a real broker."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from controller.trial.conform.run import checks
from tests.support.nightly import amount

LOA = Path(sys.executable).with_name("loa")


def conform(home, *only):
    chosen = [word for name in only for word in ("--only", name)]
    command = [str(LOA), "conform", "--simulated", "--json", "--home", str(home)]
    done = subprocess.run([*command, *chosen], capture_output=True, timeout=1500, check=False)
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
