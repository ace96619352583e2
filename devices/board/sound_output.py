"""A board's sound output: a program that plays its standard input, as `aplay` of alsa-utils does.

A program of its own because a driver that hangs, or a device that is pulled out, then ends no more than that
program; killing it silences the device within milliseconds.
"""

import array
import fcntl
import logging
import os
import subprocess
import sys
import termios
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)

BYTES: Final = 2
"""A sample: 16 bits, one channel."""
PERIOD_S: Final = 0.010
BUFFER_S: Final = 0.300
"""What the sound card's driver buffers: as long may this process be held up. An alarm called now begins so
much later."""
AHEAD_S: Final = 0.100
"""What waits in the pipe before the program."""
PAUSE_S: Final = 0.004
MEASUREMENTS: Final = 64
"""Looks of the last quarter of a second. The program takes a period at once: the earliest of them counts."""
LEAST_MEASURED_S: Final = 0.050
STALLED_S: Final = 1.5
"""A program that takes no sample for so long is stuck: a running one takes some each 10 ms."""
STARTING_S: Final = 5.0
"""Until it takes the first: it opens the device, on a slow board."""
MOST_SWALLOWED_S, FASTEST = 10.0, 0.002
"""A program that takes so much before it runs, or runs ahead of the clock by a crystal's error and a second,
plays nothing: with ALSA's device `null`, for example."""
CUT_WAIT_S: Final = 1.0
_SUBSTREAMS: Final = "card*/pcm*p/sub*"


class OutputGone(Exception):  # noqa: N818 - named by what is the case
    """The program ended or takes no more samples: no device, or it was pulled out."""


class OutputSwallows(OutputGone):
    """It takes samples faster than they can sound: whatever it took, nobody heard anything."""


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """Which program plays, and what it holds back."""

    command: Callable[[int, float], list[str]]
    """The command line for a sample rate and the seconds to buffer."""
    buffer_s: float = BUFFER_S
    extra_s: float = 0.0
    """What is held back behind the driver (HDMI, a network amplifier), seconds, as somebody measured it."""
    proc: Path = Path("/proc/asound")


def aplay(device: str) -> Callable[[int, float], list[str]]:
    """Return the command line of `aplay` (Debian's alsa-utils) for an ALSA device."""
    form = ["-t", "raw", "-f", "S16_LE", "-c", "1", f"--period-time={round(PERIOD_S * 1e6)}"]

    def command(rate: int, buffer_s: float) -> list[str]:
        return ["aplay", "-q", "-D", device, *form, "-r", str(rate), f"--buffer-time={round(buffer_s * 1e6)}"]

    return command


def wav_folder(folder: Path, ppm: float = 0.0) -> Callable[[int, float], list[str]]:
    """Return the command line of the sound card that is a file: wav_card.py."""
    program = [sys.executable, str(Path(__file__).with_name("wav_card.py")), str(folder), f"--ppm={ppm}"]
    return lambda rate, buffer_s: [*program, str(rate), f"--buffer-ms={round(buffer_s * 1e3)}"]


