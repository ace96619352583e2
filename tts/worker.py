"""A worker process: runs one job after the other until its parent closes the connection or ends.

Started by tts.workers as `python -m tts.worker FD DIRECTORY`.
"""

import logging
import os
import signal
import sys
import threading
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tts.errors import EngineFailed, NotAwaited, SpeechError
from tts.jobs import NUMBERS, Bench, Job

_LOG = logging.getLogger("tts.worker")
_ENDED = 0


def main(descriptor: int, prepared: Path) -> None:
    """Serve jobs from the connection; each is answered by (made, None) or (None, error)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too, which ends us in order
    bench = Bench(prepared)
    threading.Thread(target=_obey_parent, args=(bench,), name="lifeline", daemon=True).start()
    with Connection(descriptor) as line:
        for number in count(1):
            try:
                job = line.recv()
            except EOFError:
                return
            bench.begin(number % NUMBERS)
            line.send(_done(job, bench))


def _obey_parent(bench: Bench) -> None:
    """Give up the jobs whose numbers come by stdin, a byte each; end at once when it is closed.

    It is closed when the parent has ended, even during a phrase.
    """
    while told := os.read(0, 1):
        bench.give_up(told[0])
    os._exit(_ENDED)


def _done(job: Job[Any], bench: Bench) -> tuple[Any, SpeechError | FileNotFoundError | None]:
    try:
        return job.run(bench), None
    except Exception as failed:  # noqa: BLE001 - any exception of an engine fails the render, not the process
        if bench.is_given_up:
            return None, NotAwaited()
        if isinstance(failed, (SpeechError, FileNotFoundError)):
            return None, failed
        _LOG.exception("%s failed", type(job).__name__)
        return None, EngineFailed()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
