"""What a board's loudspeaker gave out: WAV files of devices/board/wav_card.py, compared with recordings."""

import io
import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import lameenc
import numpy as np
import soundfile

SILENT = 1e-4
"""Samples up to here are silence."""
FAINT = 0.01
"""A tenth of a second whose samples stay below is rounded so coarsely that it is like nothing."""
NEAR, TENTH = 960, 2400
"""Samples: 40 and 100 ms."""


def swept_mp3(seconds: float, rate: int = 24_000, seed: int = 1) -> bytes:
    """Return a recording in which every stretch of 0.1 s sounds otherwise: filtered noise."""
    noise = np.random.default_rng(seed).standard_normal(round(seconds * rate) + 32)
    smooth = np.convolve(noise, np.hanning(32) / 16, "same")[: round(seconds * rate)]
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(64)
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(1)
    encoder.silence()
    pcm = (np.clip(smooth, -1, 1) * 16_000).astype("<i2").tobytes()
    return bytes(encoder.encode(pcm) + encoder.flush())


def decoded(content: bytes):
    """Return all samples of a recording, from the decoder's first one, and their rate."""
    samples, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    return samples[:, 0], rate


def first_loud(samples, above=SILENT) -> int:
    """Return the first sample above a level: where a voice pauses nobody hears whether it plays."""
    return int(np.flatnonzero(np.abs(samples) > above)[0])


@dataclass(frozen=True)
class Stretch:
    """One file: what one run of the sound card gave out."""

    file: Path

    @cached_property
    def samples(self):
        return soundfile.read(self.file, dtype="float32")[0]

    @property
    def rate(self) -> int:
        return json.loads(self.file.with_suffix(".json").read_text())["rate"]

    @property
    def began_at(self) -> datetime:
        return datetime.fromisoformat(json.loads(self.file.with_suffix(".json").read_text())["began_at"])

    def time_of(self, sample: int) -> datetime:
        return self.began_at + timedelta(seconds=sample / self.rate)

    @property
    def loud(self):
        """Return first and last sample that are not silence; None: all silent."""
        found = np.flatnonzero(np.abs(self.samples) > SILENT)
        return (int(found[0]), int(found[-1])) if len(found) else None

    def place_of(self, piece) -> tuple[int, float]:
        """Return where a piece of a recording stands, and how alike both are (1: but for volume the same)."""
        size = 1 << (len(self.samples) + len(piece) - 1).bit_length()
        whole, turned = (np.fft.rfft(one, size) for one in (self.samples, piece[::-1]))
        at = int(np.argmax(np.fft.irfft(whole * turned, size)[len(piece) - 1 : len(self.samples)]))
        return at, self._alike(piece, at)

    def whole_of(self, sound) -> tuple[int, float]:
        """Return where a sound begins, and how alike its least alike tenth of a second is, silence aside.

        A player that follows the time leaves single samples out: over seconds nothing is alike any more.
        """
        quiet = first_loud(sound)
        first = self.place_of(sound[quiet : quiet + 10 * TENTH])[0] - quiet
        at, alike = first - TENTH, 1.0
        for place in range(0, len(sound) - TENTH, TENTH):
            piece, at = sound[place : place + TENTH], at + TENTH
            if np.abs(piece).max() > FAINT:
                at, found = self.place_near(piece, at)
                alike = min(alike, found)
        return first, alike

    def place_near(self, piece, near: int) -> tuple[int, float]:
        """Return the same as `place_of`, of a short piece and around a sample: a voice repeats itself."""
        begin = max(0, near - NEAR)
        there = self.samples[begin : near + NEAR - 1 + len(piece)]
        power = np.concatenate(([0.0], np.cumsum(np.square(there, dtype=np.float64))))
        strength = np.sqrt(np.maximum(power[len(piece) :] - power[: -len(piece)], 0.0))
        alike = np.correlate(there, piece, "valid") / (strength * np.linalg.norm(piece) + 1e-12)
        at = int(np.argmax(alike))
        return begin + at, float(alike[at])

    def _alike(self, piece, at: int) -> float:
        there = self.samples[at : at + len(piece)]
        return float(np.dot(there, piece) / (np.linalg.norm(there) * np.linalg.norm(piece) + 1e-12))


def stretches(folder: Path) -> list[Stretch]:
    """Return all files, oldest first."""
    return [Stretch(file) for file in sorted(folder.glob("*.wav"))]


def wait_for(check, seconds: float = 20) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
