"""Machine-readable mark of a sound file that says whose voice it is (docs/speech.md, "The mark in a file").

The same origin always gives the same bytes, so recordings with a mark stay reproducible by their digest.
"""

from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Final


class Origin(Enum):
    """Origin of the voice in a sound; PERSON is also the default for unmarked sounds."""

    PERSON = "person"
    MACHINE = "machine"
    MIXED = "mixed"


VOCABULARY: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""IPTC's vocabulary of digital source types; C2PA and picture agencies use it too."""
SOURCE_TYPES: Final = {
    Origin.MACHINE: "trainedAlgorithmicMedia",
    Origin.MIXED: "compositeWithTrainedAlgorithmicMedia",
}
WORDS: Final = {
    Origin.MACHINE: "Giọng đọc do máy tạo (AI).",
    Origin.MIXED: "Có phần giọng đọc do máy tạo (AI).",
}
"""The same for people."""
_FIELD: Final = "DigitalSourceType"
_LOOKED_THROUGH: Final = 1 << 16
"""Bytes of each end of a file: tags stand at one of them."""
_UTF8: Final = b"\x03"


def comment_of(origin: Origin) -> str:
    """The mark as the comment of a WAV or Opus file; "" for a person's voice."""
    if origin not in SOURCE_TYPES:
        return ""
    return f"{WORDS[origin]} Synthetic voice. {_FIELD}: {VOCABULARY}{SOURCE_TYPES[origin]}"


def id3_of(origin: Origin) -> bytes:
    """The mark as an ID3v2.4 tag, which stands before the frames of an MP3; nothing for a person's voice.

    In UTF-8, so that no byte of it is 0xFF: a simple decoder looks for that as the beginning of a frame.
    Source: ID3 tag version 2.4.0, main structure and native frames (id3.org).
    """
    if origin not in SOURCE_TYPES:
        return b""
    address = f"{VOCABULARY}{SOURCE_TYPES[origin]}".encode()
    told = _frame(b"TXXX", _UTF8 + _FIELD.encode() + b"\0" + address)
    told += _frame(b"COMM", _UTF8 + b"vie" + b"\0" + comment_of(origin).encode())
    return b"ID3\x04\x00\x00" + _synchsafe(len(told)) + told


def _frame(name: bytes, content: bytes) -> bytes:
    return name + _synchsafe(len(content)) + b"\0\0" + content


def _synchsafe(size: int) -> bytes:
    """A size as four bytes of seven bits each."""
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def origin_in(content: bytes) -> Origin:
    """What a file's bytes say of the voice, in any format, written by any program."""
    ends = content[:_LOOKED_THROUGH] + b" " + content[-_LOOKED_THROUGH:]
    for origin, kind in SOURCE_TYPES.items():
        if f"/digitalsourcetype/{kind}".encode() in ends:
            return origin
    return Origin.PERSON


def origin_in_file(path: Path) -> Origin:
    """Likewise of a file; raises FileNotFoundError."""
    with path.open("rb") as opened:
        head = opened.read(_LOOKED_THROUGH)
        opened.seek(max(len(head), path.stat().st_size - _LOOKED_THROUGH))
        return origin_in(head + b" " + opened.read(_LOOKED_THROUGH))


def together(origins: Iterable[Origin]) -> Origin:
    """Whose voice is heard in what is put together of several sounds."""
    found = set(origins)
    return found.pop() if len(found) == 1 else Origin.MIXED if found else Origin.PERSON
