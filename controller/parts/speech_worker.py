"""`loa speech-worker`: speaks for a station that leads elsewhere; docs/decisions/150-speech-workers.md."""

import contextlib
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from controller.clocks import utc_now
from controller.errors import StartFailed
from controller.features.speech.workers import Terms, forget_worker, note_worker, noted_terms, terms_of
from controller.host.home_folder import make_home, refuse_practice_home
from controller.host.interpreter import settle
from controller.host.logs import log_to
from controller.host.sound_stores import recordings_of, uploads_of
from controller.model.bulletins import Rendering
from controller.parts.schema_check import refuse_other_schema
from controller.runtime.rendering_lanes import CLAIM_S, Order, RenderingLanes
from controller.settings import Settings
from controller.store import Store
from controller.store.announcements import Announcements
from controller.terminal.progress import Stages
from schedules.clock import Beat, Clock
from tts.engines import engines_with
from tts.engines.offered import SPEAKER
from tts.orders import LevelOrder
from tts.studio import Studio

_LOG = logging.getLogger(__name__)

DRAIN_S: Final = 50.0
"""Seconds for which a worker that is asked to end goes on with what it speaks; then it gives that back."""
_LAST_S: Final = 5.0
"""Seconds to give back what was ended with the voices."""
_SIGN_OF_LIFE_EVERY: Final = timedelta(seconds=5)
_ADDED: Final = "piper"
"""The engine of voices that were added."""


@dataclass
class SpeechWorkerPart:
    """A machine that speaks. It has no key of the station and no broker: it hands over what it made."""

    settings: Settings
    engines: Mapping[str, str] = field(default_factory=dict)
    """For tests: more voice engines, by import path."""
    drain_s: float = DRAIN_S
    claim_s: float = CLAIM_S
    _id: str = field(default_factory=lambda: secrets.token_hex(16))
    _terms: Terms | None = None
    _said: str = ""
    _known: Mapping[str, str] = field(default_factory=dict)
    _parts: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def place(self) -> str:
        """Return this machine and process in words."""
        return f"máy đọc «{socket.gethostname()}», tiến trình {os.getpid()}"

    def start(self) -> None:
        """Start to speak; raises StartFailed, with nothing left running."""
        with contextlib.ExitStack() as parts:
            self.store = Store(self.settings.database)
            parts.callback(self.store.close)
            refuse_other_schema(self.store, "máy đọc sẽ bắt đầu khi xong")
            self._make_lanes()
            self.studio.start()
            parts.callback(self.lanes.drain, _LAST_S)
            parts.callback(self.studio.stop)
            parts.callback(self._leave)
            self._live()
            life = Clock([Beat("sign-of-life", _SIGN_OF_LIFE_EVERY, self._live)])
            for part in (self.lanes, life, Announcements(self.store, on_decided=self.lanes.wake)):
                part.start()
                parts.callback(part.stop)
            self._parts = parts.pop_all()

    def stop(self, given_up: Callable[[], bool] = lambda: False) -> None:
        """Finish what is being spoken, for a while and until `given_up`; give back the rest, and stop."""
        for _ in range(round(self.drain_s)):
            self.lanes.drain(1.0)
            if given_up() or not self.lanes.is_busy:
                break
        self._parts.close()

    def _make_lanes(self) -> None:
        settings = self.settings
        recordings, uploads = recordings_of(settings), uploads_of(settings)
        self._known = {**engines_with(settings.voices_dir), **self.engines}
        self.studio = Studio(
            settings.speech_cache_dir,
            recordings,
            workers=settings.speech_workers,
            cache_bytes=settings.phrases_megabytes << 20,
            engines=self._known,
            warm_engine=settings.fallback_engine if settings.engine == "gtts" else settings.engine,
        )
        self.lanes = RenderingLanes(
            self.store,
            self.studio,
            recordings,
            uploads,
            self._settings_now,
            utc_now,
            settings.render,
            self.place,
            life_s=self.claim_s,
            lack=self._lack,
        )

    def _live(self) -> None:
        """Give a sign of life, and ask how recordings are made."""
        with self.store.apart() as connection:  # no page is to be drawn anew for it
            note_worker(connection, self._id, self.place, self.settings.render)
        with self.store.read() as session:
            self._terms = noted_terms(session)

    def _leave(self) -> None:
        with self.store.apart() as connection:
            forget_worker(connection, self._id)

    def _settings_now(self) -> Settings | None:
        """Return how recordings are made now; None: the station has not said, or it runs another release."""
        terms, own = self._terms, terms_of(self.settings)
        if terms is None:
            self._say("no station has said yet how recordings are made")
            return None
        if terms.software != own.software:
            self._say(f"the station runs {terms.software}, this is {own.software}")
            return None
        self._say("")
        return terms.on(self.settings)

    def _say(self, why: str) -> None:
        if why and why != self._said:
            _LOG.warning("nothing is spoken: %s", why)
        self._said = why

    # --- what cannot be made here

    def _lack(self, rendering: Rendering, order: Order) -> str | None:
        if isinstance(order, LevelOrder):
            return None
        if order.engine not in self._known and order.engine != _ADDED:
            return f"Máy đọc «{socket.gethostname()}» không có bộ đọc «{order.engine}»."
        if order.engine == _ADDED and not self._has_model(rendering.voice):
            return (
                f"Máy đọc «{socket.gethostname()}» không có giọng «{rendering.voice or _ADDED}» đúng như của "
                "đài: chép thư mục LOA_VOICES từ đài sang."
            )
        return None

    def _has_model(self, voice: str) -> bool:
        """Whether an added voice has the very files here that the station has; "" is its first one."""
        there = self._terms.models if self._terms is not None else []
        here = terms_of(self.settings).models
        if not voice:
            return bool(there) and there[:1] == here[:1]
        name = voice.partition(SPEAKER)[0]
        return any(model[0] == name and model in here for model in there)


