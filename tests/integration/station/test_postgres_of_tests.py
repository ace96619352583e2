"""A throw-away PostgreSQL ends with whoever started it, however that ended."""

import subprocess
import sys
from pathlib import Path

import pytest

from controller.trial import postgres
from tests.support.children import child, end
from tests.support.parts import missing
from tests.support.waiting import wait_until

STARTS = """
import time
from controller.trial.postgres import running_postgres
with running_postgres() as server:
    print(server.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.slow
def test_the_server_of_a_run_that_was_killed_ends():
    if postgres.binaries() is None:
        missing("PostgreSQL")
    with child([sys.executable, "-c", STARTS], stdout=subprocess.PIPE, text=True) as run:
        server = Path(f"/proc/{int(run.stdout.readline())}")
        end(run, at_once=True)
    assert wait_until(lambda: not server.exists())
