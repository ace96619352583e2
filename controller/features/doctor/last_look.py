"""When `loa doctor` last looked, and how much it found, as the home folder has it."""

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from controller.host.home_folder import read_note, write_private

_LAST = "last-doctor.json"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DoctorLook:
    """When the whole database was looked through, and how many states in it must not exist."""

    at: datetime
    findings: int


def last_look(home: Path) -> DoctorLook | None:
    """Return the last look that was noted in the home folder, or None."""

    def of(told: Any) -> DoctorLook:
        return DoctorLook(datetime.fromisoformat(told["at"]), int(told["findings"]))

    return read_note(home / _LAST, of)


def note_look(home: Path, look: DoctorLook) -> None:
    """Note a look; what was found is said all the same where that cannot be written."""
    try:
        write_private(home / _LAST, json.dumps({"at": look.at.isoformat(), "findings": look.findings}))
    except OSError as error:
        _LOG.warning("the doctor's look cannot be noted in %s: %s", home, error)
