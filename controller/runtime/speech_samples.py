"""Speaks short samples for people who write bulletins, edit the lexicon or choose a voice; nothing stored."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from controller.errors import Busy, Unavailable
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


@dataclass
class Sampler:
    """One sample at a time, and one a person: the workers are reserved for bulletins."""

    store: Store
    studio: Studio
    samples: RecordingStore  # apart from all recordings: what is deleted here is in no row
    settings: Settings
    _speaking: threading.Lock = field(default_factory=threading.Lock)
    _waiting: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(_MOST_WAITING)
    )
    _asking: set[OperatorId] = field(default_factory=set)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_speaking(self) -> bool:
        """Whether a person waits for a sample."""
        return self._speaking.locked()

    def sample(self, text: str, area: AreaCode, speech: Speech | None = None) -> bytes:
        """Return the text as MP3, without chimes; raises BadInput, Busy or Unavailable.

        `speech`: None: as the bulletins of the area are spoken.
        """
        text = checked_sample(text)
        with self.store.read() as session:
            words = words_for(session, area)
            speech = speech or speech_in(session, area, speech_by(self.settings))
        return self._spoken(sample_order(self.settings, text, speech, words=words))

    def phrase(self, spoken: str, place: int, by: OperatorId, speech: Speech) -> bytes:
        """Return one phrase of a sentence that was read already, as it sounds inside it.

        One at a time a person; raises BadInput, Busy or Unavailable.
        """
        order = sample_order(self.settings, checked_sentence(spoken, place), speech, phrase=place)
        with self._one_each(by):
            return self._spoken(order)

    @contextmanager
    def _one_each(self, by: OperatorId) -> Iterator[None]:
        with self._counting:
            if by in self._asking:
                raise Busy("Máy đang đọc câu bạn vừa bấm. Hãy đợi một chút.", code="speech.busy")
            self._asking.add(by)
        try:
            yield
        finally:
            with self._counting:
                self._asking.discard(by)

    def _spoken(self, order: RenderOrder) -> bytes:
        if not self.settings.speech_workers:
            raise Unavailable(
                "Máy chủ này không đọc thành tiếng, nên không nghe thử được.", code="speech.none"
            )
        if not self._begin():
            raise Busy("Đang đọc thử cho người khác. Hãy thử lại sau vài giây.", code="speech.busy")
        try:
            return self._made(order)
        except SpeechError as error:
            raise Unavailable(error.sentence, code=error.code) from error
        finally:
            self._speaking.release()

    def _begin(self) -> bool:
        """Wait for the turn, a few at most and a few seconds at most; False where it does not come."""
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._speaking.acquire(timeout=_WAIT_SECONDS)
        finally:
            self._waiting.release()

    def _made(self, order: RenderOrder) -> bytes:
        spoken = self.studio.render(order, into=self.samples).recording
        content = self.samples.read(spoken)
        self.samples.delete(spoken)
        return content
