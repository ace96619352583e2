"""Log files of limited size; see docs/storage.md (`loa.log`)."""

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

LARGEST = 10_000_000
"""Bytes of a log file: some weeks of a province at INFO."""
OLDER_KEPT = 5
"""Older files that are kept; `loa.log.1` is the newest of them."""


class _JsonLine(logging.Formatter):
    """A record as one JSON object: what a collector would else have to take apart."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["fault"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def log_to(path: Path, level: str, *, is_json: bool = False) -> None:
    """Send the log of this process to a file that is rotated when it reaches its size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        path, maxBytes=LARGEST, backupCount=OLDER_KEPT, encoding="utf-8", delay=True
    )
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    handler.setFormatter(_JsonLine() if is_json else plain)
    logging.basicConfig(handlers=[handler], level=level, force=True)


def make_room(path: Path) -> None:
    """Rename a child program's log when it is large; an older renamed one is replaced."""
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_name(f"{path.name}.1"))
