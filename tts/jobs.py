"""Jobs of worker processes: speak a phrase, mix, master.

A job contains names and paths, never samples; its result is a file.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from tts.engines import Engine, Interruptible, Sound, make_engine
from tts.errors import EngineFailed, SilentSpeech
from tts.files import LEFTOVER, own_prefix, room_needed, write_whole
from tts.marks import Origin, id3_of
from tts.sections import Piece

if TYPE_CHECKING:  # numpy is loaded in processes that work on sound, not in the station
    import numpy as np
    from numpy.typing import NDArray

Made_co = TypeVar("Made_co", covariant=True)

_SILENCE = 10 ** (-50 / 20)
"""Peak below which nothing was spoken."""
_WORD_SECONDS = 0.05
"""Shortest duration of a syllable; less sound than that means that words are missing."""
TOO_LONG_SECONDS = 2.0
"""Of a silence or a clipped part: twice the longest rest of a script."""
_AGAIN = "Chưa có gì được phát; hãy thử lại hoặc chọn giọng khác."
_LISTEN = "Hãy nghe lại trước khi phát."
_SOUND_MODULES = ("tts.mixing", "tts.shaping", "tts.mastering")
"""What Mix and Master need: 0.4 s of processor to import."""


NUMBERS = 256
"""Numbers of jobs, used again and again: one fits into a byte."""


@dataclass(slots=True)
class Bench:
    """Loaded engines of a worker process, kept between jobs, and whether anybody waits for its job."""

    prepared: Path
    _engines: dict[str, Engine] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _running: int | None = None
    """The number of the job that runs, or ran last."""
    _unwanted: int | None = None
    """That of the job that was given up last; it may begin after that."""

    def engine(self, path: str) -> Engine:
        """The engine at `module:Class`, constructed once."""
        if path not in self._engines:
            self._engines[path] = make_engine(path, self.prepared)
        return self._engines[path]

    @property
    def is_given_up(self) -> bool:
        """Whether nobody waits any more for the job that runs."""
        return self._running is not None and self._running == self._unwanted

    def begin(self, number: int) -> None:
        """Note which job runs from now on."""
        with self._lock:
            self._running = number
            if self._unwanted != number:  # of a job that ended meanwhile: its number comes again
                self._unwanted = None
            self._tell_engines()

    def give_up(self, number: int) -> None:
        """End this job, if it runs or is about to; called by another thread than that of the jobs."""
        with self._lock:
            self._unwanted = number
            self._tell_engines()

    def _tell_engines(self) -> None:
        for engine in tuple(self._engines.values()):
            if isinstance(engine, Interruptible):
                engine.give_up(given_up=self.is_given_up)


class Job(Protocol[Made_co]):
    """A job that can be sent to another process and repeated after a crash."""

    def run(self, bench: Bench) -> Made_co:
        """Do it; raises SpeechError."""


@dataclass(frozen=True, slots=True)
class Warm:
    """Load an engine, and what mixes and masters, in advance: the first phrase does not wait for them."""

    engine: str

    def run(self, bench: Bench) -> None:
        """Raises EngineUnavailable."""
        for module in _SOUND_MODULES:
            import_module(module)
        bench.engine(self.engine).prepare()


@dataclass(frozen=True, slots=True)
class Speak:
    """Say one phrase and keep it at `place`."""

    engine: str
    phrase: str
    voice: str
    rate: float
    place: Path

    def run(self, bench: Bench) -> None:
        """Raises EngineUnavailable, EngineFailed, SilentSpeech or NoSpace."""
        from tts.cache import write_phrase

        spoken = bench.engine(self.engine).speak(self.phrase, self.voice, self.rate)
        sound = _trimmed(spoken)
        if sound.seconds < _WORD_SECONDS * len(re.findall(r"\w+", self.phrase)):
            raise SilentSpeech
        _refuse_faults(sound)
        write_phrase(self.place, sound)


@dataclass(frozen=True, slots=True)
class Mix:
    """Join the pieces into one file of raw 16-bit samples; gives the length of each sound and rest.

    Whole hops long, with its profile beside it: so that it can be joined to others.
    """

    pieces: tuple[Piece, ...]
    place: Path

    def run(self, bench: Bench) -> tuple[int, ...]:  # noqa: ARG002 - every job is given the bench
        """Raises NoSpace; FileNotFoundError when a phrase has left the cache."""
        from tts.codec import SAMPLE_RATE
        from tts.mixing import mix
        from tts.shaping import shaped

        lengths: list[int] = []
        try:
            added = _keep(shaped(mix(self.pieces, self.place.parent, lengths), SAMPLE_RATE), self.place)
        except FileNotFoundError:
            self._drop_damaged()
            raise
        return (*lengths[:-1], lengths[-1] + added)

    def _drop_damaged(self) -> None:
        """Delete every damaged phrase of the section, so that all of them are spoken again at once."""
        from tts.cache import read_phrase

        for piece in self.pieces:
            if isinstance(piece.sound, Path):
                with suppress(FileNotFoundError):
                    read_phrase(piece.sound)


@dataclass(frozen=True, slots=True)
class Shape:
    """Convert an uploaded file to the form of a mix: our sample rate, shaped for a horn."""

    brought: Path
    place: Path
    alert: bool = False

    def run(self, bench: Bench) -> None:  # noqa: ARG002 - every job is given the bench
        """Raises UnknownSoundFormat, UnfitSound or NoSpace; the partly written file is then useless."""
        from tts.brought import evened
        from tts.codec import SAMPLE_RATE
        from tts.mixing import after_alert
        from tts.shaping import shaped

        sound = evened(self.brought, self.place.parent)
        _keep(shaped(after_alert(sound) if self.alert else sound, SAMPLE_RATE), self.place)


@dataclass(frozen=True, slots=True)
class Measured:
    """What the finished MP3 is like when decoded."""

    loudness_lufs: float
    true_peak_dbtp: float
    samples: int
    silent_seconds: float = 0.0
    """Seconds of the longest silence."""
    clipped_seconds: float = 0.0
    """Seconds of the longest clipped part."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an officer should listen to before it is aired (Vietnamese)."""
        found = []
        if self.silent_seconds > TOO_LONG_SECONDS:
            found.append(f"Bản ghi có đoạn im lặng dài {_seconds(self.silent_seconds)} giây. {_LISTEN}")
        if self.clipped_seconds > TOO_LONG_SECONDS:
            found.append(f"Bản ghi có đoạn bị vỡ tiếng dài {_seconds(self.clipped_seconds)} giây. {_LISTEN}")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Master:
    """Bring a mix to its loudness and write it as MP3, marked by whose voice it is.

    Its sections are what Mix or Shape left.
    """

    sections: tuple[Path, ...]
    place: Path
    loudness_lufs: float
    true_peak_dbtp: float
    bitrate_kbps: int
    origin: Origin
    opus_kbps: int = 0
    """Of a second file beside it, in Ogg Opus; 0: none."""

    def run(self, bench: Bench) -> Measured:  # noqa: ARG002 - every job is given the bench
        """Raises NoSpace."""
        import numpy as np

        from tts.codec import encode_opus
        from tts.mastering import ahead, mastered
        from tts.profile import Profile, limited

        whole = np.memmap(self._joined(), "<i2", "r")
        profile = Profile.joined([Profile.load(_profile_of(section)) for section in self.sections])
        made = mastered(
            whole,
            profile,
            loudness_lufs=self.loudness_lufs,
            true_peak_dbtp=self.true_peak_dbtp,
            bitrate_kbps=self.bitrate_kbps,
        )
        write_whole(self.place, id3_of(self.origin) + made.content)
        if self.opus_kbps:
            blocks = ahead(limited(whole, profile, made.gain, made.ceiling))
            opus = encode_opus(blocks, profile.sample_rate, self.opus_kbps, self.origin)
            write_whole(self.place.with_suffix(".opus"), opus)
        return Measured(
            made.level.lufs, made.level.dbtp, made.samples, made.silent_seconds, made.clipped_seconds
        )

    def _joined(self) -> Path:
        """One file of all sections, written anew each time, since a worker may have ended half way."""
        if len(self.sections) == 1:
            return self.sections[0]
        whole = self.place.with_suffix(".raw")
        with room_needed(), whole.open("wb") as out:
            for section in self.sections:
                with section.open("rb") as part:
                    shutil.copyfileobj(part, out)
        return whole


