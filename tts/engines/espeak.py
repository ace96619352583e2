"""Fallback engine: espeak-ng as a separate program, where it is installed; hard to understand."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

from tts.engines import Sound
from tts.engines.offered import BUILT_IN_VOICES
from tts.errors import EngineFailed, EngineUnavailable

_PROGRAM = "espeak-ng"
_WORDS_A_MINUTE = 130
"""The rate at which a speech recogniser understood it best."""
_SECONDS = 60.0


class EspeakEngine:
    """Engine "espeak": not a neural voice, but it needs very little memory and processor time."""

    name = "espeak"
    version = "1"
    voices = BUILT_IN_VOICES["espeak"]

    def __init__(self, _prepared: Path) -> None:
        self._program: str | None = None

    def prepare(self) -> None:
        """Find the program; raises EngineUnavailable."""
        self._program = self._program or shutil.which(_PROGRAM)
        if self._program is None:
            raise EngineUnavailable("Chưa cài giọng máy espeak-ng. Hãy chọn giọng khác.")

    def speak(self, phrase: str, voice: str, rate: float) -> Sound:
        """Say one phrase."""
        import soundfile

        self.prepare()
        assert self._program is not None
        command = [
            self._program,
            "-D",  # breath noise from a fixed seed: a phrase sounds the same each time
            "-v",
            voice,
            "-s",
            str(round(_WORDS_A_MINUTE * rate)),
            "--stdin",
            "--stdout",
        ]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program; the phrase goes in by stdin
                command, input=phrase.encode(), capture_output=True, check=True, timeout=_SECONDS
            )
            samples, sample_rate = soundfile.read(BytesIO(done.stdout), dtype="float32")
        except (subprocess.SubprocessError, soundfile.LibsndfileError) as failed:
            raise EngineFailed from failed
        return Sound(samples, sample_rate)
