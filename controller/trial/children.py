"""Child processes of a benchmark: each reads lines of JSON from its standard input and answers in lines."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from controller.errors import LoaError, StartFailed
from controller.host import child_process as child

Found = TypeVar("Found")


def started(*arguments: str, log: Path | None = None) -> "subprocess.Popen[bytes]":
    """Start a module of ours (`python -m`) with pipes for both directions; errors go to the log file."""
    command = [sys.executable, "-m", *arguments]
    return child.start(command, log=log, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def tell(process: "subprocess.Popen[bytes]", said: object) -> None:
    """Send one line of JSON."""
    assert process.stdin is not None
    process.stdin.write(json.dumps(said).encode() + b"\n")
    process.stdin.flush()


def answer(told: object) -> None:
    """In a child: send one line of JSON to the parent."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def end(process: "subprocess.Popen[bytes]") -> None:
    """End the process, and close its output."""
    child.stop(process)
    if process.stdout is not None:
        process.stdout.close()


def wait_for(
    look: Callable[[], Found], seconds: float, otherwise: LoaError | None = None, *, every_s: float = 0.05
) -> Found:
    """Return the first true result of `look`; raise `otherwise` when the time is over."""
    until = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > until:
            raise otherwise or StartFailed("Phép đo không khởi động được.", code="bench.not_started")
        time.sleep(every_s)
    return found
