"""Settings of speech."""

from dataclasses import dataclass

from controller.model.wording import ReadingPace
from controller.settings import Settings
from tts.normalization import Register

_SLOWEST, _FASTEST = 0.5, 2.0


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


def rate_of(station: float, pace: ReadingPace) -> float:
    """Return the speed of a bulletin, within what engines take (`LOA_RATE` has the same bounds)."""
    return round(min(max(station * pace.factor, _SLOWEST), _FASTEST), 3)
