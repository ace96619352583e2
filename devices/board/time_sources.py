"""What a board knows of the time beside the station: NTP and its RTC; docs/protocol.md, "Sources"."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from devices.board.raw_clock import RawClock
from devices.ids import ClockSource
from devices.kernel_clock import KernelClock, kernel_clock
from devices.node.events import TimeTold

TIMESYNCD: Final = Path("/run/systemd/timesync/synchronized")
"""There once systemd-timesyncd has set the clock."""
TIMESYNCD_MOST: Final = timedelta(seconds=5)
"""It keeps its root distance to itself, but takes no server whose is larger (`RootDistanceMaxSec`)."""
USUAL_PPM: Final = 50.0
RTC: Final = Path("/sys/class/rtc/rtc0/since_epoch")
HALF_SECOND: Final = timedelta(seconds=0.5)
"""An RTC is read in whole seconds."""
NOTED_WITHIN: Final = timedelta(seconds=1)
"""The time is noted beside the RTC's only when it is known at least so well."""
NOTED_EVERY: Final = timedelta(minutes=10)
RTC_DOCUMENT: Final = "board/rtc"


@dataclass(frozen=True, slots=True)
class NtpClock:
    """The system's clock, where an NTP program disciplines it.

    chrony and ntpd tell the kernel their root distance; systemd-timesyncd does not, so its limit counts.
    """

    clock: RawClock
    kernel: Callable[[], KernelClock] = kernel_clock
    timesyncd: Path = TIMESYNCD

    def told(self) -> TimeTold | None:
        """Return the time now, or None where nothing disciplines the clock."""
        known = self.kernel()
        if not known.is_synchronised:
            return None
        before, utc, after = self.clock.now(), datetime.now(UTC), self.clock.now()
        error = known.most_error + (after - before)
        if self.timesyncd.exists():
            error += TIMESYNCD_MOST
        return TimeTold(ClockSource.NTP, utc, error, before)


@dataclass(slots=True)
class Rtc:
    """The board's battery-backed clock, set by any program.

    While the time is known, it is noted beside what the RTC shows; after a boot the RTC tells how long it was
    off. Nothing is written to the RTC, so no right is needed for it. One that lost its battery shows an
    earlier time than was noted, and counts for nothing.
    """

    clock: RawClock
    shown: Path = RTC
    ppm: float = USUAL_PPM
    """Most by which its crystal is wrong: 50 of a plain one, 3.5 of a DS3231."""
    _noted: tuple[int, datetime] | None = None

    def told(self, document: bytes | None) -> TimeTold | None:
        """Return the time at boot, by what was noted before; None where that is not known."""
        now, shows = self.clock.now(), self._shows()
        try:
            noted = json.loads(document or b"")
            before, error = int(noted["shows"]), timedelta(seconds=float(noted["error_s"]))
            utc = datetime.fromisoformat(noted["utc"])
        except (ValueError, KeyError, TypeError):
            return None
        if shows is None or shows < before:
            return None
        off = timedelta(seconds=shows - before)
        error += 2 * HALF_SECOND + off * (self.ppm / 1e6)
        return TimeTold(ClockSource.RTC, utc + off, error, now)

    def note(self, utc: datetime, error: timedelta) -> bytes | None:
        """Return a document to save: what the RTC shows now; None: not due, no RTC, or the time too vague."""
        shows = self._shows() if error <= NOTED_WITHIN else None
        if shows is None:
            return None
        if self._noted is not None:
            before, at = self._noted
            was_set = abs(utc - at - timedelta(seconds=shows - before)) > 2 * HALF_SECOND + NOTED_WITHIN
            if not was_set and utc < at + NOTED_EVERY:
                return None
        self._noted = (shows, utc)
        noted = {"shows": shows, "utc": utc.isoformat(), "error_s": error.total_seconds()}
        return json.dumps(noted).encode()

    def _shows(self) -> int | None:
        try:
            return int(self.shown.read_text("ascii"))
        except (OSError, ValueError):
            return None
