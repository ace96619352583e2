"""A sound card that is a WAV file: `python -m devices.board.wav_card FOLDER RATE`, instead of `aplay`.

For tests and benches. It takes samples from its standard input as a sound card does: one period at a time,
into a buffer that starts when it is full, at the pace of its own crystal. What has left the buffer stands in
the file, silence where the buffer was empty, so that the n-th sample left at the instant of the first + n
/ rate; beside the file stands when that was. A program that is killed has written what sounded until then.
"""

import argparse
import json
import os
import struct
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

BYTES = 2
"""A sample of 16 bits, one channel."""
READINGS = 5
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


class WavCard:
    """The card's buffer and its file."""

    def __init__(self, folder: Path, rate: int, buffer_ms: int, period_ms: int, ppm: float) -> None:
        self._folder = folder
        self._rate = rate
        self._pace = rate * (1 + ppm / 1e6)
        self._buffer = rate * buffer_ms // 1000
        self.period = rate * period_ms // 1000
        self._queue = bytearray()
        self._file = -1
        self._left = 0
        self._origin = 0.0
        self._is_running = False

    def write(self, samples: bytes) -> None:
        """Take a period; wait until the buffer has room for it."""
        while self._is_running and len(self._queue) + len(samples) > self._buffer * BYTES:
            missing = (len(self._queue) + len(samples)) // BYTES - self._buffer
            time.sleep(max(0.0005, self._at(self._left + missing) - time.monotonic()))
            self._pass_on()
        self._pass_on()
        self._queue += samples
        if not self._is_running and len(self._queue) >= self._buffer * BYTES:
            self._run()

    def drain(self) -> None:
        """Play what is left."""
        if not self._is_running and self._queue:
            self._run()
        while self._queue:
            time.sleep(max(0.0005, self._at(self._left + len(self._queue) // BYTES) - time.monotonic()))
            self._pass_on()

    def _at(self, frame: int) -> float:
        return self._origin + frame / self._pace

    def _run(self) -> None:
        """Start, at first or after the buffer ran empty."""
        self._is_running = True
        if self._file < 0:
            self._open()
            return
        silent = round((time.monotonic() - self._origin) * self._pace) - self._left
        self._append(bytes(BYTES * max(0, silent)))

    def _open(self) -> None:
        self._origin, began = now_by_both()
        name = self._folder / began.strftime("%Y%m%dT%H%M%S.%fZ")
        self._file = os.open(name.with_name(name.name + ".wav"), os.O_RDWR | os.O_CREAT, 0o644)
        told = {"began_at": began.isoformat(), "rate": self._rate}
        name.with_name(name.name + ".json").write_text(json.dumps(told) + "\n", encoding="utf-8")
        self._append(b"")

    def _pass_on(self) -> None:
        """Move to the file what has left by now."""
        if not self._is_running:
            return
        due = int((time.monotonic() - self._origin) * self._pace) - self._left
        leaving = bytes(self._queue[: due * BYTES])
        del self._queue[: due * BYTES]
        self._append(leaving)
        self._is_running = bool(self._queue) or due * BYTES <= len(leaving)

    def _append(self, samples: bytes) -> None:
        at = _HEADER.size + self._left * BYTES
        os.pwrite(self._file, samples, at)
        self._left += len(samples) // BYTES
        size = self._left * BYTES
        head = (
            b"RIFF",
            36 + size,
            b"WAVE",
            b"fmt ",
            16,
            1,
            1,
            self._rate,
            self._rate * BYTES,
            BYTES,
            16,
            b"data",
        )
        os.pwrite(self._file, _HEADER.pack(*head, size), 0)


def now_by_both(steady: Callable[[], float] = time.monotonic) -> tuple[float, datetime]:
    """Return one instant by a steady clock and by the system's: the quickest of some readings.

    On a busy machine others may run for milliseconds between two readings.
    """
    found = []
    for _ in range(READINGS):
        before, wall, after = steady(), datetime.now(UTC), steady()
        found.append((after - before, (before + after) / 2, wall))
    _, at, wall = min(found)
    return at, wall


def main() -> int:
    """Play standard input to its end."""
    parser = argparse.ArgumentParser(prog="python -m devices.board.wav_card", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("rate", type=int)
    parser.add_argument("--buffer-ms", type=int, default=300)
    parser.add_argument("--period-ms", type=int, default=10)
    parser.add_argument("--ppm", type=float, default=0.0, help="how much too fast its crystal is")
    told = parser.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    card = WavCard(told.folder, told.rate, told.buffer_ms, told.period_ms, told.ppm)
    while samples := _read(card.period * BYTES):
        card.write(samples)
    card.drain()
    return 0


def _read(size: int) -> bytes:
    """Read so many bytes, as `aplay` does: no more than one period; fewer at the end."""
    got = b""
    while len(got) < size and (more := os.read(0, size - len(got))):
        got += more
    return got[: len(got) // BYTES * BYTES]


if __name__ == "__main__":
    sys.exit(main())
