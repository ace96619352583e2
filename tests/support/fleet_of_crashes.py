"""Stations that are killed, and fleets that survive: forked from a process that has loaded their modules."""

import json
import multiprocessing
import os
import sys
import traceback
from multiprocessing.connection import wait
from pathlib import Path
from threading import Lock

from controller.host.station_keys import Secrets
from simulator.__main__ import main
from tests.support.crashing_station import NODES
from tests.support.node_keys import SEED

_CONTEXT = multiprocessing.get_context("forkserver")
"""Stations and fleets of a hundred runs are forked from one process that has loaded their modules."""
_CONTEXT.set_forkserver_preload(
    [
        "tests.support.crashing_alarm",
        "tests.support.crashing_notices",
        "tests.support.pair",
        "tests.support.fleet_of_crashes",
        "tests.support.speech_machines",
        "tests.support.frozen_before_forks",
    ]
)
_ENDING_S = 60.0
_IN_TURN = Lock()
"""To start a process is to ask all others of this test whether they have ended, and an exit code can be read
once: of two threads that ask at the same time, one reads it, and the other is told 255."""


class Forked:
    """A process that runs a function; several threads may each have their own."""

    def __init__(self, target, *args) -> None:
        self._process, self._code = _CONTEXT.Process(target=_run, args=(target, *args)), None
        with _IN_TURN:
            self._process.start()

    @property
    def pid(self) -> int:
        """Its process number; -1 once it has ended."""
        return -1 if self._code is not None else self._process.pid

    def exit_code(self, seconds: float) -> int | None:
        """Return how it ended, after at most so many seconds; None: it runs on."""
        if self._code is None and wait([self._process.sentinel], seconds):
            with _IN_TURN:
                self._code = self._process.exitcode
                self._process.close()
        return self._code

    def end(self, *, at_once: bool = False) -> None:
        """End it: by SIGTERM, or at once by SIGKILL."""
        if self._code is None:
            (self._process.kill if at_once else self._process.terminate)()
            if self.exit_code(_ENDING_S) is None:
                self._process.kill()
                self.exit_code(_ENDING_S)
                raise AssertionError("it does not end")


def _run(target, *args) -> None:
    """End with the function, even if it fails while threads run on that would keep the process."""
    try:
        target(*args)
    except Exception:  # noqa: BLE001 - whatever it is, it is printed and the process ends
        traceback.print_exc()
        os._exit(1)


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
        stdin, self._alive = _CONTEXT.Pipe(duplex=False)
        self._process = Forked(_simulate, path, stdin, self._out)
        stdin.close()
        self._facts: list[dict] = []

    def stop(self) -> None:
        """End the process and keep its facts."""
        self._process.end()
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
