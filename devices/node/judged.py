"""What decides whether an airing is approved and called: results are remembered by it."""

from datetime import datetime

from devices.ids import Grade
from devices.messages import Kept, PlannedAiring

Judged = tuple[str, str, bool, datetime | None, Grade | None, datetime | None, str | None] | PlannedAiring
"""Key of a result: approval, recording, whether a test, when it was witnessed; of an airing also its grade,
start and source; an emergency is its own: its call states more of it."""
MOST_JUDGED = 1024
"""Results stored: enough for two full plans; above it all are deleted."""


def judged(airing: PlannedAiring | Kept) -> Judged:
    """Return what a result is remembered by."""
    of = airing.approval, airing.recording, airing.test, airing.witnessed_at
    if isinstance(airing, PlannedAiring):
        if airing.grade is Grade.EMERGENCY:
            return airing
        return *of, airing.grade, airing.starts_at, airing.source
    return *of, None, None, None
