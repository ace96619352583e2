"""Phrases that are spoken before anybody asks for them, and who waits for them meanwhile."""

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field

from tts.errors import NotAwaited


@dataclass(frozen=True, slots=True)
class _PhraseAhead:
    coming: Future[None]
    followers: list[Future[None]] = field(default_factory=list)

    @property
    def is_awaited(self) -> bool:
        return not all(one.done() for one in self.followers)


class PhrasesAhead:
    """What is being spoken ahead, by the phrases' names in the cache."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: dict[str, _PhraseAhead] = {}

    def speak(self, digest: str, submit: Callable[[], Future[None]]) -> None:
        """Have a phrase spoken, unless it is being already, and wait for it.

        Raises SpeechError; NotAwaited once it gave way.
        """
        with self._lock:
            begun = self._begun.get(digest) or _PhraseAhead(submit())
            self._begun[digest] = begun
        try:
            begun.coming.result()
        except CancelledError as dropped:  # before it began
            raise NotAwaited from dropped
        finally:
            with self._lock:
                if self._begun.get(digest) is begun:
                    del self._begun[digest]

    def follow(self, digest: str) -> Future[None] | None:
        """Return a future that ends as the phrase does; None: it is not being spoken.

        Who waits no more cancels it.
        """
        with self._lock:
            begun = self._begun.get(digest)
            if begun is None:
                return None
            begun.followers.append(_following(begun.coming))
            return begun.followers[-1]

    def take_unawaited(self) -> Future[None] | None:
        """Return what was begun last of what nobody waits for; nobody can follow it any more."""
        with self._lock:
            for digest, begun in reversed(self._begun.items()):
                if not begun.is_awaited:
                    del self._begun[digest]
                    return begun.coming
        return None


def _following(coming: Future[None]) -> Future[None]:
    """Return a future that ends as the other does; cancelled, it leaves the other."""
    own: Future[None] = Future()

    def end(done: Future[None]) -> None:
        if own.set_running_or_notify_cancel():
            error = done.exception()
            own.set_result(None) if error is None else own.set_exception(error)

    coming.add_done_callback(end)
    return own
