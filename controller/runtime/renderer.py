"""Makes recordings of bulletins, and takes in what other machines made; see docs/architecture.md."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from controller.errors import BadInput, LoaError
from controller.features.bulletins.claims import expired_claims, handed_over
from controller.features.bulletins.queries import get_rendering, waiting_renderings
from controller.features.bulletins.renderings import (
    BROKE_OFF,
    fail_rendering,
    finish_rendering,
    requeue_rendering,
    requeue_renderings,
)
from controller.features.speech.workers import Terms, forget_lost_workers, note_terms, terms_of
from controller.host.metrics import RENDERING_SECONDS, RENDERINGS, SPOKEN_SECONDS
from controller.model.bulletin_states import RenderingId, RenderingState
from controller.model.bulletins import Rendering
from controller.runtime.changes import Changes
from controller.runtime.rendering_lanes import IDLE_S, RenderingLanes
from controller.runtime.rereading import Rereader
from controller.settings import Settings
from controller.store import Store
from controller.store.station_lease import place_in_words
from devices.chunks import manifest_of
from devices.messages import Manifest
from tts.codec import CODEC, OPUS, OPUS_SAMPLE_RATE, SAMPLE_RATE
from tts.errors import DamagedSound, StoreAway
from tts.recordings import RecordingId, RecordingStore
from tts.studio import Progress, Rendered, Studio
from tts.uploads import UploadStore

_LOG = logging.getLogger(__name__)

_NOT_IN_STORE: Final = (
    "Máy đọc báo đã đọc xong, nhưng tệp âm thanh không có trong kho chung. Hãy báo kỹ thuật viên."
)
_MALFORMED: Final = (BadInput, KeyError, TypeError, ValueError)
"""What a note of another machine may raise that is not what this release writes."""


@dataclass
class Renderer:
    """Of the station that leads: its own lanes, and the thread that takes in what all lanes handed over.

    A crash loses only time: what its own lanes had begun is queued again at the next start, what others
    have begun when their claim expires. After other faults (full disk, database unavailable) a rendering is
    queued again, a limited number of times.
    """

    store: Store
    studio: Studio
    recordings: RecordingStore
    uploads: UploadStore
    settings: Settings
    now: Callable[[], datetime]
    changed: Callable[[], None]
    rereader: Rereader = field(init=False)
    lanes: RenderingLanes = field(init=False)
    _terms: Terms | None = None
    _wakes: Changes = field(default_factory=Changes)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        self.rereader = Rereader(self.store, self.settings.region, self.now)
        self.lanes = RenderingLanes(
            self.store,
            self.studio,
            self.recordings,
            self.uploads,
            lambda: self.settings,
            self.now,
            self.settings.render,
            place_in_words(self.settings.home),
            self.changed,
            self._wakes.note,
        )

    def start(self) -> None:
        """Start; what a killed process of a station had begun is queued again."""
        with self.store.write() as session:
            requeue_renderings(session, now=self.now())
            if not self.store.is_sqlite:
                forget_lost_workers(session)
        self._thread = threading.Thread(target=self._run, name="renderer", daemon=True)
        self._thread.start()
        if self._speaks:
            self.lanes.start()

    def stop(self) -> None:
        """Stop; the caller stops the studio, which aborts a rendering in progress."""
        self._stopping.set()
        self._wakes.note()
        self.lanes.stop()
        if self._thread is not None:
            self._thread.join(10)

    def wake(self) -> None:
        """Check at once what waits. Each operation of a person ends here, so one thread looks, not all."""
        self._wakes.note()

    @property
    def is_busy(self) -> bool:
        """Whether a recording is being rendered here."""
        return self.lanes.is_busy

    def progress(self, rendering: RenderingId) -> Progress | None:
        """Return the progress of a recording, or None when it is not being rendered here."""
        return self.lanes.progress(rendering)

    @property
    def _speaks(self) -> bool:
        return bool(self.settings.render and self.settings.speech_workers)

    def _run(self) -> None:
        while not self._stopping.is_set():
            seen = self._wakes.number
            try:
                self._look()
            except (LoaError, StoreAway) as error:
                _LOG.warning("recordings are not taken in now: %s (%s)", error.sentence, error.code)
            except Exception:  # noqa: BLE001 - after any failure the next bulletin must still be rendered
                _LOG.exception("recordings are not taken in; it is tried again")
            self._wakes.wait(seen, IDLE_S)

    def _look(self) -> None:
        with self.store.read() as session:
            waiting = handed_over(session)
            if waiting_renderings(session, limit=1):
                self.lanes.wake()
            expired = [] if self.store.is_sqlite else expired_claims(session)
        for rendering in expired:
            _LOG.warning("who made rendering %s is heard of no more: it is queued again", rendering)
            self._requeue(rendering, BROKE_OFF, lambda session, one: one.id in expired_claims(session))
        for rendering in waiting:
            try:
                self._take_in(rendering)
            except OSError:
                _LOG.exception("rendering %s is not taken in; it is tried again", rendering)
        self._tell_terms()
        if self._speaks or not self.settings.render:
            self.rereader.look()

    def _tell_terms(self) -> None:
        """Tell workers how recordings are made here; again when a voice was added."""
        if self.store.is_sqlite or self._terms == (terms := terms_of(self.settings)):
            return
        with self.store.write() as session:
            note_terms(session, terms)
        self._terms = terms

    # --- taking in

    def _take_in(self, rendering_id: RenderingId) -> None:
        """Finish what was handed over, or fail it, or have it made again."""
        with self.store.read() as session:
            made = get_rendering(session, rendering_id).made
        if made is None:
            return
        try:
            if "fault" in made:
                self._refuse(rendering_id, made)
            else:
                self._finish(rendering_id, made)
        except (DamagedSound, FileNotFoundError):
            _LOG.warning("rendering %s: what was made is not in the store", rendering_id)
            self._requeue(rendering_id, _NOT_IN_STORE, lambda _session, one: one.made == made)
        except _MALFORMED:
            _LOG.exception("rendering %s: not understood what was handed over", rendering_id)
            self._requeue(rendering_id, BROKE_OFF, lambda _session, one: one.made == made)
        self.changed()

    def _finish(self, rendering_id: RenderingId, made: dict[str, Any]) -> None:
        rendered = Rendered(**made["rendered"])
        manifest = self._manifest(rendered.recording, rendered, CODEC, SAMPLE_RATE)
        opus = rendered.opus and self._manifest(rendered.opus, rendered, OPUS, OPUS_SAMPLE_RATE)
        with self.store.write() as session:
            if get_rendering(session, rendering_id, lock=True).made != made:
                return
            finish_rendering(session, rendering_id, rendered, manifest, opus or None, now=self.now())
        RENDERINGS.labels("ready").inc()
        RENDERING_SECONDS.observe(float(made["seconds"]))
        SPOKEN_SECONDS.inc(rendered.duration_ms / 1000)

    def _manifest(self, name: RecordingId, rendered: Rendered, codec: str, sample_rate: int) -> Manifest:
        """Describe a file as it lies in the store: what it is called by its maker decides nothing."""
        content = self.recordings.read(name)
        made = manifest_of(content, codec=codec, sample_rate=sample_rate, duration_ms=rendered.duration_ms)
        if str(made.recording) != str(name):
            raise ValueError("a file is not what its name says")
        return made

    def _refuse(self, rendering_id: RenderingId, made: dict[str, Any]) -> None:
        code, sentence = str(made["fault"]), str(made["sentence"])
        if made["again"]:
            self._requeue(rendering_id, sentence, lambda _session, one: one.made == made)
            return
        with self.store.write() as session:
            if get_rendering(session, rendering_id, lock=True).made != made:
                return
            fail_rendering(session, rendering_id, code=code, sentence=sentence, now=self.now())
        RENDERINGS.labels("failed").inc()

    def _requeue(
        self, rendering_id: RenderingId, sentence: str, is_so: Callable[[Session, Rendering], bool]
    ) -> None:
        """Queue it again, or fail it after too many times, if it is still so once its row is locked."""
        with self.store.write() as session:
            if not is_so(session, get_rendering(session, rendering_id, lock=True)):
                return
            state = requeue_rendering(session, rendering_id, now=self.now(), sentence=sentence)
        if state is RenderingState.FAILED:
            RENDERINGS.labels("failed").inc()
