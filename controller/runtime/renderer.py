"""Renders submitted bulletins to recordings, outside of any transaction; see docs/architecture.md."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from controller.features.bulletins.queries import waiting_renderings
from controller.features.bulletins.renderings import (
    begin_rendering,
    fail_rendering,
    finish_rendering,
    requeue_rendering,
    requeue_renderings,
)
from controller.host.metrics import RENDERING_SECONDS, RENDERINGS
from controller.model.bulletin_states import RenderingId
from controller.runtime.rereading import Rereader
from controller.runtime.speech_orders import order_of
from controller.settings import Settings
from controller.store import Store
from devices.chunks import manifest_of
from devices.messages import Manifest
from tts.codec import OPUS, OPUS_SAMPLE_RATE
from tts.errors import ShelfAway, SpeechError
from tts.recordings import RecordingStore
from tts.studio import LevelOrder, OnProgress, Progress, Rendered, RenderOrder, Studio
from tts.uploads import UploadStore

_LOG = logging.getLogger(__name__)

_IDLE = 5.0  # seconds between checks without a wake


@dataclass
class Renderer:
    """One thread; the synthesis runs in the studio's worker processes.

    A crash during rendering loses only time: the revision stays queued, and phrases are cached. After other
    faults (full disk, database unavailable) a rendering is queued again, a limited number of times.
    """

    store: Store
    studio: Studio
    recordings: RecordingStore
    uploads: UploadStore
    settings: Settings
    now: Callable[[], datetime]
    changed: Callable[[], None]
    rereader: Rereader = field(init=False)
    _progress: dict[RenderingId, Progress] = field(default_factory=dict)
    _begun: RenderingId | None = None  # claimed, and neither finished nor failed yet
    _wake: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        self.rereader = Rereader(self.store, self.settings.region, self.now)

    def start(self) -> None:
        """Start to process waiting renderings; those that a killed process had begun are queued again."""
        with self.store.write() as session:
            requeue_renderings(session, now=self.now())
        self._thread = threading.Thread(target=self._run, name="renderer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop; the caller stops the studio, which aborts a rendering in progress."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(10)

    def wake(self) -> None:
        """Check for waiting renderings at once."""
        self._wake.set()

    @property
    def is_busy(self) -> bool:
        """Whether a recording is being rendered."""
        return self._begun is not None

    def progress(self, rendering: RenderingId) -> Progress | None:
        """Return the progress of a recording, or None when it is not being rendered."""
        return self._progress.get(rendering)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self._put_back()
                self.rereader.look()
                order = self._next()
                if order is not None:
                    self._render(*order)
                    continue
            except ShelfAway as error:
                _LOG.warning("nothing is rendered while a store of sounds does not answer (%s)", error.code)
            except Exception:  # noqa: BLE001 - after any failure the next bulletin must still be rendered
                _LOG.exception("rendering failed; it is tried again")
            self._wake.wait(_IDLE)

    def _put_back(self) -> None:
        """Queue an aborted rendering again; retried until the database has stored that."""
        if self._begun is not None:
            with self.store.write() as session:
                requeue_rendering(session, self._begun, now=self.now())
            self._begun = None
            self.changed()

    def _next(self) -> tuple[RenderingId, RenderOrder | LevelOrder] | None:
        """Claim the oldest waiting rendering and return what to speak.

        Raises ShelfAway before anything is claimed: what waits for the stores of sounds fails by no number of
        attempts.
        """
        with self.store.read() as session:
            waiting = waiting_renderings(session, limit=1)
        if not waiting:
            return None
        self.recordings.check()
        self.uploads.check()
        with self.store.read() as session:
            rendering = waiting[0]
            order = order_of(session, rendering, self.settings, self.recordings, self.uploads)
        with self.store.write() as session:
            claimed = begin_rendering(session, rendering.id, now=self.now())
            if claimed:
                self._begun = rendering.id  # before the commit, whose outcome may be unknown
        return (rendering.id, order) if claimed else None

    def _render(self, rendering: RenderingId, order: RenderOrder | LevelOrder) -> None:
        began = time.monotonic()
        try:
            rendered = self._made(order, lambda progress: self._note(rendering, progress))
            manifest = manifest_of(
                self.recordings.read(rendered.recording),
                codec=rendered.codec,
                sample_rate=rendered.sample_rate,
                duration_ms=rendered.duration_ms,
            )
            opus = self._opus_of(rendered)
            with self.store.write() as session:
                finish_rendering(session, rendering, rendered, manifest, opus, now=self.now())
            self._begun = None
            RENDERINGS.labels("ready").inc()
            RENDERING_SECONDS.observe(time.monotonic() - began)
        except ShelfAway:
            raise  # queued again, and tried when the store answers
        except SpeechError as error:
            if self._stopping.is_set():
                return  # the studio was stopped meanwhile: it is queued again at the next start
            _LOG.warning("rendering %s: %s (%s)", rendering, error.sentence, error.code)
            with self.store.write() as session:
                fail_rendering(session, rendering, code=error.code, sentence=error.sentence, now=self.now())
            self._begun = None
            RENDERINGS.labels("failed").inc()
        finally:
            self._progress.pop(rendering, None)
            self.changed()

    def _opus_of(self, rendered: Rendered) -> Manifest | None:
        if rendered.opus is None:
            return None
        content, length = self.recordings.read(rendered.opus), rendered.duration_ms
        return manifest_of(content, codec=OPUS, sample_rate=OPUS_SAMPLE_RATE, duration_ms=length)

    def _made(self, order: RenderOrder | LevelOrder, tell: OnProgress) -> Rendered:
        if isinstance(order, LevelOrder):
            return self.studio.level(order, tell)
        return self.studio.render(order, tell)

    def _note(self, rendering: RenderingId, progress: Progress) -> None:
        self._progress[rendering] = progress
        self.changed()
