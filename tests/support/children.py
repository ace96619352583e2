"""Child processes of tests: however a test ends, its child has ended before the next one begins."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

ENDING_S = 60.0
"""What a program may take to end when asked to; on a loaded machine it waits for the processor."""


@contextmanager
def child(command, **options) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program during the block, then end it; `options`: of `Popen`."""
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        finally:
            end(process)


def end(process, *, at_once=False) -> None:
    """End a child by SIGTERM, or at once by SIGKILL; one that does not end is killed, and the test fails."""
    (process.kill if at_once else process.terminate)()
    try:
        process.wait(ENDING_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
