"""The word lists of reading: the CSV files beside the code, each with what it holds in its first line."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

NO_WORDS: Final[Mapping[str, str]] = MappingProxyType({})


@cache
def rows(name: str) -> list[dict[str, str]]:
    """The rows of a list, by its name without ".csv"."""
    text = resources.files("tts.normalization.data").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    found = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("# ")))
    for row in found:
        if None in row:  # a comma of a pattern that stands in no quotes
            raise ValueError(f"{name}.csv: {row}")
    return found


def table(name: str, key: str = "written", value: str = "spoken", **only: str) -> dict[str, str]:
    """One column of a list by another, of those rows `only` that hold these values."""
    return {row[key]: row[value] for row in rows(name) if only.items() <= row.items()}


LETTERS: Final = table("letters", "letter")
POINT_LETTERS: Final = {"d": "dê", "đ": "đê"}
"""Points of a law, where d and đ are two and must not sound alike."""
ABBREVIATIONS: Final = table("abbreviations")
DOCUMENT_CODES: Final = table("documents")
BODIES: Final = tuple(row["word"] for row in rows("bodies"))
ISSUERS: Final = (*BODIES, *(row["word"] for row in rows("issuers")))
DOMAINS: Final = table("domains")
FOREIGN: Final = table("foreign")
SCALES: Final = table("units", kind="scale")
MONEY: Final = frozenset(table("units", kind="money"))
UNITS: Final = {written: said for written, said in table("units").items() if written not in SCALES}
