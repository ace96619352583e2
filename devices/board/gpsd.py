"""The time of a GPS receiver, by gpsd's JSON over its socket; docs/protocol.md, "Sources"."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from devices.board.raw_clock import RawClock
from devices.ids import ClockSource
from devices.node.events import TimeTold

_log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
PORT: Final = 2947
WATCH: Final = b'?WATCH={"enable":true,"json":true};\n'
MOST_BYTES: Final = 65_536
"""Of one line; gpsd's own limit is 10,240."""
SILENT_S: Final = 30.0
AGAIN_S: Final = 30.0
FIX: Final = 2
"""`mode` from which a receiver has a position, and so the time."""
READING: Final = timedelta(seconds=1)
"""A fix is told once a second, within the second after its instant."""
USUAL_ERROR_S: Final = 1.0
"""Where the receiver states none."""


@dataclass(frozen=True, slots=True)
class Gpsd:
    """Tells the time each time gpsd reports a fix; reconnects without end."""

    clock: RawClock
    tell: Callable[[TimeTold], None]
    host: str = HOST
    port: int = PORT

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                await self._listen()
            except (OSError, TimeoutError, ValueError) as error:
                _log.info("no time by gpsd: %s", error)
            await asyncio.sleep(AGAIN_S)

    async def _listen(self) -> None:
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(self.host, self.port, limit=MOST_BYTES), SILENT_S
        )
        try:
            writer.write(WATCH)
            while line := await asyncio.wait_for(reader.readline(), SILENT_S):
                if (told := told_by(line, self.clock.now())) is not None:
                    self.tell(told)
        finally:
            writer.close()


def told_by(line: bytes, now: datetime) -> TimeTold | None:
    """Return the time that one line of gpsd tells, read at a raw instant; None for all other lines."""
    try:
        report: Any = json.loads(line)
        if report["class"] != "TPV" or report.get("mode", 0) < FIX:
            return None
        fixed_at = datetime.fromisoformat(report["time"])
        error = timedelta(seconds=float(report.get("ept", USUAL_ERROR_S)))
        if fixed_at.tzinfo is None or error < timedelta():
            return None
        return TimeTold(ClockSource.GPS, fixed_at + READING / 2, error + READING / 2, now)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
