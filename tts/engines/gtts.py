"""The voice of Google Translate through gTTS, where there is a network; the only module that knows gTTS.

An unofficial service: it promises nothing and may refuse at any time; gTTS does not check its certificate.
Every phrase is kept in the cache, and an order should name another engine as fallback.
"""

from __future__ import annotations

import logging
import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from tts.engines import Sound, Voice
from tts.engines.pieces import pieces_of
from tts.errors import EngineFailed, EngineUnavailable, SpeechError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)

LONGEST = 100
"""Characters that the service takes in one request."""
TIMEOUT_SECONDS = 10.0
"""gTTS waits for ever unless told not to."""
TRIES = 3
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
    voices = (Voice("vi", "Google (cần mạng)"),)

    def __init__(
        self, _prepared: Path, timeout: float = TIMEOUT_SECONDS, first_wait: float = _FIRST_WAIT
    ) -> None:
        self._timeout = timeout
        self._first_wait = first_wait

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
        tries = Retrying(
            retry=retry_if_exception_type(_Passing),
            stop=stop_after_attempt(TRIES),
            wait=wait_exponential(self._first_wait, _LONGEST_WAIT),
            before_sleep=_note,
            reraise=True,
        )
        try:
            return tries(_request, piece, slow=slow, timeout=self._timeout)
        except _Passing as gave_up:
            raise gave_up.final from gave_up


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
        return _Passing(EngineUnavailable("Không kết nối được với giọng đọc Google. Hãy kiểm tra mạng."))
    status = failed.rsp.status_code
    if status in _REFUSED:
        return EngineUnavailable(f"Giọng đọc Google từ chối phục vụ (mã {status}). Hãy chọn giọng khác.")
    if status == 200:  # noqa: PLR2004 - HTTP's word for success
        return _Passing(_silent())
    return _Passing(EngineUnavailable(f"Giọng đọc Google đang gặp lỗi (mã {status}). Hãy thử lại sau."))


def _silent() -> EngineFailed:
    return EngineFailed("Giọng đọc Google không trả về âm thanh. Hãy chọn giọng khác.")


def _decoded(content: bytes) -> tuple[NDArray[np.float32], int]:
    from tts.codec import UnknownSoundFormat, decode_mp3

    try:
        return decode_mp3(content)
    except UnknownSoundFormat as damaged:
        raise EngineFailed from damaged


def _note(state: RetryCallState) -> None:
    _LOG.info("request %d failed, another follows", state.attempt_number)
