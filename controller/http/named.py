"""Words for the values of an enum or a code; a value without words is shown as it is, without an error."""

from collections.abc import Callable, Mapping
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
