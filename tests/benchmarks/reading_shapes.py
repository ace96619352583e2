"""Processor seconds that 50,000 characters of each adversarial shape take, the slowest first."""

from __future__ import annotations

import time

from tests.support.reading_shapes import SHAPES
from tts.normalization import read

_CHARACTERS = 50_000
_SHOWN = 10
_AGAIN = 2  # runs more of these: other work on the machine slows single ones by half


def seconds(unit: str) -> float:
    """Return the processor seconds for a text that is nothing but the shape, on air and in one line."""
    text = (unit * (_CHARACTERS // len(unit) + 1))[:_CHARACTERS]
    began = time.process_time()
    read(text, register="radio", words={"XÃ Ả": "xã ả"})
    return time.process_time() - began


if __name__ == "__main__":
    found = sorted(((seconds(unit), unit) for unit in SHAPES), reverse=True)
    print(f"{len(found)} shapes of {_CHARACTERS} characters; the slowest:", flush=True)  # noqa: T201
    again = [(min(taken, *(seconds(unit) for _ in range(_AGAIN))), unit) for taken, unit in found[:_SHOWN]]
    for taken, unit in sorted(again, reverse=True):
        print(f"| {unit!r} | {taken:.2f} s |", flush=True)  # noqa: T201
