"""The child process in which the page has a backup made; the station's settings come by standard input."""

import json
import os
import signal
import sys

from controller.errors import LoaError
from controller.features.backups.runs import run_in_child
from controller.settings import Settings

_NICE = 10
"""Whoever listens to a loudspeaker comes before a backup."""


def main() -> int:
    """Make the backup; how it ended is noted in the home folder."""
    os.nice(_NICE)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that pg_dump and what is half written end, too
    try:
        run_in_child(Settings(**json.load(sys.stdin)))
    except LoaError:
        return 1
    return 0


sys.exit(main())
