"""The loudspeaker of a board: plays what the brain armed, at its instant, in a thread of its own.

The output is opened some seconds before a start and fed silence: by then it is known how long a sample takes
to the line output, and an amplifier that sleeps is awake. While a recording sounds, single samples are left
out or repeated, so that the sound card's crystal does not drift away from the node's time.
"""

import logging
import math
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Final

from devices.board.decoding import Decoding, Undecodable
from devices.board.raw_clock import RawClock
from devices.board.sound_output import BYTES, OutputGone, OutputSettings, OutputSwallows, SoundOutput
from devices.ids import AiringId, RecordingId
from devices.node.effects import Arm
from devices.node.events import Ended, PlayingBegan, PlayingEnded

_log = logging.getLogger(__name__)

WAKE_S: Final = 3.0
"""How long before a start the output is opened."""
CHUNKS_A_SECOND: Final = 50
LATE_S: Final = 0.020
"""Up to here a late start is caught up sample by sample; beyond it the place is skipped to."""
DEAD_S: Final = 0.003
"""A smaller distance from the asked place is not followed: it is within what is measured."""
FOLLOWED_S: Final = 2.0
"""A larger one is not either: the time became known while it sounds, and the next start will be right."""
SAMPLES_A_CORRECTION: Final = 1000
SMOOTHING: Final = 0.02
"""Weight of one measurement, 50 of which are made a second."""
IDLE_S: Final = 0.5
REOPEN_S: Final = 0.5
"""Pause between attempts to open an output before a start."""

Fact = PlayingBegan | PlayingEnded


@dataclass(slots=True)
class _Armed:
    arm: Arm
    source: Decoding | Undecodable | None = None
    """None while it is being read from the disk."""


@dataclass(slots=True)
class _Sound:
    arm: Arm
    source: Decoding
    first: int
    """The place at which it began."""
    volume: int
    error: float = 0.0
    """Samples by which it is behind the asked place, smoothed."""
    since_correction: int = 0
    is_told: bool = False


@dataclass(slots=True)
class _Pending:
    """What happens at the line output at an instant that is still to come."""

    at: float
    fact: Fact
    sound: _Sound | None = None


@dataclass(slots=True)
class _Stop:
    airing: AiringId


@dataclass(slots=True)
class _Disarm:
    airing: AiringId


@dataclass(slots=True)
class _Ready:
    airing: AiringId
    recording: RecordingId
    source: Decoding | Undecodable


