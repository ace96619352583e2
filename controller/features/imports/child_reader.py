"""Opens foreign files in a separate process, so that a harmful file can only harm that process."""

import json
import sys
import threading
from pathlib import Path
from typing import Any

from controller.errors import BadInput, Busy
from controller.features.imports.file_kinds import CHIME_SOUND, SOUND, TEXT
from controller.host.child_process import answer_of
from tts.found import Found

MOST_SECONDS = 90.0
"""For a process that may use forty seconds of a processor, on a machine that is busy."""
MOST_AT_ONCE = 2
_WAIT_SECONDS = 30.0
_PLACES = threading.BoundedSemaphore(MOST_AT_ONCE)
_TOO_LONG = "Tệp âm thanh này quá nặng nên không kiểm tra được. Hãy lưu lại dưới dạng MP3, hoặc chia ngắn ra."
_TOO_MUCH = "Tệp này quá nặng hoặc bị hỏng nên không mở được. Hãy chép phần chữ cần phát sang tệp mới."


def imported_apart(content: bytes) -> dict[str, Any]:
    """Return the draft of a file as JSON has it; BadInput as its reader says, or where that took too much."""
    return _asked(content, TEXT)


def examined_apart(path: Path, *, as_chime: bool = False) -> Found:
    """Return the findings on a sound file; raise BadInput from its reader."""
    return Found(**_asked(b"", CHIME_SOUND if as_chime else SOUND, str(path)))


def _asked(content: bytes, *arguments: str) -> dict[str, Any]:
    if not _PLACES.acquire(timeout=_WAIT_SECONDS):
        raise Busy("Đang có nhiều tệp được mở cùng lúc. Hãy thử lại sau ít phút.", code="import.busy")
    try:
        # as of a speech worker: BLAS would start threads that have nothing to do
        alone = ["env", "OPENBLAS_NUM_THREADS=1"]
        program = [*alone, sys.executable, "-m", "controller.features.imports", *arguments]
        said = answer_of(program, content, seconds=MOST_SECONDS)
    finally:
        _PLACES.release()
    if not said:
        raise BadInput(_TOO_MUCH if arguments[0] == TEXT else _TOO_LONG, code="import.too-heavy")
    answer: dict[str, Any] = json.loads(said)
    if "code" in answer:
        raise BadInput(answer["sentence"], code=answer["code"])
    return answer
