"""Reads long texts in a separate process, so that no page waits for another's text (docs/reading.md)."""

import json
import sys
import threading
from collections import OrderedDict
from dataclasses import asdict
from typing import Any, Final

from pydantic import TypeAdapter

from controller.errors import BadInput, Busy
from controller.host.child_process import answer_of
from tts.normalization import Reading, Region, Register, read

Words = tuple[tuple[str, str], ...]

READ_HERE: Final = 8_000
"""Characters that are read at once, in 0.2 s of a processor at most; ordinary bulletins are shorter."""
MOST_SECONDS: Final = 30.0
"""For the longest text that a bulletin may have, 5 s of a processor, on a machine that is busy."""
MOST_AT_ONCE: Final = 2
_WAIT_SECONDS: Final = 10.0
_REMEMBERED: Final = 32
"""Long readings that are kept: a page that lives is drawn again each few seconds."""
_PLACES: Final = threading.BoundedSemaphore(MOST_AT_ONCE)
_Key = tuple[str, Words, Region, Register]
_kept: "OrderedDict[_Key, Reading]" = OrderedDict()
_keeping: Final = threading.Lock()
_ANSWER: Final = TypeAdapter(Reading)


def read_apart(
    text: str,
    words: Words,
    region: Region,
    register: Register = "radio",
    *,
    seconds: float = MOST_SECONDS,
) -> Reading:
    """Return how a text is read, a long one by another process; `seconds` bounds that.

    Raises Busy where too many long texts are being read, BadInput where the time was not enough.
    """
    if len(text) <= READ_HERE:
        return read(text, words=dict(words), region=region, register=register)
    key = (text, words, region, register)
    found = _remembered(key)
    if found is not None:
        return found
    if not _PLACES.acquire(timeout=_WAIT_SECONDS):
        raise Busy("Đang có nhiều bài dài được đọc cùng lúc. Hãy thử lại sau ít phút.", code="reading.busy")
    try:
        found = _remembered(key)  # another request may have read it while this one waited
        if found is None:
            asked = {"text": text, "words": words, "region": region, "register": register}
            found = _asked(asked, seconds)
            _remember(key, found)
    finally:
        _PLACES.release()
    return found


def _remembered(key: _Key) -> Reading | None:
    with _keeping:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
        return found


def _remember(key: _Key, found: Reading) -> None:
    with _keeping:
        _kept[key] = found
        if len(_kept) > _REMEMBERED:
            _kept.popitem(last=False)


def _asked(asked: dict[str, Any], seconds: float) -> Reading:
    program = [sys.executable, "-m", "controller.features.reading.child_reader"]
    said = answer_of(program, json.dumps(asked).encode(), seconds=seconds)
    if not said:
        raise BadInput(
            "Máy đọc bài này quá lâu nên đã dừng; chữ vẫn còn nguyên. "
            "Hãy chia bài thành nhiều bản tin ngắn hơn.",
            code="reading.too-slow",
        )
    return _ANSWER.validate_json(said)


def _answer() -> None:
    asked = json.load(sys.stdin)
    found = read(
        asked["text"], words=dict(asked["words"]), region=asked["region"], register=asked["register"]
    )
    json.dump(asdict(found), sys.stdout)


if __name__ == "__main__":
    _answer()