def check_worker(settings: Settings) -> None:
    """Raise StartFailed where these settings cannot serve a machine that speaks for others."""
    refuse_practice_home(settings.home)
    if settings.database.startswith("sqlite"):
        raise StartFailed(
            "Máy đọc nhận việc qua cơ sở dữ liệu PostgreSQL của tỉnh: đặt LOA_DATABASE_URL. Đài một máy tự "
            "đọc, không cần máy đọc riêng.",
            code="worker.needs_postgresql",
        )
    if not settings.recordings:
        raise StartFailed(
            "Máy đọc giao tệp âm thanh qua kho chung với đài: đặt LOA_RECORDINGS (và LOA_UPLOADS để ghép "
            "nhạc hiệu, âm thanh tải lên).",
            code="worker.needs_store",
        )
    if not (settings.render and settings.speech_workers):
        raise StartFailed(
            "LOA_RENDER và LOA_SPEECH_WORKERS của máy đọc phải từ 1 trở lên.", code="worker.speaks_nothing"
        )


def run(**chosen: Any) -> None:
    """Speak until Ctrl-C or SIGTERM; a second one ends at once. `chosen`: fields of `SpeechWorkerPart`."""
    settings = Settings()
    check_worker(settings)
    make_home(settings.home)
    log_to(settings.home / "loa-speech.log", settings.log_level, is_json=settings.log_format == "json")
    asked, again = threading.Event(), threading.Event()

    def end(*_: object) -> None:
        (again if asked.is_set() else asked).set()

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, end)
    worker = SpeechWorkerPart(settings, **chosen)
    with Stages() as stages:
        worker.start()
        stages.say(f"Đang chờ việc: {worker.place}.")
        settle()
        asked.wait()
        stages.say("Đang đọc nốt; nhận tín hiệu lần nữa thì dừng ngay.")
        worker.stop(again.is_set)
        stages.say("Đã dừng.")
