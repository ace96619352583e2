"""When a backup was last brought back to try it, as the home folder has it; needs nothing that restores."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from controller.host.home_folder import read_note

LAST = "last-rehearsal.json"
FAILED = "failed-rehearsal.json"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """When a backup was last brought back to try it, and of when that backup is."""

    at: datetime
    made_at: datetime
    file: str


def last_rehearsal(home: Path) -> Rehearsal | None:
    """Return the last rehearsal that was noted in the home folder, or None."""

    def of(told: Any) -> Rehearsal:
        at, made_at = (datetime.fromisoformat(told[name]) for name in ("at", "made_at"))
        return Rehearsal(at, made_at, str(told["file"]))

    return read_note(home / LAST, of)


@dataclass(frozen=True, slots=True)
class FailedRehearsal:
    """When a backup could last not be brought back, and why; a rehearsal that succeeds takes it away."""

    at: datetime
    file: str
    fault: str


def failed_rehearsal(home: Path) -> FailedRehearsal | None:
    """Return the rehearsal that failed and was followed by none that succeeded, or None."""

    def of(told: Any) -> FailedRehearsal:
        return FailedRehearsal(datetime.fromisoformat(told["at"]), str(told["file"]), str(told["fault"]))

    return read_note(home / FAILED, of)
