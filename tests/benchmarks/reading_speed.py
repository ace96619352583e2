"""Characters that reading takes in a second of processor, beside the one library of its kind."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from tts.normalization import read

_ROOT = Path(__file__).parents[2]
_PEER = "sea_g2p"
_ROUNDS = 3


def texts() -> dict[str, str]:
    """A legal text as it is published, and the hardest: every row of the table of readings, one a line."""
    legal = (_ROOT / "tts" / "samples" / "decision-1322.txt").read_text(encoding="utf-8")
    table = (_ROOT / "tests" / "unit" / "tts" / "normalization" / "spoken.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {"a legal text": legal * 10, "the table of readings": "\n".join(row["written"] for row in rows)}


def _speed(act: Callable[[str], object], text: str) -> str:
    best = float("inf")
    for _ in range(_ROUNDS):
        began = time.process_time()  # other work on the machine does not count
        act(text)
        best = min(best, time.process_time() - began)
    return f"{len(text) / best:,.0f} characters a second of processor"


def reading_speed() -> Iterator[tuple[str, str]]:
    """Yield what was read and how fast, ours and the peer's in the same run."""
    peer = import_module(_PEER).Normalizer().normalize if find_spec(_PEER) else None
    for name, text in texts().items():
        yield f"reading of {name}", _speed(read, text)
        yield f"{_PEER} on {name}", _speed(peer, text) if peer else "not installed"


if __name__ == "__main__":
    for what, figure in reading_speed():
        print(f"| {what} | {figure} |", flush=True)  # noqa: T201
