"""Settings of speech."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Speech:
    """Settings with which a wording is spoken."""

    engine: str = "loa"
    voice: str = ""
    rate: float = 1.0
    fallback: str | None = None
