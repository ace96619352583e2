"""Simulated fleet of a station that is killed: a separate process that survives the station."""

import json
import multiprocessing
import os
import sys
from pathlib import Path

from controller.host.station_keys import Secrets
from simulator.__main__ import main
from tests.support.crashing_station import NODES
from tests.support.node_keys import SEED

CONTEXT = multiprocessing.get_context("forkserver")
"""Stations and fleets of a hundred runs are forked from one process that has loaded their modules."""
CONTEXT.set_forkserver_preload(["tests.support.crashing_alarm", "tests.support.fleet_of_crashes"])


class Fleet:
    """All NODES of the crashing station at one broker; what they did is told when it stops."""

    def __init__(self, home: Path, folder: Path, broker: str) -> None:
        spec = {
            "broker": broker,
            "root_public": Secrets(home).root_public.read_text().strip(),
            "nodes": [{"id": node.id, "areas": ["56", node.area]} for node in NODES],
            "key_seed": SEED.hex(),
            "storage": str(folder / "fleet"),
        }
        path = folder / "fleet.json"
        path.write_text(json.dumps(spec))
        self._out = folder / "fleet.out"
        stdin, self._alive = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=_simulate, args=(path, stdin, self._out))
        self._process.start()
        stdin.close()
        self._facts: list[dict] = []

    def stop(self) -> None:
        """End the process and keep its facts."""
        self._process.terminate()
        self._process.join(10)
        assert self._process.exitcode is not None, "the fleet does not end"
        self._process.close()
        self._alive.close()
        self._facts = [json.loads(line) for line in self._out.read_text().splitlines()]

    def items(self, fact: str) -> list[dict]:
        """What all nodes told under that name."""
        return [item for line in self._facts if line["fact"] == fact for item in line["items"]]


def _simulate(spec: Path, stdin, out: Path) -> None:
    """Be `python -m simulator --with-parent --spec …`, which ends when its stdin does."""
    os.dup2(stdin.fileno(), 0)
    for number, path in ((1, out), (2, out.with_suffix(".log"))):
        with path.open("wb") as file:
            os.dup2(file.fileno(), number)
    sys.argv = ["simulator", "--with-parent", "--spec", str(spec)]
    sys.exit(main())
