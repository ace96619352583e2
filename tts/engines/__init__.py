"""Interface of every voice engine, and the engines by name."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from tts.errors import EngineUnavailable

if TYPE_CHECKING:  # numpy is loaded in processes that work on sound, not in the station
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Mono samples within -1..1 (float32) and how many of them make a second."""

    samples: NDArray[np.float32]
    sample_rate: int

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of an engine: `name` for orders, `title` (Vietnamese) for the page."""

    name: str
    title: str


class Engine(Protocol):
    """Turns one spoken phrase into sound; used by one worker process at a time.

    Constructed with the directory where it may keep prepared files; constructing does nothing. `version`
    changes whenever the same phrase would sound different: it is part of the phrase cache's key.
    """

    name: str
    version: str
    voices: tuple[Voice, ...]

    def prepare(self) -> None:
        """Load what speaking needs; slow at first, nothing afterwards. Raises EngineUnavailable."""

    def speak(self, phrase: str, voice: str, rate: float) -> Sound:
        """Say one phrase of spoken words at `rate` times the natural tempo.

        Raises EngineUnavailable or EngineFailed; never leaves a word out.
        """


@runtime_checkable
class Interruptible(Protocol):
    """An engine whose phrase can be ended half way: where it takes seconds of processor."""

    def give_up(self, *, given_up: bool) -> None:
        """While set, `speak` raises as soon as it can; called by another thread than it."""


BUILT_IN: Mapping[str, str] = {
    "loa": "tts.engines.kokoro:KokoroEngine",
    "gtts": "tts.engines.gtts:GoogleEngine",
    "espeak": "tts.engines.espeak:EspeakEngine",
}
"""Import path of each engine, by the name that orders use."""
_ADDED = "tts.engines.piper:PiperEngine"


def make_engine(path: str, prepared: Path) -> Engine:
    """Import the engine at `module:Class` and construct it; raises EngineUnavailable when there is none.

    `module:Class@folder` constructs it with the folder of its voices as well.
    """
    address, _, folder = path.partition("@")
    module, _, class_name = address.partition(":")
    try:
        kind = getattr(importlib.import_module(module), class_name)
    except (ImportError, AttributeError, ValueError) as missing:
        raise EngineUnavailable from missing
    return cast("Engine", kind(prepared, Path(folder)) if folder else kind(prepared))


def engines_with(voices: Path) -> dict[str, str]:
    """Import paths of all engines, among them the one that speaks with the voices of the folder."""
    return {**BUILT_IN, "piper": f"{_ADDED}@{voices.absolute()}"}


def voice_named(engine: Engine, name: str) -> str:
    """The engine's voice of that name; "" is its first one. Raises EngineUnavailable for an unknown name."""
    if not name:
        if not engine.voices:
            raise EngineUnavailable("Bộ đọc này chưa có giọng nào. Hãy thêm giọng bằng «loa voice add».")
        return engine.voices[0].name
    if name not in {voice.name for voice in engine.voices}:
        raise EngineUnavailable(f"Không có giọng đọc “{name}”. Hãy chọn một giọng trong danh sách.")
    return name
