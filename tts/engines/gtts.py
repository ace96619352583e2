"""The voice of Google Translate through gTTS, where there is a network; the only module that knows gTTS.

An unofficial service: it promises nothing and may refuse at any time; gTTS does not check its certificate.
Every phrase is kept in the cache, and an order should name another engine as fallback: a network that fails
costs a bulletin at most 10 s before the other voice speaks.
"""

from __future__ import annotations

import logging
import queue
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential
from tenacity.stop import stop_base

from tts.engines import Sound
from tts.engines.offered import BUILT_IN_VOICES
from tts.engines.pieces import pieces_of
from tts.errors import EngineFailed, EngineUnavailable, SpeechError

if TYPE_CHECKING:  # numpy is loaded in processes that work on sound, not in the station
    import numpy as np
    from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)

LONGEST = 100
"""Characters that the service takes in one request."""
TIMEOUT_SECONDS = 4.0
"""For one request, from the look-up of the name to the last byte; a good line takes less than one."""
PATIENCE_SECONDS = 8.0
"""May be lost in failed tries and the pauses after them within a minute; then another voice shall speak."""
TRIES = 3
_FORGOTTEN_SECONDS = 60.0
"""What was lost so long ago no longer counts."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 4.0
_SLOW_BELOW = 0.8
"""The service knows two tempos only."""
_JOIN_SECONDS = 0.12
_REFUSED = frozenset({401, 403, 404, 429})


class _Passing(Exception):  # noqa: N818 - it passes: another try may succeed
    """A failure that another try may mend; carries what to raise when none does."""

    def __init__(self, final: SpeechError) -> None:
        super().__init__(final.sentence)
        self.final = final


class GoogleEngine:
    """Engine "gtts"; needs a network at the time of speaking, never at the time of airing."""

    name = "gtts"
    version = "1"
    voices = BUILT_IN_VOICES["gtts"]

    def __init__(
        self,
        _prepared: Path,
        timeout: float = TIMEOUT_SECONDS,
        first_wait: float = _FIRST_WAIT,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout = timeout
        self._first_wait = first_wait
        self._patience = patience
        self._clock = clock
        self._losses: deque[tuple[float, float]] = deque()

    def prepare(self) -> None:
        """Raises EngineUnavailable when gTTS is not installed."""
        try:
            import gtts  # noqa: F401 - only whether it is there
        except ImportError as missing:
            raise EngineUnavailable from missing

    def speak(self, phrase: str, voice: str, rate: float) -> Sound:  # noqa: ARG002 - there is one voice
        """Say one phrase, request by request; raises EngineUnavailable or EngineFailed after a few tries."""
        import numpy as np

        self.prepare()
        if not re.search(r"\w", phrase):
            raise EngineFailed
        parts: list[NDArray[np.float32]] = []
        sample_rate = 0
        for piece in pieces_of(phrase, LONGEST):
            samples, sample_rate = _decoded(self._fetched(piece, slow=rate < _SLOW_BELOW))
            parts += [samples, np.zeros(round(_JOIN_SECONDS * sample_rate), np.float32)]
        return Sound(np.concatenate(parts[:-1]), sample_rate)

    def _fetched(self, piece: str, *, slow: bool) -> bytes:
        """The MP3 of one piece."""
        if self._left() <= 0:
            raise EngineUnavailable("Mạng tới giọng đọc Google đang chập chờn. Hãy kiểm tra mạng.")
        wait = wait_exponential(self._first_wait, _LONGEST_WAIT)
        tries = Retrying(
            retry=retry_if_exception_type(_Passing),
            stop=stop_after_attempt(TRIES) | _Spent(self._left),
            wait=lambda state: min(wait(state), max(0.0, self._left())),
            before_sleep=self._note_pause,
            reraise=True,
        )
        try:
            return tries(self._try, piece, slow=slow)
        except _Passing as gave_up:
            raise gave_up.final from gave_up

    def _try(self, piece: str, *, slow: bool) -> bytes:
        began = self._clock()
        try:
            return _answer_within(min(self._timeout, self._left()), piece, slow=slow)
        except _Passing:
            self._lose(self._clock() - began)
            raise

    def _note_pause(self, state: RetryCallState) -> None:
        _LOG.info("request %d failed, another follows", state.attempt_number)
        self._lose(state.upcoming_sleep)

    def _lose(self, seconds: float) -> None:
        self._losses.append((self._clock(), seconds))

    def _left(self) -> float:
        """Seconds that may still be lost."""
        while self._losses and self._losses[0][0] < self._clock() - _FORGOTTEN_SECONDS:
            self._losses.popleft()
        return self._patience - sum(seconds for _, seconds in self._losses)


class _Spent(stop_base):
    """Ends the tries when hardly anything is left that may be lost."""

    def __init__(self, left: Callable[[], float]) -> None:
        self._left = left

    def __call__(self, retry_state: RetryCallState) -> bool:
        return self._left() <= retry_state.upcoming_sleep


def _answer_within(seconds: float, piece: str, *, slow: bool) -> bytes:
    """The answer to one request, or _Passing when it has not come whole in time.

    In a thread of its own, which ends by itself: neither the look-up of a name nor an answer that trickles in
    knows a time limit.
    """
    answers: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_request(piece, slow=slow, timeout=seconds))
        except Exception as failed:  # noqa: BLE001 - raised again by the thread that waits
            answers.put(failed)

    threading.Thread(target=ask, name="gtts-request", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise _Passing(_unreachable()) from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _request(piece: str, *, slow: bool, timeout: float) -> bytes:
    from gtts import gTTS, gTTSError

    out = BytesIO()
    try:
        # one piece is one request: gTTS would cut longer text in the middle of a clause
        speech = gTTS(piece, lang="vi", slow=slow, lang_check=False, timeout=timeout)
        speech.write_to_fp(out)
    except gTTSError as failed:
        raise _judged(failed) from failed
    except (AssertionError, ValueError, TypeError, OSError) as failed:
        raise EngineFailed from failed
    if not out.getvalue():
        raise _Passing(_silent())
    return out.getvalue()


def _judged(failed: Any) -> Exception:
    """Our error for one of gTTS: who is refused must not ask again at once, what broke may be tried again."""
    if failed.rsp is None:
        return _Passing(_unreachable())
    status = failed.rsp.status_code
    if status in _REFUSED:
        return EngineUnavailable(f"Giọng đọc Google từ chối phục vụ (mã {status}). Hãy chọn giọng khác.")
    if status == 200:  # noqa: PLR2004 - HTTP's word for success
        return _Passing(_silent())
    return _Passing(EngineUnavailable(f"Giọng đọc Google đang gặp lỗi (mã {status}). Hãy thử lại sau."))


def _unreachable() -> EngineUnavailable:
    return EngineUnavailable("Không kết nối được với giọng đọc Google. Hãy kiểm tra mạng.")


def _silent() -> EngineFailed:
    return EngineFailed("Giọng đọc Google không trả về âm thanh. Hãy chọn giọng khác.")


def _decoded(content: bytes) -> tuple[NDArray[np.float32], int]:
    from tts.codec import UnknownSoundFormat, decode_mp3

    try:
        return decode_mp3(content)
    except UnknownSoundFormat as damaged:
        raise EngineFailed from damaged
