"""A voice for tests: each word is a short tone whose pitch depends on the word; quick and always the same."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from pathlib import Path

import numpy as np

from tts.engines import Sound, Voice
from tts.errors import EngineFailed, EngineUnavailable

SAMPLE_RATE = 24_000
WORD_SECONDS = 0.25


class ToneEngine:
    """Says every word as a tone of a quarter of a second at rate 1."""

    name = "tone"
    version = "1"
    voices = (Voice("low", "Giọng trầm"), Voice("high", "Giọng cao"))

    def __init__(self, prepared: Path) -> None:
        self._prepared = prepared

    def prepare(self) -> None:
        """Nothing is needed."""

    def speak(self, phrase: str, voice: str, rate: float) -> Sound:
        words = phrase.split()
        if not words:
            raise EngineFailed
        octave = 1 if voice == "low" else 2
        when = np.arange(round(WORD_SECONDS / rate * SAMPLE_RATE)) / SAMPLE_RATE
        shape = np.minimum(1.0, np.minimum(when, when[::-1]) / 0.01)
        tones = [0.4 * shape * np.sin(2 * np.pi * octave * _hertz(word) * when) for word in words]
        return Sound(np.concatenate(tones).astype(np.float32), SAMPLE_RATE)


class SilentEngine(ToneEngine):
    """Gives back silence of the right length."""

    name = "silent"

    def speak(self, phrase: str, voice: str, rate: float) -> Sound:
        spoken = super().speak(phrase, voice, rate)
        return Sound(np.zeros_like(spoken.samples), spoken.sample_rate)


class AbsentEngine(ToneEngine):
    """Cannot be used."""

    name = "absent"

    def speak(self, phrase: str, voice: str, rate: float) -> Sound:  # noqa: ARG002 - the signature of Engine
        raise EngineUnavailable


class DyingEngine(ToneEngine):
    """Its process is killed in the first phrase with "chết"; the second try succeeds."""

    name = "dying"

    def speak(self, phrase: str, voice: str, rate: float) -> Sound:
        mark = self._prepared / "died"
        if "chết" in phrase and not mark.exists():
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().speak(phrase, voice, rate)


class DeadlyEngine(ToneEngine):
    """Kills its process each time."""

    name = "deadly"

    def speak(self, phrase: str, voice: str, rate: float) -> Sound:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().speak(phrase, voice, rate)


class SlowEngine(ToneEngine):
    """Takes half a second for each phrase, for ever for one with "treo"; notes what it was asked to say."""

    name = "slow"

    def __init__(self, prepared: Path) -> None:
        super().__init__(prepared)
        self._given_up = threading.Event()

    def give_up(self, *, given_up: bool) -> None:
        if given_up:
            self._given_up.set()
        else:
            self._given_up.clear()

    def speak(self, phrase: str, voice: str, rate: float) -> Sound:
        self._prepared.mkdir(parents=True, exist_ok=True)
        with (self._prepared / "slow-said").open("a") as said:
            said.write(f"{phrase}\n")
        if self._given_up.wait(600 if "treo" in phrase else 0.5):
            raise EngineFailed
        return super().speak(phrase, voice, rate)


def _hertz(word: str) -> float:
    return 150.0 + hashlib.sha256(word.encode()).digest()[0]
