"""The real engine "gtts" with shorter time-outs, so that tests of a failing network take 1 to 2 s."""

from pathlib import Path

from tts.engines.gtts import GoogleEngine


class HastyGoogle(GoogleEngine):
    """Waits a second for an answer and forgives 1.5."""

    def __init__(self, prepared: Path) -> None:
        super().__init__(prepared, timeout=1.0, first_wait=0.01, patience=1.5)
