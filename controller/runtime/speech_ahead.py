"""Speaks sentences of texts that are being written into the phrase cache, before anybody asks for them."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from controller.model.permissions import OperatorId
from controller.model.speech import Speech
from controller.runtime.speech_samples import sample_order
from controller.settings import Settings
from tts.engines.offered import OFFLINE
from tts.errors import NotAwaited, SpeechError
from tts.studio import Studio

_LOG = logging.getLogger(__name__)

QUIET_SECONDS: Final = 0.8
"""Seconds without another preview of the same person before its sentences are spoken: typing has paused."""
MOST_PEOPLE: Final = 8
"""People whose texts are waited for; the one who typed longest ago is left out."""
MOST_SENTENCES: Final = 40
"""Of one text, from its beginning: some four minutes of speech."""
_TYPED_AT_ONCE: Final = 2
"""More new sentences than these were pasted: none of them is half a sentence, so nothing is waited for. While
one types, the last sentence is new, and the title at the beginning."""
_BESIDE: Final = 2
"""First phrases of a pasted text, of which two are spoken at once: its first sentences are heard soonest."""
_IDLE_SECONDS: Final = 30.0
_Sentence = tuple[str, Speech]
"""What is said, and how."""
_Piece = tuple[str, Speech, int | None]
"""One phrase of a sentence; None: all of them."""


@dataclass
class _TextAhead:
    """What is left to speak of one person's text, and from when on."""

    due: float
    left: list[_Piece]
    beside: int
    """How many of its next phrases may be spoken beside another."""


@dataclass
class SpeechAhead:
    """One phrase at a time, two of what was just pasted, none while a bulletin is rendered.

    Of each person the newest text.
    """

    studio: Studio
    settings: Settings
    steady: Callable[[], float]
    is_busy: Callable[[], bool]
    """Whether a bulletin is rendered, or somebody waits for a sample: they go first."""
    _texts: OrderedDict[OperatorId, _TextAhead] = field(default_factory=OrderedDict)
    _known: OrderedDict[OperatorId, frozenset[_Sentence]] = field(default_factory=OrderedDict)
    """All sentences of each person's newest text, also those that are spoken already."""
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _stopping: bool = False
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        self._threads = [
            threading.Thread(target=self._run, args=(helps,), name="speech-ahead", daemon=True)
            for helps in (False, True)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the phrase that is being spoken; the caller stops the studio, which ends that one."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(10)

    def offer(self, by: OperatorId, sentences: Iterable[str], speech: Speech) -> None:
        """Take the sentences of a text as it stands now, in place of those of before.

        The first phrases of all are spoken first: the others can be while those sound, whichever is pressed.
        Only for an engine of this machine: no unfinished text is sent to another.
        """
        if not self._threads:
            return
        is_here = speech.engine in OFFLINE
        said = list(sentences)[: MOST_SENTENCES if is_here else 0]
        left: list[_Piece] = [(one, speech, place) for place in (0, None) for one in said]
        with self._changed:
            known = self._known.pop(by, frozenset())
            self._texts.pop(by, None)
            if left:
                now = frozenset((one, speech) for one in said)
                is_typed = len(now - known) <= _TYPED_AT_ONCE
                self._known[by] = now
                due = self.steady() + (QUIET_SECONDS if is_typed else 0)
                self._texts[by] = _TextAhead(due, left, 0 if is_typed else _BESIDE)
            for kept in (self._texts, self._known):
                while len(kept) > MOST_PEOPLE:
                    kept.popitem(last=False)
            self._changed.notify_all()

    def _run(self, helps: bool) -> None:  # noqa: FBT001 - of a thread
        while (found := self._next(helps=helps)) is not None:
            by, piece = found
            text, speech, place = piece
            try:
                self.studio.speak_ahead(sample_order(self.settings, text, speech, phrase=place))
            except NotAwaited:
                self._put_back(by, piece)
            except SpeechError as error:
                _LOG.info("a sentence was not spoken ahead: %s", error.code)

    def _put_back(self, by: OperatorId, piece: _Piece) -> None:
        """Let what gave way to a press be the person's next phrase again, unless the text has changed."""
        with self._changed:
            if piece[:2] in self._known.get(by, ()):
                text = self._texts.setdefault(by, _TextAhead(self.steady(), [], 0))
                text.left.insert(0, piece)

    def _next(self, *, helps: bool) -> tuple[OperatorId, _Piece] | None:
        """Wait for a phrase whose text has been left alone for a while; None when it is time to stop.

        `helps`: only what may be spoken beside another.
        """
        with self._changed:
            while not self._stopping:
                now = self.steady()
                mine = {by: text for by, text in self._texts.items() if text.beside or not helps}
                ready = [by for by, text in mine.items() if text.due <= now]
                if ready and not self.is_busy():
                    return ready[0], self._taken(ready[0])
                due = min((text.due for text in mine.values()), default=now + _IDLE_SECONDS)
                self._changed.wait(max(due - now, QUIET_SECONDS / 5))
            return None

    def _taken(self, by: OperatorId) -> _Piece:
        """Take the person's next phrase; the others get their turn before the one after it."""
        text = self._texts.pop(by)
        piece, *left = text.left
        if left:
            self._texts[by] = _TextAhead(text.due, left, max(0, text.beside - 1))
        return piece
