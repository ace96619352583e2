"""A worker process: runs one job after the other until its parent closes the connection or ends.

Started by tts.workers as `python -m tts.worker FD DIRECTORY`.
"""

import logging
import os
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tts.errors import EngineFailed, SpeechError
from tts.jobs import Bench, Job

_LOG = logging.getLogger("tts.worker")
_ENDED = 0
_NICE = 5
"""Added to the station's niceness: rendering fills all processors for minutes, and the station and its broker
answer clocks, calls and loudspeakers meanwhile."""


def main(descriptor: int, prepared: Path) -> None:
    """Serve jobs from the connection; each is answered by (made, None) or (None, error)."""
    os.nice(_NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too, which ends us in order
    threading.Thread(target=_end_with_parent, name="lifeline", daemon=True).start()
    bench = Bench(prepared)
    with Connection(descriptor) as line:
        while True:
            try:
                job = line.recv()
            except EOFError:
                return
            line.send(_done(job, bench))


def _end_with_parent() -> None:
    """End at once when the parent has ended, even during a phrase: stdin is closed then."""
    while os.read(0, 1):
        pass
    os._exit(_ENDED)


def _done(job: Job[Any], bench: Bench) -> tuple[Any, SpeechError | FileNotFoundError | None]:
    try:
        return job.run(bench), None
    except (SpeechError, FileNotFoundError) as told:
        return None, told
    except Exception:  # noqa: BLE001 - any exception of an engine fails the render, not the process
        _LOG.exception("%s failed", type(job).__name__)
        return None, EngineFailed()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
