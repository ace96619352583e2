"""How texts are spoken."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Speech:
    """How a wording shall be spoken."""

    engine: str = "loa"
    voice: str = ""
    rate: float = 1.0
    fallback: str | None = None
