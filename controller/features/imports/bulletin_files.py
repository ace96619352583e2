"""Bulletin files: a title line, an empty line, the text; or the text alone."""

import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import BinaryIO

from controller.errors import BadInput
from controller.model.limits import LARGEST_FILE
from tts.errors import BadEncoding

NO_TITLE = "Bản tin truyền thanh"
LONGEST_TITLE = 150  # a first line longer than this is text, not a title
_LARGEST = 1_000_000  # bytes; far beyond the longest bulletin, small enough to read at once


@dataclass(frozen=True)
class TitledText:
    """A title and a text, as a person wrote them."""

    title: str
    text: str


def draft_of(written: str) -> TitledText:
    """Take the first line as the title where an empty line follows it; otherwise all is text."""
    head, _, rest = written.lstrip("\ufeff\r\n ").partition("\n")
    second, _, body = rest.partition("\n")
    if head.strip() and not second.strip() and body.strip() and len(head.strip()) <= LONGEST_TITLE:
        return TitledText(head.strip(), body.strip())
    return TitledText(NO_TITLE, written)


def written_in(path: Path) -> str:
    """Return a file's text; `-` is standard input. BadInput or BadEncoding say what is wrong with it."""
    data = content_of(path, _LARGEST)
    if len(data) > _LARGEST:
        raise BadInput(f"Tệp «{path}» quá lớn (trên {_LARGEST:,} byte).", code="text.too_large")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadEncoding from None


def content_of(path: Path, most: int = LARGEST_FILE) -> bytes:
    """Return a file's bytes, at most one more than `most`; `-` is standard input."""
    if str(path) == "-":
        return sys.stdin.buffer.read(most + 1)
    with opened(path) as file:
        return file.read(most + 1)


def opened(path: Path) -> BinaryIO:
    """Open a file for reading, or raise BadInput with what is wrong with it."""
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise BadInput(
            f"Không tìm thấy tệp «{path}». Hãy kiểm tra lại tên tệp.", code="text.no_file"
        ) from None
    except OSError as error:
        raise BadInput(
            f"Không đọc được tệp «{path}»: {error.strerror}. Hãy kiểm tra quyền đọc tệp.",
            code="text.unreadable",
        ) from error


def sample(name: str) -> TitledText:
    """Return one of the bulletins that come with the product."""
    return draft_of((resources.files("tts") / "samples" / f"{name}.txt").read_text("utf-8"))
