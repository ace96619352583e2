"""How a text will be read, shown to a person or to a program (`loa read`); see docs/reading.md."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from controller.errors import BadInput
from controller.features.reading.explained import explained as laid_out
from controller.settings import Settings
from tts.normalization import Region, Register
from tts.normalization import read as reading


def _checked(written: str) -> str:
    if not written.strip():
        raise BadInput("Văn bản trống, không có gì để đọc.", code="text.empty")
    return written


def own_manner(region: Region | None, register: Register | None) -> tuple[Region, Register]:
    """Return what was asked for, else the region and the register that the station uses."""
    settings = Settings()
    return region or settings.region, register or settings.reading_register


def spoken_lines(written: str, region: Region, register: Register) -> Iterator[str]:
    """Yield what is spoken for each line, an empty line for an empty one; BadInput if all are empty.

    The text is read as a whole, as a bulletin is: what one line explains holds for the next.
    """
    yield from reading(_checked(written).rstrip("\r\n"), region=region, register=register).spoken.split("\n")


def as_json(written: str, region: Region, register: Register) -> str:
    """One JSON object: written, spoken, spans and warnings; offsets are characters of `written` there.

    `written` is the mended text; `typed` of a span is what stood there before, null where nothing was mended.
    """
    return json.dumps(
        asdict(reading(_checked(written), region=region, register=register)), ensure_ascii=False
    )


def explained(written: str, region: Region, register: Register) -> Iterator[str]:
    """Yield what is said otherwise than it is written, of which kind, and where one should listen."""
    yield from laid_out(reading(_checked(written), region=region, register=register))
