"""`loa` of another release: its code in a folder, with the libraries that are installed here."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.children import end

_LOA = "from controller.cli import main; main()"
_WITHIN_S = 300.0


def _environment(code: Path, told: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOA_")}
    return kept | {"PYTHONPATH": str(code)} | told


class Program:
    """One that runs on; ended as `fleet_of_crashes.Forked` is."""

    def __init__(self, code: Path, said: list[str], environment: dict[str, str], log: Path) -> None:
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _LOA, *said],
                cwd=code,
                env=_environment(code, environment),
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """Its process number; -1 once it has ended."""
        return -1 if self._process.poll() is not None else self._process.pid

    def exit_code(self, seconds: float) -> int | None:
        """Return how it ended, after at most so many seconds; None: it runs on."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self, *, at_once: bool = False) -> None:
        """End it: by SIGTERM, or at once by SIGKILL."""
        end(self._process, at_once=at_once)

    @staticmethod
    def run(code: Path, said: list[str], environment: dict[str, str]) -> str:
        """Run one that ends by itself; return what it printed."""
        return python(code, _LOA, said, environment)


def python(code: Path, program: str, said: list[str], environment: dict[str, str]) -> str:
    """Run a program in Python with the code of a release; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", program, *said],
        cwd=code,
        env=_environment(code, environment),
        capture_output=True,
        text=True,
        timeout=_WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
