"""Takes one sentence through everything that a bulletin goes through, and has it judged."""

from __future__ import annotations

import os
import re
import resource
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.support.recogniser import heard
from tests.support.silences import long_rests
from tts.cache import read_phrase
from tts.codec import BITRATE_KBPS, decode_mp3
from tts.engines import BUILT_IN
from tts.horn import through_horn
from tts.jobs import Bench, Master, Mix, Speak, scratch
from tts.marks import Origin
from tts.orders import RenderOrder
from tts.sections import Piece

_REST_MS = 300
_MARK = re.compile(r"[,;:.!?]\s")
_LONG = "đề nghị bà con nhân dân trong thôn chấp hành nghiêm các quy định, " * 8
"""About a hundred syllables: more than the phrasing hands to a voice."""
_SHORT = "Xin chào bà con."


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whom to judge: an engine's name and a voice of it."""

    engine: str
    voice: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said, what the recogniser understood of the recording and through the horn, and the cost."""

    kind: str
    said: str
    clean: str
    horn: str
    rests: int | None
    """Rests of a fifth of a second and more within the sentence; None where it has a comma."""
    speech_seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Appetite:
    """What a worker process needs for a voice, once it is warm."""

    first_sound_seconds: float
    peak_megabytes: float


def recorded(bench: Bench, place: Path, speaker: Speaker, sentence: str) -> tuple[NDArray[np.float32], int]:
    """The sentence as its finished recording sounds: spoken, mixed, mastered, encoded, decoded."""
    _spoken(bench, place, speaker, sentence)
    return _finished(bench, place, sentence)


def _spoken(bench: Bench, place: Path, speaker: Speaker, sentence: str) -> float:
    """Speak into the place; return the processor seconds of it."""
    before = _cpu()
    Speak(BUILT_IN[speaker.engine], sentence, speaker.voice, 1.0, place / "phrase.flac").run(bench)
    return _cpu() - before


def _finished(bench: Bench, place: Path, sentence: str) -> tuple[NDArray[np.float32], int]:
    phrase, mixed, finished = place / "phrase.flac", place / "mix.raw", place / "recording.mp3"
    Mix((Piece(phrase, _REST_MS),), mixed).run(bench)
    order = RenderOrder("", sentence)
    Master((mixed,), finished, order.loudness_lufs, order.true_peak_dbtp, BITRATE_KBPS, Origin.MACHINE).run(
        bench
    )
    return decode_mp3(finished.read_bytes())


_BENCHES: dict[Path, Bench] = {}
"""One for each process: a voice is loaded once."""


def judged(prepared: Path, speaker: Speaker, kind: str, sentence: str) -> Verdict:
    """The sentence's verdict; the processor time is that of the voice alone."""
    bench = _BENCHES.setdefault(prepared, Bench(prepared))
    bench.engine(BUILT_IN[speaker.engine]).prepare()
    with scratch(prepared / "listening") as place:
        spent = _spoken(bench, place, speaker, sentence)
        phrase = read_phrase(place / "phrase.flac")
        samples, rate = _finished(bench, place, sentence)
    return Verdict(
        kind,
        sentence,
        heard(samples, rate),
        heard(through_horn(samples, rate), rate),
        None if _MARK.search(sentence) else len(long_rests(phrase.samples, phrase.sample_rate)),
        phrase.seconds,
        spent,
    )


def appetite(prepared: Path, speaker: Speaker) -> Appetite:
    """Measured in a process of its own that does nothing else; a first phrase warms it."""
    engine = Bench(prepared).engine(BUILT_IN[speaker.engine])
    engine.speak("Mời.", speaker.voice, 1.0)
    began = time.perf_counter()
    engine.speak(_SHORT, speaker.voice, 1.0)
    first = time.perf_counter() - began
    engine.speak(_LONG, speaker.voice, 1.0)
    return Appetite(first, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _cpu() -> float:
    """Processor time of this process and of the programs that it called."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
