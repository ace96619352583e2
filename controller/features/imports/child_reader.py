"""Opens foreign files in a separate process, so that a harmful file can only harm that process."""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from controller.errors import BadInput, Busy
from controller.features.imports.file_kinds import CHIME_SOUND, SOUND, TEXT
from controller.host import child_process as child
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
        answer = _answer(content, arguments)
    finally:
        _PLACES.release()
    if "code" in answer:
        raise BadInput(answer["sentence"], code=answer["code"])
    return answer


def _answer(content: bytes, arguments: Sequence[str]) -> dict[str, Any]:
    process = child.start(
        [sys.executable, "-m", "controller.features.imports", *arguments],
        log=None,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        said, _ = process.communicate(content, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired as late:
        raise _too_heavy(arguments) from late
    finally:
        child.stop(process)
    if process.returncode != 0:
        raise _too_heavy(arguments)
    return dict(json.loads(said))


def _too_heavy(arguments: Sequence[str]) -> BadInput:
    return BadInput(_TOO_LONG if arguments[0] in {SOUND, CHIME_SOUND} else _TOO_MUCH, code="import.too-heavy")
