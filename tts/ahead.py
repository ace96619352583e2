"""Computes the next block of a sound in a thread while the previous one is used, to use two processors."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Block = TypeVar("Block")


def ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield the same blocks in the same order, each computed in a thread, at most one ahead.

    Exceptions of the computation are raised here. It helps where the work is done outside of Python: NumPy,
    LAME, libsndfile and soxr release the interpreter's lock.
    """
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = maker.submit(next, blocks, None)
            yield block
