"""Settings of speech."""

from dataclasses import dataclass

from controller.settings import Settings
from tts.reading import Register


@dataclass(frozen=True, slots=True)
class Speech:
    """Settings with which a wording is spoken."""

    engine: str = "loa"
    voice: str = ""
    rate: float = 1.0
    fallback: str | None = None
    register: Register = "radio"


def speech_by(chosen: Settings) -> Speech:
    """Return how the settings have texts spoken; an engine cannot stand in for itself."""
    fallback = chosen.fallback_engine if chosen.fallback_engine != chosen.engine else None
    return Speech(
        engine=chosen.engine,
        voice=chosen.voice,
        rate=chosen.rate,
        fallback=fallback or None,
        register=chosen.reading_register,
    )