@dataclass(slots=True)
class Player:
    """Plays through a sound output; `report` is called from its thread."""

    settings: OutputSettings
    read: Callable[[RecordingId], bytes]
    clock: RawClock
    report: Callable[[Fact], None]
    shift: timedelta | None = None
    """Station time minus raw clock, as it is now; kept up to date by the owner."""
    beat: float = 0.0
    """When the thread last went round, by the raw clock."""
    _orders: "SimpleQueue[Arm | _Stop | _Disarm | _Ready]" = field(default_factory=SimpleQueue)
    _wake: threading.Event = field(default_factory=threading.Event)
    _armed: dict[AiringId, _Armed] = field(default_factory=dict)
    _pending: list[_Pending] = field(default_factory=list)
    _sound: _Sound | None = None
    _output: SoundOutput | None = None
    _rest_until: float = 0.0
    _is_stopping: bool = False
    _thread: threading.Thread | None = None

    @property
    def is_alive(self) -> bool:
        """Return whether its thread goes on."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread."""
        self.beat = self.clock.seconds()
        self._thread = threading.Thread(target=self._run, name="player", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Be silent and end; what sounded is not reported as ended."""
        self._is_stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(3)

    def arm(self, arm: Arm) -> None:
        """Have an airing begin at its instant; of what sounds already only the volume is applied."""
        self._order(arm)

    def disarm(self, airing: AiringId) -> None:
        """Cancel an armed airing."""
        self._order(_Disarm(airing))

    def silence(self, airing: AiringId) -> None:
        """End it if it sounds."""
        self._order(_Stop(airing))

    def _order(self, order: "Arm | _Stop | _Disarm | _Ready") -> None:
        self._orders.put(order)
        self._wake.set()

    # -- the thread

    def _run(self) -> None:
        while not self._is_stopping:
            self.beat = self.clock.seconds()
            self._obey()
            try:
                self._go_round()
            except OutputGone as error:
                self._break(error)
        if self._output is not None:
            self._output.cut()

    def _obey(self) -> None:
        self._tell()
        with suppress(Empty):
            while True:
                match self._orders.get_nowait():
                    case Arm() as arm:
                        self._take(arm)
                    case _Disarm(airing):
                        self._armed.pop(airing, None)
                        if self._sound is not None and not self._sound.is_told:
                            self._cut(airing)  # it is on its way to the line output
                    case _Stop(airing):
                        self._cut(airing)
                    case _Ready(airing, recording, source):
                        known = self._armed.get(airing)
                        if known is not None and known.arm.recording == recording:  # not of an earlier plan
                            known.source = source

    def _take(self, arm: Arm) -> None:
        if self._sound is not None and self._sound.arm.airing == arm.airing:
            self._sound.volume = arm.volume
            return
        if any(isinstance(one.fact, PlayingEnded) and one.fact.airing == arm.airing for one in self._pending):
            return  # it ends within what the output holds
        known = self._armed.get(arm.airing)
        if known is not None and known.arm.recording == arm.recording:
            known.arm = arm
            return
        self._armed[arm.airing] = _Armed(arm)
        reading = (arm.airing, arm.recording)
        threading.Thread(target=self._prepare, args=reading, name="reading", daemon=True).start()

    def _prepare(self, airing: AiringId, recording: RecordingId) -> None:
        """Read and open a recording beside the player: it may take as long as the disk is slow."""
        source: Decoding | Undecodable
        try:
            source = Decoding(self.read(recording))
        except Exception as error:  # noqa: BLE001 - whatever it is, this recording cannot sound
            _log.exception("recording %s cannot be played", recording)
            source = Undecodable(str(error))
        self._order(_Ready(airing, recording, source))

    def _go_round(self) -> None:
        now, due = self.clock.seconds(), self._due()
        begins_at = self._begins_at(due) if due is not None else None
        if (
            due is not None
            and begins_at is not None
            and begins_at <= now
            and isinstance(due.source, Undecodable)
        ):
            self._fail(due, now)
            return
        opens_at = None if begins_at is None else max(begins_at - WAKE_S, self._rest_until)
        if self._output is not None and (self._sound or self._pending or (opens_at and opens_at <= now)):
            self._play(self._output, due)
        elif self._output is not None:
            self._close()
        elif (
            due is not None and isinstance(due.source, Decoding) and opens_at is not None and opens_at <= now
        ):
            self._output = SoundOutput(self.settings, due.source.rate, self.clock.seconds)
            self._output.open()
        else:
            self._wake.wait(IDLE_S if opens_at is None else min(IDLE_S, max(0.01, opens_at - now)))
            self._wake.clear()

    def _due(self) -> _Armed | None:
        return min(self._armed.values(), key=lambda one: one.arm.begin_at, default=None)

    def _begins_at(self, armed: _Armed) -> float:
        return self.clock.seconds_at(armed.arm.begin_at)

    def _play(self, output: SoundOutput, due: _Armed | None) -> None:
        """Write the next chunk: of the sound, or silence; and begin what is due."""
        chunk, at = output.rate // CHUNKS_A_SECOND, output.leaves_at()
        if at is None:
            output.write(bytes(chunk * BYTES))
            return
        if due is not None and isinstance(due.source, Decoding):
            missing = round((self._begins_at(due) - at) * output.rate)
            if missing <= chunk:
                self._write(output, at, max(0, missing))
                self._begin(output, due, due.source, at + max(0, missing) / output.rate)
                return
        self._write(output, at, chunk)

    def _write(self, output: SoundOutput, at: float, count: int) -> None:
        sound = self._sound
        if sound is None:
            output.write(bytes(count * BYTES))
            return
        samples = sound.source.read(count, sound.volume, self._correction(sound, at, count))
        output.write(samples)
        if len(samples) < count * BYTES:
            self._end(at + len(samples) / BYTES / output.rate, Ended.RAN_OUT, sound.source.place)

    def _correction(self, sound: _Sound, at: float, count: int) -> int:
        """Return 1 to leave a sample out, -1 to repeat one, to follow the node's time."""
        sound.since_correction = min(sound.since_correction + count, 2 * SAMPLES_A_CORRECTION)
        if self.shift is None or count < 2:  # noqa: PLR2004 - there is no sample between the first and the last
            return 0
        rate, arm = sound.source.rate, sound.arm
        planned = self.clock.seconds_at(arm.planned_at - self.shift)
        error = (at - planned) * rate + arm.offset_ms * rate / 1000 - sound.source.place
        if abs(error) > FOLLOWED_S * rate:
            return 0
        sound.error += SMOOTHING * (error - sound.error)
        if abs(sound.error) < DEAD_S * rate or sound.since_correction < SAMPLES_A_CORRECTION:
            return 0
        sound.since_correction -= SAMPLES_A_CORRECTION
        follow = 1 if sound.error > 0 else -1
        sound.error -= follow
        return follow

    def _begin(self, output: SoundOutput, due: _Armed, source: Decoding, at: float) -> None:
        if self._sound is not None:
            self._end(at, Ended.STOPPED, self._sound.source.place)
        if source.rate != output.rate:
            self._close()  # it is opened again at the other rate, and joined in at its place
            return
        late, place = at - self._begins_at(due), due.arm.offset_ms * source.rate // 1000
        source.seek(place + (round(late * source.rate) if late > LATE_S else 0))
        arm = due.arm
        del self._armed[arm.airing]
        self._sound = _Sound(arm, source, source.place, arm.volume)
        offset_ms = source.place * 1000 // source.rate
        fact = PlayingBegan(arm.airing, self.clock.at(at), offset_ms, arm.volume)
        self._pending.append(_Pending(at, fact, self._sound))

    def _end(self, at: float, why: Ended, place: float) -> None:
        """Note that the sound ends at an instant, after it came to a place."""
        sound, self._sound = self._sound, None
        assert sound is not None
        rate = sound.source.rate
        left_ms = max(0, sound.arm.duration_ms - sound.first * 1000 // rate)
        heard_ms = left_ms if why is Ended.RAN_OUT else int(max(0, place - sound.first) * 1000 / rate)
        fact = PlayingEnded(sound.arm.airing, self.clock.at(at), min(heard_ms, left_ms), why)
        self._pending.append(_Pending(at, fact))

    def _tell(self) -> None:
        """Report what has happened at the line output by now."""
        now = self.clock.seconds()
        while self._pending and self._pending[0].at <= now:
            told = self._pending.pop(0)
            if told.sound is not None:
                told.sound.is_told = True
            self.report(told.fact)

    def _cut(self, airing: AiringId) -> None:
        sound, output = self._sound, self._output
        if sound is None or output is None or sound.arm.airing != airing:
            return  # it has ended, or ends within what the output holds
        leaves_at = output.leaves_at()
        output.cut()
        self._output = None
        held = self.settings.buffer_s if leaves_at is None else leaves_at - self.clock.seconds()
        self._give_up(Ended.STOPPED, held)

    def _give_up(self, why: Ended, held: float) -> None:
        """End what sounds now; what was still on its way to the line output was not heard."""
        now = self.clock.seconds()
        self._tell()
        ends = [one for one in self._pending if isinstance(one.fact, PlayingEnded)]
        self._pending = [replace(one, at=now) for one in ends]
        if (sound := self._sound) is not None and self._begins_at(
            again := _Armed(sound.arm, sound.source)
        ) > now:
            self._sound = None  # its first samples were on their way
            if why is Ended.BROKE:
                self._armed[sound.arm.airing] = again
        elif sound is not None:
            self._end(now, why, sound.source.place - held * sound.source.rate)
            if not sound.is_told and why is Ended.STOPPED:
                self._pending.pop()  # it never began
        self._tell()

    def _break(self, reason: OutputGone) -> None:
        """The output is gone: say so of what sounds, or of what should begin now."""
        _log.error("the sound output is gone: %s", reason)
        if self._output is not None:
            self._output.cut()
            self._output = None
        now, due = self.clock.seconds(), self._due()
        self._rest_until = now + REOPEN_S
        if self._sound is None and due is not None and self._begins_at(due) <= now:
            self._fail(due, now)
        self._give_up(Ended.BROKE, math.inf if isinstance(reason, OutputSwallows) else self.settings.buffer_s)

    def _fail(self, due: _Armed, now: float) -> None:
        del self._armed[due.arm.airing]
        self.report(PlayingEnded(due.arm.airing, self.clock.at(now), 0, Ended.BROKE))

    def _close(self) -> None:
        output, self._output = self._output, None
        if output is not None:
            output.close()
