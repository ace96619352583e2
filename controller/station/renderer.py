"""Turns submitted bulletins into recordings, outside of any transaction; see docs/architecture.md (speech)."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tts.studio import Progress, RenderOrder, Studio

from controller.bulletins.queries import WaitingRendering, waiting_renderings
from controller.bulletins.usecases import begin_rendering, fail_rendering, finish_rendering
from controller.settings import Settings
from controller.store import Store
from tts.errors import SpeechError

_LOG = logging.getLogger(__name__)

_IDLE = 5.0  # seconds between looks without a poke


@dataclass
class Renderer:
    """One thread; the speaking itself is done by the studio's worker processes.

    A crash in the middle loses nothing but time: the revision still waits, and phrases are cached.
    """

    store: Store
    studio: Studio
    settings: Settings
    now: Callable[[], datetime]
    changed: Callable[[], None]
    _progress: dict[int, Progress] = field(default_factory=dict)
    _wake: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Start looking for revisions that wait for their recording."""
        self._thread = threading.Thread(target=self._run, name="renderer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop; the caller stops the studio, which ends a rendering in the middle."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(10)

    def poke(self) -> None:
        """Look at once."""
        self._wake.set()

    def progress(self, revision_id: int) -> Progress | None:
        """How far a revision's recording is, or None when it is not in the making."""
        return self._progress.get(revision_id)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                with self.store.read() as session:
                    waiting = waiting_renderings(session, now=self.now())
                if waiting:
                    self._render(waiting[0])
                    continue
            except Exception:
                _LOG.exception("rendering failed; it is tried again")
            self._wake.wait(_IDLE)

    def _render(self, waiting: WaitingRendering) -> None:
        revision = waiting.revision_id
        with self.store.write() as session:
            if not begin_rendering(session, revision, now=self.now()):
                return
        order = RenderOrder(
            title=waiting.title,
            text=waiting.text,
            engine=self.settings.engine,
            voice=self.settings.voice,
            rate=self.settings.rate,
            fallback=self.settings.fallback_engine or None,
            loudness_lufs=self.settings.loudness_lufs,
            true_peak_dbtp=self.settings.true_peak_dbtp,
            bitrate_kbps=self.settings.bitrate_kbps,
        )
        try:
            rendered = self.studio.render(order, lambda progress: self._note(revision, progress))
        except SpeechError as error:
            _LOG.warning("revision %s has no recording: %s (%s)", revision, error.sentence, error.code)
            with self.store.write() as session:
                fail_rendering(session, revision, error.sentence, now=self.now())
        else:
            with self.store.write() as session:
                finish_rendering(session, revision, rendered, now=self.now())
        finally:
            self._progress.pop(revision, None)
            self.changed()

    def _note(self, revision: int, progress: Progress) -> None:
        self._progress[revision] = progress
        self.changed()
