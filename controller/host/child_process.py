"""Start child programs that end with their parent; see docs/architecture.md (processes).

Run as `python -m controller.host.child_process PARENT PROGRAM ARG…` this module asks the kernel to end the
process when its parent ends, and then executes PROGRAM, so that no child survives a killed station.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from controller.host.logs import make_room

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_STOP_SECONDS = 5.0  # enough for a broker or a simulated fleet to write its files


def start(
    arguments: Sequence[str],
    *,
    log: Path | None,
    stdin: int | None = None,
    stdout: int | IO[bytes] | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a program that gets SIGTERM when this process ends for any reason.

    Standard error (and standard output, unless requested) goes to the log file, or is discarded.
    """
    sink: IO[bytes] | int = subprocess.DEVNULL
    with contextlib.ExitStack() as stack:
        if log is not None:
            make_room(log)
            sink = stack.enter_context(log.open("ab"))
        return subprocess.Popen(  # noqa: S603 - the arguments are ours
            [sys.executable, "-m", "controller.host.child_process", str(os.getpid()), *arguments],
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=sink if stdout is None else stdout,
            stderr=sink,
            start_new_session=True,  # Ctrl-C reaches the station alone, which stops its children in order
        )


def answer_of(arguments: Sequence[str], asked: bytes, *, seconds: float) -> bytes:
    """Run a program to its end and return what it prints; nothing if it fails or takes too long."""
    process = start(arguments, log=None, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        said, _ = process.communicate(asked, timeout=seconds)
    except subprocess.TimeoutExpired:
        return b""
    finally:
        stop(process)
        if process.stdout is not None:
            process.stdout.close()
    return said if process.returncode == 0 else b""


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a child: SIGTERM, then SIGKILL after `_STOP_SECONDS`. Returns when it has ended."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _become(parent: int, arguments: list[str]) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # the parent ended before the kernel was asked
        raise SystemExit(1)
    os.execvp(arguments[0], arguments)  # noqa: S606 - this process becomes the program


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2:])