class SoundOutput:
    """One run of the program, at one sample rate. For one thread."""

    def __init__(self, settings: OutputSettings, rate: int, now: Callable[[], float]) -> None:
        """`now`: the raw clock, seconds."""
        self.rate = rate
        self._now = now
        self._settings = settings
        self._program: subprocess.Popen[bytes] | None = None
        self._written = 0
        self._buffered: float | None = None
        """Seconds that the driver holds; None until it runs."""
        self._measured_from = 0.0
        self._first_began = 0.0
        self._began: deque[float] = deque(maxlen=MEASUREMENTS)
        """When the program would have taken its first sample at the present pace, as seen at each look."""

    def open(self) -> None:
        """Start the program; OutputGone if there is none."""
        try:
            self._program = subprocess.Popen(  # noqa: S603 - the command of the settings
                self._settings.command(self.rate, self._settings.buffer_s),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
            )
        except OSError as error:
            raise OutputGone(str(error)) from error
        os.set_blocking(self._pipe, False)

    def leaves_at(self) -> float | None:
        """Return when the sample that is written next leaves the line output; None: not known yet."""
        waiting = self._waiting()
        if (
            self._buffered is None
            and waiting
            and self._written - waiting >= self._settings.buffer_s * self.rate
        ):
            self._buffered = _driver_delay(self._settings.proc, self._pid) or self._settings.buffer_s
            self._measured_from = self._now() + LEAST_MEASURED_S
            self._first_began = self._now() - (self._written - waiting) / self.rate
            _log.info("the sound output holds back %.0f ms", self._buffered * 1000)
        self._check_pace()
        if self._buffered is None or self._now() < self._measured_from:
            return None
        # what the program has just taken waits until the driver has room for a period
        held = self._buffered + PERIOD_S + self._settings.extra_s
        return min(self._began) + self._written / self.rate + held

    def _check_pace(self) -> None:
        if self._buffered is None:
            is_swallowing = self._written / self.rate > MOST_SWALLOWED_S + self._settings.buffer_s
        else:
            gained = self._first_began - min(self._began, default=self._first_began)
            is_swallowing = gained > 1 + FASTEST * (self._now() - self._measured_from)
        if is_swallowing:
            raise OutputSwallows("it takes samples faster than they can sound")

    def write(self, samples: bytes) -> None:
        """Write once little enough waits; OutputGone when nothing is taken any more."""
        since, last = time.monotonic(), self._waiting()
        while (waiting := self._waiting()) > AHEAD_S * self.rate:
            if waiting < last:
                since, last = time.monotonic(), waiting
            self._check(is_stuck=time.monotonic() - since > (STALLED_S if self._buffered else STARTING_S))
            time.sleep(PAUSE_S)
        self._check(is_stuck=False)
        try:
            taken = os.write(self._pipe, samples)
        except OSError as error:
            raise OutputGone(str(error)) from error
        self._written += taken // BYTES

    def close(self) -> None:
        """Let the program play what it has, and end."""
        program, self._program = self._program, None
        if program is None or program.stdin is None:
            return
        program.stdin.close()
        try:
            program.wait(self._settings.buffer_s + AHEAD_S + CUT_WAIT_S)
        except subprocess.TimeoutExpired:
            _end(program)

    def cut(self) -> None:
        """Be silent at once."""
        program, self._program = self._program, None
        if program is not None:
            _end(program)

    def _check(self, *, is_stuck: bool) -> None:
        assert self._program is not None
        if is_stuck or self._program.poll() is not None:
            raise OutputGone("it takes no samples" if is_stuck else f"it ended: {self._program.returncode}")

    def _waiting(self) -> int:
        """Return how many samples wait in the pipe."""
        found = array.array("i", [0])
        try:
            fcntl.ioctl(self._pipe, termios.FIONREAD, found)
        except OSError as error:
            raise OutputGone(str(error)) from error
        waiting = found[0] // BYTES
        if self._buffered is not None:
            self._began.append(self._now() - (self._written - waiting) / self.rate)
        return waiting

    @property
    def _pipe(self) -> int:
        assert self._program is not None, "open() comes first"
        assert self._program.stdin is not None
        return self._program.stdin.fileno()

    @property
    def _pid(self) -> int:
        assert self._program is not None, "open() comes first"
        return self._program.pid


def _end(program: subprocess.Popen[bytes]) -> None:
    program.kill()
    with suppress(subprocess.TimeoutExpired):
        program.wait(CUT_WAIT_S)
    if program.stdin is not None:
        with suppress(OSError):
            program.stdin.close()


def _driver_delay(proc: Path, pid: int) -> float | None:
    """Return what the driver of the device that a process plays on holds back, seconds."""
    for substream in proc.glob(_SUBSTREAMS):
        try:
            status, rate = (
                dict(
                    line.split(":", 1)
                    for line in (substream / name).read_text("ascii").splitlines()
                    if ":" in line
                )
                for name in ("status", "hw_params")
            )
            fields = {key.strip(): value.split() for key, value in status.items()}
            if fields["owner_pid"] == [str(pid)]:
                return int(fields["delay"][0]) / int(rate["rate"].split()[0])
        except (OSError, ValueError, KeyError, IndexError, ZeroDivisionError):
            continue
    return None
