"""Renders a written bulletin to a finished recording (docs: architecture, "speech")."""

import hashlib
import logging
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tts.assembly import Assembly
from tts.cache import PhraseCache, PhraseKey
from tts.codec import CODEC, SAMPLE_RATE
from tts.engines import BUILT_IN, make_engine, voice_named
from tts.errors import EmptyText, EngineFailed, EngineUnavailable, SilentSpeech
from tts.files import sweep_leftovers
from tts.jobs import Master, Measured, Shape, Speak, Warm, scratch
from tts.marks import Origin, origin_in_file, together
from tts.orders import LevelOrder, OnProgress, Progress, Rendered, RenderOrder, Stage
from tts.phrases_ahead import PhrasesAhead
from tts.recordings import RecordingId, RecordingStore
from tts.script import Line, Script, script_for, spoken_lines
from tts.sections import CLOSING, OPENING, OwnChime, Piece, Recorded, sections
from tts.sidecar import keep_origin, keep_phrases, phrase_times
from tts.workers import Stopped, Workers

__all__ = ["LevelOrder", "OnProgress", "Progress", "RenderOrder", "Rendered", "Stage", "Studio"]

_LOG = logging.getLogger(__name__)

CACHE_BYTES = 2 << 30
"""About 25 hours of phrases."""
PHRASE_SECONDS = 120.0
"""Seconds: a phrase of 28 syllables takes 8 s on one slow core; the first one also prepares the voice."""
_WARM_SECONDS = 300.0
_MIX_SECONDS = 600.0
_SHAPE_SECONDS = 1800.0
"""An hour of sound, decoded, shaped and perhaps converted, on one slow core."""
BROUGHT = "brought"
"""Name in place of the engine for an uploaded sound."""
_MASTER_SECONDS = 1800.0
"""Seconds: enough for five hours of speech on one slow core."""
_SLOWEST, _FASTEST = 0.5, 2.0
_TRIES = 2
"""Attempts: a phrase may be missing at mixing when somebody cleared the cache meanwhile."""


@dataclass(frozen=True, slots=True)
class _Cast:
    """An engine that was found, with a checked voice."""

    engine: str
    path: str
    version: str
    voice: str
    rate: float

    def key(self, line: Line) -> str:
        return PhraseKey(self.engine, self.version, self.voice, self.rate, line.text).digest()


@dataclass(frozen=True, slots=True)
class _Spoken:
    """All lines are in the cache; how many of them already were, and why not by the ordered voice."""

    cast: _Cast
    cached: int
    assembly: Assembly
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Made:
    """A stored recording: its name, its size in bytes, and what was measured on it."""

    recording: RecordingId
    size: int
    measured: Measured
    opus: RecordingId | None


@dataclass(frozen=True, slots=True)
class _Work:
    """One running render: its order, its folder, and what is released at its end."""

    order: RenderOrder
    script: Script
    place: Path
    held: set[str]
    ends: ExitStack
    tell: OnProgress
    given_up: Future[None]


