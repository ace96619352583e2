"""Opens foreign files in a process of their own: what a file does to its reader, it does there."""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from controller import child
from controller.errors import BadInput, Busy
from controller.importing.kinds import SOUND, FileKind
from controller.importing.word import Taken

MOST_SECONDS = 90.0
"""For a process that may use forty seconds of a processor, on a machine that is busy."""
MOST_AT_ONCE = 2
_WAIT_SECONDS = 30.0
_PLACES = threading.BoundedSemaphore(MOST_AT_ONCE)
_TOO_MUCH = "Tệp này quá nặng hoặc bị hỏng nên không mở được. Hãy chép phần chữ cần phát sang tệp mới."


def opened_apart(content: bytes, kind: FileKind) -> Taken:
    """Return a file's lines; BadInput as its reader says, or where the reader ran out of time or memory."""
    answer = _asked(content, kind.value)
    return Taken(answer["lines"], answer["warnings"])


def looked_at_apart(path: Path) -> float | None:
    """Return the seconds of a sound file, None where only decoding tells; BadInput as its reader says."""
    seconds: float | None = _asked(b"", SOUND, str(path))["seconds"]
    return seconds


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
        [sys.executable, "-m", "controller.importing", *arguments],
        log=None,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        said, _ = process.communicate(content, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired as late:
        raise BadInput(_TOO_MUCH, code="import.too-heavy") from late
    finally:
        child.stop(process)
    if process.returncode != 0:
        raise BadInput(_TOO_MUCH, code="import.too-heavy")
    return dict(json.loads(said))
