"""Words for the values of an enum or a code; a value without words is shown as it is, without an error."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Named(dict[K, V]):
    """Words by value; for a value without words, the result of `other`, for example its name.

    Rows may come from nodes and databases that are newer than this release. A test checks that every value
    known today has words of its own.
    """

    def __init__(self, words: Mapping[K, V], other: Callable[[K], V]) -> None:
        super().__init__(words)
        self._other = other

    def __missing__(self, key: K) -> V:
        return self._other(key)


def rows_in(file: Path) -> list[list[str]]:
    """Return the rows of a CSV file without its heading."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened))[1:]


def words_in(file: Path) -> dict[str, str]:
    """Return the words of a CSV file: its first column is the code, its second what pages say."""
    return {code: words for code, words in rows_in(file)}  # noqa: C416 - typed