class Studio:
    """Renders orders in worker processes; `render` may be called from several threads at once.

    `engines` adds engines to the built-in ones, or replaces one, by import path
    ("module:Class"). `warm_engine` is loaded as soon as the workers start.
    """

    def __init__(
        self,
        cache_dir: Path,
        recordings: RecordingStore,
        *,
        workers: int = 2,
        engines: Mapping[str, str] | None = None,
        warm_engine: str | None = "loa",
        cache_bytes: int = CACHE_BYTES,
        phrase_seconds: float = PHRASE_SECONDS,
    ) -> None:
        self._prepared = cache_dir / "prepared"
        self._scratch = cache_dir / "mixing"
        self._cache = PhraseCache(cache_dir / "phrases", cache_bytes)
        self._recordings = recordings
        self._engines = {**BUILT_IN, **(engines or {})}
        self._warm_engine = warm_engine
        self._phrase_seconds = phrase_seconds
        self._window = 2 * workers
        self._warming = workers
        self._workers = Workers(workers, self._prepared)
        self._in_use: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._ahead = PhrasesAhead()

    def start(self) -> None:
        """Start the worker processes; they load the voice while the caller goes on."""
        self._recordings.sweep()
        if self._scratch.is_dir():
            sweep_leftovers(self._scratch.iterdir())
        self._workers.start()
        if self._warm_engine in self._engines:
            for _ in range(self._warming):
                self._workers.submit(Warm(self._engines[self._warm_engine]), _WARM_SECONDS)

    def stop(self) -> None:
        """End the worker processes; a running render raises EngineFailed."""
        self._workers.stop()

    def render(
        self,
        order: RenderOrder,
        on_progress: OnProgress | None = None,
        *,
        into: RecordingStore | None = None,
        given_up: Future[None] | None = None,
    ) -> Rendered:
        """Speak the order and store the recording; raises SpeechError.

        `on_progress` is called from this thread. `into`: another store than that of all recordings.
        `given_up`: when it fails while phrases are spoken, its error is raised: what waits for a worker is
        dropped, and what is being spoken ends half way, unless it is spoken ahead.
        """
        tell = on_progress or (lambda _: None)
        tell(Progress("reading", 0, 1))
        script = script_for(order)
        if not script.all:
            raise EmptyText
        tell(Progress("reading", 1, 1))
        for last in range(1, _TRIES + 1):
            try:
                return self._record(order, script, tell, self._recordings if into is None else into, given_up)
            except FileNotFoundError as lost:
                _LOG.warning("a phrase has left the cache: %s", lost)
                if last == _TRIES:
                    raise EngineFailed from lost
        raise AssertionError("unreachable")

    def level(self, order: LevelOrder, on_progress: OnProgress | None = None) -> Rendered:
        """Make a recording of an uploaded file; raises SpeechError.

        `on_progress` is called from this thread.
        """
        tell = on_progress or (lambda _: None)
        tell(Progress("mixing", 0, 1))
        with scratch(self._scratch) as place:
            mixed = place / "mix.raw"
            shape = Shape(order.brought, mixed, order.alert)
            self._workers.submit(shape, _SHAPE_SECONDS, urgent=order.urgent).result()
            origin = origin_in_file(order.brought)
            made = self._master(
                order, (mixed,), place / "recording.mp3", origin, tell, store=self._recordings
            )
        tell(Progress("done", 1, 1))
        return _rendered(order, made, BROUGHT, order.text)

    def speak_ahead(self, order: RenderOrder) -> int:
        """Speak the phrases of spoken text that are not in the cache yet, one by one; return their number.

        `order.phrase`: that one alone; None: all. Nothing is mixed or stored besides. Raises SpeechError;
        NotAwaited where a render needed the worker.
        """
        cast = self._cast(order.engine, order.voice, order.rate)
        lines = spoken_lines(order.text) if order.phrase is None else script_for(order).lines
        missing = [line for line in lines if not self._cache.use(cast.key(line))]
        for line in missing:
            digest = cast.key(line)
            self._ahead.speak(digest, partial(self._submit, cast, digest, line))
        return len(missing)

    def process_ids(self) -> tuple[int, ...]:
        """Process ids of the running workers."""
        return self._workers.process_ids()

    def _record(
        self,
        order: RenderOrder,
        script: Script,
        tell: OnProgress,
        store: RecordingStore,
        given_up: Future[None] | None,
    ) -> Rendered:
        with self._keeping() as held, scratch(self._scratch) as place, ExitStack() as ends:
            spoken = self._speak(_Work(order, script, place, held, ends, tell, given_up or Future()))
            tell(Progress("mixing", 0, 1))
            mixed, lengths = spoken.assembly.mixed()
            origin = _origin(script)
            made = self._master(order, mixed, place / "recording.mp3", origin, tell, store=store)
            keep_phrases(store, made.recording, phrase_times(script.all, lengths, SAMPLE_RATE))
        tell(Progress("done", 1, 1))
        return replace(
            _rendered(order, made, spoken.cast.engine, script.text),
            fallback_reason=spoken.reason,
            phrases=len(script.lines),
            phrases_cached=spoken.cached,
        )

    def _master(
        self,
        order: RenderOrder | LevelOrder,
        mixed: tuple[Path, ...],
        finished: Path,
        origin: Origin,
        tell: OnProgress,
        *,
        store: RecordingStore,
    ) -> _Made:
        """Bring a mix to its loudness and store it, with whose voice it is."""
        tell(Progress("encoding", 0, 1))
        level = order.loudness_lufs, order.true_peak_dbtp
        job = Master(mixed, finished, *level, order.bitrate_kbps, origin, order.opus_kbps)
        measured = self._workers.submit(job, _MASTER_SECONDS, urgent=order.urgent).result()
        for warning in measured.warnings:
            _LOG.warning("%s: %s", order.title, warning)
        content = finished.read_bytes()
        opus = store.put(finished.with_suffix(".opus").read_bytes()) if order.opus_kbps else None
        recording = store.put(content)
        keep_origin(store, recording, origin)
        return _Made(recording, len(content), measured, opus)

    def _speak(self, work: _Work) -> _Spoken:
        """Bring every line into the cache, by the ordered engine or else by its substitute."""
        order = work.order
        try:
            return self._speak_all(self._cast(order.engine, order.voice, order.rate), work)
        except Stopped:
            raise
        except (EngineUnavailable, EngineFailed, SilentSpeech) as failed:
            if order.fallback is None or order.fallback == order.engine:
                raise
            _LOG.warning("engine %s gave up (%s), %s speaks", order.engine, failed.code, order.fallback)
            spoken = self._speak_all(self._cast(order.fallback, "", order.rate), work)
            return replace(spoken, reason=_reason(failed.sentence))

    def _cast(self, name: str, voice: str, rate: float) -> _Cast:
        if not _SLOWEST <= rate <= _FASTEST:
            raise EngineUnavailable("Tốc độ đọc phải từ 0,5 đến 2. Hãy chọn lại tốc độ.")
        if name not in self._engines:
            raise EngineUnavailable
        engine = make_engine(self._engines[name], self._prepared)
        return _Cast(name, self._engines[name], engine.version, voice_named(engine, voice), rate)

    def _speak_all(self, cast: _Cast, work: _Work) -> _Spoken:
        """Speak what is not in the cache, a few lines at a time, and mix what is complete meanwhile."""
        lines = work.script.lines
        self._hold(work.held, {cast.key(line) for line in lines})
        missing: dict[str, Line] = {}
        for line in lines:
            if not self._cache.use(cast.key(line)):
                missing.setdefault(cast.key(line), line)
        total = len(lines)
        cached = sum(cast.key(line) not in missing for line in lines)
        assembly = work.ends.enter_context(self._assembly(cast, work, missing))
        done = total - len(missing)
        work.tell(Progress("speaking", done, total))
        waiting = iter(missing.items())
        running: dict[Future[None], str] = {}
        try:
            while True:
                while len(running) < self._window and (pair := next(waiting, None)):
                    running[self._awaited(cast, *pair, urgent=work.order.urgent)] = pair[0]
                assembly.go_on()
                if not running:
                    return _Spoken(cast, cached, assembly)
                for future in wait([work.given_up, *running], return_when=FIRST_COMPLETED).done:
                    future.result()
                    assembly.spoken(self._cache.path(running.pop(future)))
                    done += 1
                work.tell(Progress("speaking", done, total))
        finally:
            for future in running:
                self._workers.give_up(future)

    def _assembly(self, cast: _Cast, work: _Work, missing: Iterable[str]) -> Assembly:
        own = {OPENING: work.order.opening, CLOSING: work.order.closing}

        def sound(line: Line) -> Path | Recorded | OwnChime | str:
            if line.sound:
                return Recorded(line.sound)
            if chime := own.get(line.chime):
                return OwnChime(chime)
            return self._cache.path(cast.key(line)) if line.text else line.chime

        pieces = tuple(Piece(sound(line), line.rest_ms) for line in work.script.all)
        programme = bool(work.order.parts)
        return Assembly(
            self._workers,
            # a programme's recordings are converted beside the mix: one worker at a time
            [pieces] if programme else sections(pieces),
            work.place / cast.engine,
            missing=[self._cache.path(digest) for digest in missing],
            patience=_SHAPE_SECONDS if programme else _MIX_SECONDS,
            urgent=work.order.urgent,
        )

    def _awaited(self, cast: _Cast, digest: str, line: Line, *, urgent: bool) -> Future[None]:
        """Have a phrase spoken that somebody waits for; one that is being spoken ahead is waited for.

        Where no worker is free, what was begun ahead last, and nobody waits for, gives way.
        """
        coming = self._ahead.follow(digest)
        if coming is not None:
            return coming
        if self._workers.are_busy and (unawaited := self._ahead.take_unawaited()) is not None:
            self._workers.give_up(unawaited)
        return self._submit(cast, digest, line, urgent=urgent)

    def _submit(self, cast: _Cast, digest: str, line: Line, *, urgent: bool = False) -> Future[None]:
        job = Speak(cast.path, line.text, cast.voice, cast.rate, self._cache.path(digest))
        return self._workers.submit(job, self._phrase_seconds, urgent=urgent)

    @contextmanager
    def _keeping(self) -> Iterator[set[str]]:
        """Yield a set of phrases that clearing the cache does not remove; clear the cache afterwards."""
        held: set[str] = set()
        try:
            yield held
        finally:
            with self._lock:
                self._in_use.subtract(held)
                self._in_use += Counter()
                self._cache.sweep(self._in_use.keys())

    def _hold(self, held: set[str], digests: set[str]) -> None:
        with self._lock:
            self._in_use.update(digests - held)
            held |= digests


