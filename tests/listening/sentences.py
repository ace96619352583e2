"""The hundred sentences that judge a voice; half of them were never looked at while it was tuned."""

from __future__ import annotations

import csv
from pathlib import Path

from controller.features import listening_tests

SETS = ("tuning", "held")


def sentences(kind: str) -> list[str]:
    """The sentences of one set, in spoken form."""
    with (Path(listening_tests.__file__).parent / "sentences.csv").open(encoding="utf-8", newline="") as rows:
        return [row["sentence"] for row in csv.DictReader(rows) if row["set"] == kind]


def more_for_tuning() -> list[str]:
    """Legal and administrative sentences beside the hundred, for changing the voice; never counted."""
    return (Path(__file__).parent / "tuning.txt").read_text(encoding="utf-8").splitlines()