def _keep(blocks: Iterable[NDArray[np.float32]], place: Path) -> int:
    """Write the samples with 16 bits each, filled up with silence to whole hops, and their profile.

    Returns how many samples of silence were added.
    """
    import numpy as np

    from tts.codec import SAMPLE_RATE, as_whole
    from tts.profile import Profile, hop_of

    written = 0
    with room_needed():
        with place.open("wb") as out:
            for block in blocks:
                out.write(as_whole(block).tobytes())
                written += len(block)
            added = -written % hop_of(SAMPLE_RATE)
            out.write(np.zeros(added, "<i2").tobytes())
        Profile.of(np.memmap(place, "<i2", "r"), SAMPLE_RATE).save(_profile_of(place))
    return added


def _profile_of(mixed: Path) -> Path:
    return mixed.with_suffix(".npz")


def _refuse_faults(sound: Sound) -> None:
    """Raise SilentSpeech for a long silence inside the phrase, EngineFailed for sound cut off at the top."""
    from tts.stretches import stretches

    found = stretches([sound.samples], sound.sample_rate)
    if found.silent > TOO_LONG_SECONDS:
        raise SilentSpeech(f"Giọng đọc im lặng {_seconds(found.silent)} giây giữa câu. {_AGAIN}")
    if found.clipped > TOO_LONG_SECONDS:
        raise EngineFailed(f"Giọng đọc bị vỡ tiếng suốt {_seconds(found.clipped)} giây. {_AGAIN}")


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f}".replace(".", ",")


@contextmanager
def scratch(directory: Path) -> Iterator[Path]:
    """A directory for the files of one render, gone afterwards."""
    directory.mkdir(parents=True, exist_ok=True)
    name = {"prefix": own_prefix(), "suffix": LEFTOVER}
    with tempfile.TemporaryDirectory(dir=directory, **name, ignore_cleanup_errors=True) as place:
        yield Path(place)


def _trimmed(sound: Sound) -> Sound:
    """The sound without the silence at both ends; raises SilentSpeech when there is nothing else."""
    import numpy as np

    from tts.stretches import heard_part

    samples: NDArray[np.float32] = np.clip(np.nan_to_num(sound.samples), -1.0, 1.0)
    if not len(samples) or float(np.abs(samples).max()) < _SILENCE:
        raise SilentSpeech
    return Sound(samples[heard_part(samples, sound.sample_rate)], sound.sample_rate)