def _origin(script: Script) -> Origin:
    """Return the origin of the voice: a machine for text spoken here, a file's own mark for recordings."""
    return together(
        Origin.MACHINE if line.sound is None else origin_in_file(line.sound)
        for line in script.all
        if line.text or line.sound is not None
    )


def _rendered(order: RenderOrder | LevelOrder, made: _Made, engine: str, spoken_text: str) -> Rendered:
    return Rendered(
        recording=made.recording,
        size=made.size,
        duration_ms=round(made.measured.samples * 1000 / SAMPLE_RATE),
        codec=CODEC,
        sample_rate=SAMPLE_RATE,
        engine=engine,
        fallback_reason=None,
        loudness_lufs=round(made.measured.loudness_lufs, 2),
        true_peak_dbtp=round(made.measured.true_peak_dbtp, 2),
        text_characters=len(order.text),
        spoken_text=spoken_text,
        phrases=0,
        phrases_cached=0,
        text_sha256=hashlib.sha256(order.text.encode()).hexdigest(),
        opus=made.opus,
    )


def _reason(sentence: str) -> str:
    """Why another voice speaks; only what happened is quoted, not the advice that follows it."""
    happened = sentence.split(". ", 1)[0].rstrip(".")
    return f"Bản tin được đọc bằng giọng dự phòng. Lý do: {happened}."
