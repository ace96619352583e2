"""Sets of numbers as ranges; pure."""

from collections.abc import Iterable

Range = tuple[int, int]
"""First and last number, both in it."""


def with_numbers(ranges: Iterable[Range], numbers: Iterable[int]) -> list[Range]:
    """Return the fewest ranges that hold all of these, in order; ranges that touch become one."""
    found: list[Range] = []
    for first, last in sorted([*ranges, *((number, number) for number in numbers)]):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found
