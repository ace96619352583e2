"""Words for the values of an enum or a code: a value without words is shown in plain, and no page fails."""

from collections.abc import Callable, Mapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Named(dict[K, V]):
    """Words by value; one that has none gets what `other` makes of it, for example its bare name.

    Rows come from nodes and from databases that are newer than this release. A test holds that every value
    known today has words of its own.
    """

    def __init__(self, words: Mapping[K, V], other: Callable[[K], V]) -> None:
        super().__init__(words)
        self._other = other

    def __missing__(self, key: K) -> V:
        return self._other(key)
