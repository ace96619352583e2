"""How a text will be read, shown to a person or to a program (`loa read`); see docs/reading.md."""

from __future__ import annotations

import json
from collections.abc import Iterator

from controller.errors import BadInput
from controller.settings import Settings
from tts.reading import Reading, Region, Span
from tts.reading import read as reading

_WIDEST = 44  # characters of a cell; ordinary text is shortened, what a rule read is shown whole


def _checked(written: str) -> str:
    if not written.strip():
        raise BadInput("Văn bản trống, không có gì để đọc.", code="text.empty")
    return written


def own_region() -> Region:
    """Return whose number words the station says."""
    return Settings().region


def spoken_lines(written: str, region: Region) -> Iterator[str]:
    """Yield what is spoken for each line, an empty line for an empty one; BadInput if all are empty."""
    for line in _checked(written).splitlines():
        yield reading(line, region=region).spoken if line.strip() else ""


def as_json(written: str, region: Region) -> str:
    """One JSON object: written, spoken, spans and warnings; offsets are characters of `written` there."""
    found = reading(_checked(written), region=region)
    spans = [
        {
            "start": span.start,
            "end": span.end,
            "written": span.written,
            "spoken": span.spoken,
            "rule": span.rule,
            "sure": span.sure,
        }
        for span in found.spans
    ]
    warnings = [
        {"code": one.code, "sentence": one.sentence, "start": one.start, "end": one.end}
        for one in found.warnings
    ]
    return json.dumps(
        {"written": found.written, "spoken": found.spoken, "spans": spans, "warnings": warnings},
        ensure_ascii=False,
    )


def explained(written: str, region: Region) -> Iterator[str]:
    """Yield a table: what is written, what is said for it, by which rule, whether it is sure."""
    found = reading(_checked(written), region=region)
    rows = [("VIẾT", "ĐỌC", "QUY TẮC", ""), *(_row(span) for span in found.spans)]
    left, middle = (max(len(row[column]) for row in rows) for column in (0, 1))
    for row in rows:
        yield f"{row[0]:<{left}}  {row[1]:<{middle}}  {row[2]:<12} {row[3]}".rstrip()
    yield from _warned(found)


def _row(span: Span) -> tuple[str, str, str, str]:
    shortened = span.rule == "plain"
    written = _shortened(span.written) if shortened else span.written
    spoken = _shortened(span.spoken) if shortened else span.spoken or "(không đọc)"
    return written, spoken, span.rule, "" if span.sure else "? nghe lại"


def _shortened(text: str) -> str:
    if len(text) <= _WIDEST:
        return text
    half = (_WIDEST - 3) // 2
    return f"{text[:half]}...{text[-half:]}"


def _warned(found: Reading) -> Iterator[str]:
    if found.warnings:
        yield ""
    for warning in found.warnings:
        line = found.written.count("\n", 0, warning.start) + 1
        yield f"Dòng {line}: {warning.sentence}"
