"""Speaks short samples for people who edit the lexicon or choose a voice; bulletins first, nothing stored."""

import threading
from dataclasses import dataclass, field

from controller.errors import Busy, Unavailable
from controller.features.lexicon.queries import words_for
from controller.features.reading.previews import checked_sample
from controller.model.bulletins import Recording
from controller.settings import Settings
from controller.store import Store
from devices.ids import AreaCode
from tts.errors import SpeechError
from tts.recordings import RecordingStore
from tts.studio import RenderOrder, Studio


@dataclass
class Sampler:
    """One sample at a time: the workers are reserved for bulletins."""

    store: Store
    studio: Studio
    recordings: RecordingStore
    settings: Settings
    _speaking: threading.Lock = field(default_factory=threading.Lock)

    def sample(self, text: str, area: AreaCode) -> bytes:
        """Return the text as MP3, without chimes; raises BadInput, Busy or Unavailable."""
        text = checked_sample(text)
        if not self.settings.speech_workers:
            raise Unavailable(
                "Máy chủ này không đọc thành tiếng, nên không nghe thử được.", code="speech.none"
            )
        with self.store.read() as session:
            words = words_for(session, area)
        if not self._speaking.acquire(blocking=False):
            raise Busy("Đang đọc thử cho người khác. Hãy thử lại sau vài giây.", code="speech.busy")
        try:
            return self._spoken(text, words)
        except SpeechError as error:
            raise Unavailable(error.sentence, code=error.code) from error
        finally:
            self._speaking.release()

    def _spoken(self, text: str, words: tuple[tuple[str, str], ...]) -> bytes:
        chosen = self.settings
        order = RenderOrder(
            title="",
            text=text,
            engine=chosen.engine,
            voice=chosen.voice,
            rate=chosen.rate,
            fallback=chosen.fallback_engine or None,
            loudness_lufs=chosen.loudness_lufs,
            true_peak_dbtp=chosen.true_peak_dbtp,
            bitrate_kbps=chosen.bitrate_kbps,
            framed=False,
            words=words,
            region=chosen.region,
        )
        spoken = self.studio.render(order).recording
        content = self.recordings.read(spoken)
        with self.store.read() as session:
            belongs = session.get(Recording, spoken) is not None
        if not belongs:  # a bulletin without chimes could consist of just these words
            self.recordings.delete(spoken)
        return content
