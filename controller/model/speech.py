"""Settings of speech."""

from dataclasses import dataclass, replace

from controller.model.wording import Manner, ReadingPace, Rests
from controller.settings import Settings
from tts.normalization import Register

_SLOWEST, _FASTEST = 0.5, 2.0
_ALERT_RATE = 0.9
"""An alarm is heard once, through wind: a tenth slower, beside what area and author chose."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Settings with which a wording is spoken."""

    engine: str = "loa"
    voice: str = ""
    rate: float = 1.0
    fallback: str | None = None
    register: Register = "radio"
    rests: float = 1.0
    """Times the usual rests between phrases."""


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


def rate_of(usual: float, pace: ReadingPace) -> float:
    """Return the speed of a bulletin, within what engines take (`LOA_RATE` has the same bounds)."""
    return round(min(max(usual * pace.factor, _SLOWEST), _FASTEST), 3)


def with_voice(usual: Speech, engine: str, voice: str) -> Speech:
    """Return the speech with this voice, "" the usual one; who spoke otherwise speaks where it cannot."""
    if not engine:
        return usual
    fallback = usual.fallback or usual.engine
    return replace(usual, engine=engine, voice=voice, fallback=fallback if fallback != engine else None)


def speech_of(usual: Speech, manner: Manner) -> Speech:
    """Return how a wording is spoken: as its author chose, and otherwise as is usual in its area."""
    spoken = with_voice(usual, manner.engine, manner.voice)
    rate, rests = rate_of(usual.rate, manner.pace), usual.rests
    if manner.alert:
        rate, rests = max(_SLOWEST, round(rate * _ALERT_RATE, 3)), max(rests, Rests.WIDE.factor)
    return replace(spoken, rate=rate, register=manner.register or usual.register, rests=rests)
