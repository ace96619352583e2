"""A reading laid out for a person (`loa read --explain`): what is said otherwise, and where to listen."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from controller.http.named import words_in
from tts.normalization import Reading, Span

_KINDS: Final = words_in(Path(__file__).with_name("rules.csv"))
"""What each rule of the reading is called to a person."""
_OTHER: Final = "khác"
_ALSO_MENDED: Final = ", máy đã sửa chữ"
_MARKS: Final = ".,;:?!)"
_LINKS: Final = frozenset({"range", "per", "times", "year", "score", "slash"})
"""Rules of what stands between two numbers: such neighbours are shown as one."""
_UNHEARD: Final = frozenset({"plain", "bracket", "silent", "bullet", "dash", "slash"})
"""Rules that say what is written, or only rest."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A place that is said otherwise than it is written."""

    line: int
    written: str
    spoken: str
    kind: str
    sure: bool


def explained(found: Reading) -> Iterator[str]:
    """Yield, line by line of the text, what is said otherwise; the same again is only counted."""
    entries = list(_entries(found))
    again = Counter((one.written, one.spoken) for one in entries)
    shown: set[tuple[str, str]] = set()
    for one in entries:
        if (one.written, one.spoken) in shown:
            continue
        shown.add((one.written, one.spoken))
        times = again[one.written, one.spoken]
        more = f", {times} lần" if times > 1 else ""
        doubt = "?" if not one.sure else " "
        yield f"{doubt} dòng {one.line}: {one.written} → {one.spoken or '(không đọc)'}  [{one.kind}{more}]"
    unsure = sum(not one.sure for one in entries)
    yield _summary(len(entries), unsure)
    yield from _warned(found)


def _summary(read_otherwise: int, unsure: int) -> str:
    if not read_otherwise:
        return "Mọi chữ được đọc đúng như viết."
    listen = f"{unsure} chỗ cần nghe lại (dấu ?)" if unsure else "không chỗ nào phải ngờ"
    return f"{read_otherwise} chỗ đọc khác chữ viết, {listen}."


def _entries(found: Reading) -> Iterator[_Entry]:
    group: list[Span] = []
    for span in found.spans:
        linked = bool(group) and (span.rule in _LINKS or group[-1].rule in _LINKS)
        if linked and span.rule != "plain":
            group.append(span)
            continue
        if linked and span.spoken[:1].isalpha():
            group.append(_first_word(span))  # 0,03%/ngày
        yield from _entry(found, group)
        group = [] if span.rule in _UNHEARD else [span]
    yield from _entry(found, group)


def _first_word(span: Span) -> Span:
    written, spoken = (said.split()[0].rstrip(_MARKS) for said in (span.written, span.spoken))
    return replace(span, written=written, spoken=spoken, end=span.start + len(written))


def _entry(found: Reading, group: list[Span]) -> Iterator[_Entry]:
    if not group:
        return
    start, end = group[0].start, group[-1].end
    is_mended = any(span.typed is not None for span in group)
    written = " ".join((_as_typed(found, group) if is_mended else found.written[start:end]).split())
    spoken = " ".join(span.spoken for span in group if span.spoken)
    if written == spoken:
        return
    line = found.written.count("\n", 0, start) + 1
    kind = _KINDS.get(group[0].rule, _OTHER)
    if is_mended and group[0].rule != "mended":
        kind += _ALSO_MENDED
    yield _Entry(line, written, spoken, kind, all(span.sure for span in group))


def _as_typed(found: Reading, group: list[Span]) -> str:
    """What was typed where the spans stand, before mending."""
    pieces: list[str] = []
    done = group[0].start
    for span in group:
        pieces += (found.written[done : span.start], span.written if span.typed is None else span.typed)
        done = span.end
    return "".join(pieces)


def _warned(found: Reading) -> Iterator[str]:
    if found.warnings:
        yield ""
    for warning in found.warnings:
        line = found.written.count("\n", 0, warning.start) + 1
        yield f"Dòng {line}: {warning.sentence}"
