"""Speaks short samples for people who write bulletins, edit the lexicon or choose a voice; nothing stored."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from controller.errors import Busy, Conflict, Unavailable
from controller.features.lexicon.queries import words_for
from controller.features.reading.previews import checked_sample, checked_sentence
from controller.features.speech.queries import speech_in
from controller.model.permissions import OperatorId
from controller.model.speech import Speech, speech_by
from controller.settings import Settings
from controller.store import Store
from devices.ids import AreaCode
from tts.errors import SpeechError
from tts.recordings import RecordingStore
from tts.studio import RenderOrder, Studio

_WAIT_SECONDS: Final = 4.0
"""One phrase takes less on one slow core; after that the person is told to try again."""
_MOST_WAITING: Final = 4
"""Threads of pages that may wait for a sample: the others belong to everybody else."""


def sample_order(settings: Settings, text: str, speech: Speech, **more: Any) -> RenderOrder:
    """Return the order of a sample, without chimes."""
    order = RenderOrder(
        title="",
        text=text,
        engine=speech.engine,
        voice=speech.voice,
        rate=speech.rate,
        fallback=speech.fallback,
        loudness_lufs=settings.loudness_lufs,
        true_peak_dbtp=settings.true_peak_dbtp,
        bitrate_kbps=settings.bitrate_kbps,
        framed=False,
        region=settings.region,
        register=speech.register,
        rests=speech.rests,
    )
    return replace(order, **more)


class _NewerAsked(SpeechError):  # noqa: N818 - says what happened, as the errors of speech do
    """The same person wants to hear another phrase."""

    code = "speech.newer"
    text = "Bạn đã bấm nghe đoạn khác, nên đoạn này không đọc nữa."


@dataclass
class Sampler:
    """One sample at a time, of each person the newest: the workers are reserved for bulletins."""

    store: Store
    studio: Studio
    samples: RecordingStore  # apart from all recordings: what is deleted here is in no row
    settings: Settings
    _turns: threading.Condition = field(default_factory=threading.Condition)
    _is_speaking: bool = False
    _line: list[Future[None]] = field(default_factory=list)
    """Those who wait for their turn, in the order in which they came."""
    _newest: dict[OperatorId, Future[None]] = field(default_factory=dict)
    """Of each person who waits for a phrase: fails once a newer one is asked for."""

    @property
    def is_speaking(self) -> bool:
        """Whether a person waits for a sample."""
        return self._is_speaking

    def sample(self, text: str, area: AreaCode, speech: Speech | None = None) -> bytes:
        """Return the text as MP3, without chimes; raises BadInput, Busy or Unavailable.

        `speech`: None: as the bulletins of the area are spoken.
        """
        text = checked_sample(text)
        with self.store.read() as session:
            words = words_for(session, area)
            speech = speech or speech_in(session, area, speech_by(self.settings))
        return self._spoken(sample_order(self.settings, text, speech, words=words), Future())

    def phrase(self, spoken: str, place: int, by: OperatorId, speech: Speech) -> bytes:
        """Return one phrase of a sentence that was read already, as it sounds inside it.

        Raises BadInput, Busy or Unavailable; Conflict once the same person asks for another phrase.
        """
        order = sample_order(self.settings, checked_sentence(spoken, place), speech, phrase=place)
        with self._newest_of(by) as given_up:
            return self._spoken(order, given_up)

    @contextmanager
    def _newest_of(self, by: OperatorId) -> Iterator[Future[None]]:
        """End what the person waited for before; yield what fails once this gives way in turn."""
        own: Future[None] = Future()
        with self._turns:
            earlier = self._newest.pop(by, None)
            self._newest[by] = own
            if earlier is not None:
                earlier.set_exception(_NewerAsked())
                self._turns.notify_all()
        try:
            yield own
        finally:
            with self._turns:
                if self._newest.get(by) is own:
                    del self._newest[by]

    def _spoken(self, order: RenderOrder, given_up: Future[None]) -> bytes:
        if not self.settings.speech_workers:
            raise Unavailable(
                "Máy chủ này không đọc thành tiếng, nên không nghe thử được.", code="speech.none"
            )
        try:
            with self._turn(given_up):
                return self._made(order, given_up)
        except _NewerAsked as newer:
            raise Conflict(newer.sentence, code=newer.code) from newer
        except SpeechError as error:
            raise Unavailable(error.sentence, code=error.code) from error

    @contextmanager
    def _turn(self, given_up: Future[None]) -> Iterator[None]:
        """Wait for the turn, a few at most and a few seconds at most; raises Busy or what gave it up."""
        with self._turns:
            is_mine = self._waited(given_up)
            if given_up.done():
                given_up.result()
            if not is_mine:
                raise Busy("Đang đọc thử cho người khác. Hãy thử lại sau vài giây.", code="speech.busy")
            self._is_speaking = True
        try:
            yield
        finally:
            with self._turns:
                self._is_speaking = False
                self._turns.notify_all()

    def _waited(self, given_up: Future[None]) -> bool:
        """Wait in line, holding the lock; return whether the turn came. Who presses often passes nobody."""

        def is_next() -> bool:
            return not self._is_speaking and self._line[0] is given_up

        if len(self._line) >= _MOST_WAITING:
            return False
        self._line.append(given_up)
        try:
            self._turns.wait_for(lambda: is_next() or given_up.done(), _WAIT_SECONDS)
            return is_next()
        finally:
            self._line.remove(given_up)
            self._turns.notify_all()

    def _made(self, order: RenderOrder, given_up: Future[None]) -> bytes:
        spoken = self.studio.render(order, into=self.samples, given_up=given_up).recording
        content = self.samples.read(spoken)
        self.samples.delete(spoken)
        return content
