"""Lets the next block of a sound be made while the one before is used: two processors instead of one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Block = TypeVar("Block")


def ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same blocks in the same order, each made in a thread while the last one is used; never two ahead.

    What making one raises is raised here. Worth it where the work is done outside of Python: by NumPy, LAME,
    libsndfile or soxr, which let other threads run meanwhile.
    """
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = maker.submit(next, blocks, None)
            yield block
