"""Log files that cannot fill a disk; see docs/operator.md (`loa.log`)."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

LARGEST = 10_000_000
"""Bytes of a log file: some weeks of a province at INFO."""
OLDER_KEPT = 5
"""Files of that size before the present one: `loa.log.1` is the youngest."""


def log_to(path: Path, level: str) -> None:
    """Send the log of this process to a file, which is changed for a new one when it is large."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        path, maxBytes=LARGEST, backupCount=OLDER_KEPT, encoding="utf-8", delay=True
    )
    logging.basicConfig(
        handlers=[handler], level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )


def make_room(path: Path) -> None:
    """Put a child program's log aside when it is large, in place of the one before."""
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_name(f"{path.name}.1"))
