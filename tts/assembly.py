"""Mixes a recording section by section, each as soon as its phrases are spoken, while others still are."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager
from pathlib import Path

from tts.jobs import Mix
from tts.sections import Piece
from tts.workers import Workers


class Assembly(AbstractContextManager["Assembly"]):
    """The sections of one recording, mixed by the workers into files of `place`.

    `missing` are the phrases not spoken yet. Leaving the context ends the mixing that still runs, so that
    `place` may be removed.
    """

    def __init__(
        self,
        workers: Workers,
        sections: Sequence[Sequence[Piece]],
        place: Path,
        *,
        missing: Iterable[Path],
        patience: float,
        urgent: bool = False,
    ) -> None:
        place.mkdir()
        self._workers = workers
        self._patience, self._urgent = patience, urgent
        self._jobs = [Mix(tuple(pieces), place / f"{n}.raw") for n, pieces in enumerate(sections)]
        waited = frozenset(missing)
        self._waits = [{piece.sound for piece in pieces} & waited for pieces in sections]
        self._mixing: dict[int, Future[tuple[int, ...]]] = {}

    def spoken(self, phrase: Path) -> None:
        """Note that the phrase is in the cache now."""
        for waits in self._waits:
            waits.discard(phrase)

    def go_on(self) -> None:
        """Submit every section whose phrases are all spoken."""
        for number, waits in enumerate(self._waits):
            if not waits and number not in self._mixing:
                self._mixing[number] = self._workers.submit(
                    self._jobs[number], self._patience, urgent=self._urgent
                )

    def mixed(self) -> tuple[tuple[Path, ...], tuple[int, ...]]:
        """The mixed sections in their order, and the samples of each sound and rest in them.

        Waits for all of them. Raises what `Mix.run` raises, and EngineFailed.
        """
        self.go_on()
        futures = [self._mixing[number] for number in range(len(self._jobs))]
        wait(futures)
        lengths = tuple(length for future in futures for length in future.result())
        return tuple(job.place for job in self._jobs), lengths

    def __exit__(self, *_: object) -> None:
        for future in self._mixing.values():
            future.cancel()
        wait(self._mixing.values())
