"""The first words of a voice that somebody adds: spoken in a worker, where a bad file harms nothing."""

import time
from dataclasses import dataclass
from pathlib import Path

from tts.engines import engines_with
from tts.engines.piper import open_model
from tts.engines.piper_config import parse_config
from tts.engines.steady import steady_model
from tts.engines.voice_files import files_of
from tts.errors import BadVoice, EngineFailed, SilentSpeech
from tts.jobs import Bench, Speak
from tts.stretches import Stretches
from tts.workers import Workers

FIRST_WORDS = "Xin chào bà con."
MEASURED = "Kính mời bà con nhân dân đến nhà văn hóa thôn để nghe phổ biến về phòng, chống lũ lụt."
"""Spoken after them, with all six tones, and measured; a voice of another language is measured as well."""
_SECONDS = 120.0
"""Loading a large voice and speaking three words takes a slow machine a few seconds."""


@dataclass(frozen=True, slots=True)
class VoiceFigures:
    """What was measured on one sentence, spoken by one thread."""

    cpu_seconds_per_second: float
    """Seconds of a processor for a second of speech."""
    syllables_per_second: float
    longest_silence_seconds: float


@dataclass(frozen=True, slots=True)
class TryVoice:
    """Check the files of a voice one by one, then have it speak into `place`."""

    folder: Path
    name: str
    place: Path

    def run(self, bench: Bench) -> VoiceFigures:
        """Raises BadVoice with what is wrong; EngineUnavailable when espeak-ng is missing."""
        model, settings = files_of(self.folder, self.name)
        speakers = parse_config(settings.read_bytes()).speakers
        open_model(steady_model(model))
        voice = f"{self.name}:{next(iter(speakers))}" if speakers else self.name
        engine = engines_with(self.folder)["piper"]
        Speak(engine, FIRST_WORDS, voice, 1.0, self.place).run(bench)
        before = time.process_time()
        spoken = bench.engine(engine).speak(MEASURED, voice, 1.0)
        used = time.process_time() - before
        stretches = Stretches(spoken.sample_rate)
        stretches.add(spoken.samples)
        return VoiceFigures(used / spoken.seconds, len(MEASURED.split()) / spoken.seconds, stretches.silent)


def try_voice(folder: Path, name: str, scratch: Path) -> VoiceFigures:
    """Have a voice of the folder speak in a process of its own; return what was measured.

    Raises BadVoice for a voice that cannot, EngineUnavailable where a program that it needs is missing.
    """
    workers = Workers(1, scratch)
    workers.start()
    try:
        return workers.submit(TryVoice(folder, name, scratch / "first-words.flac"), _SECONDS).result()
    except (EngineFailed, SilentSpeech) as failed:
        raise BadVoice(
            f"Giọng này không đọc thử được một câu. Chưa có gì được thêm. ({failed.sentence})"
        ) from failed
    finally:
        workers.stop()
