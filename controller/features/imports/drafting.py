"""From a file's bytes to a draft: title, text, what was mended, and what the text says of its legal act."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from controller.errors import BadInput
from controller.features.imports.bulletin_files import NO_TITLE, draft_of
from controller.features.imports.child_reader import imported_apart
from controller.features.imports.decoding import decoded
from controller.features.imports.file_kinds import FileKind, kind_of
from controller.features.imports.legal_references import Reference, heading_of, reference_of
from controller.features.imports.text_repair import Mended, Whole, mended
from controller.features.imports.word import Taken
from controller.model.wording import LONGEST_TITLE, clean_text
from tts.normalization.checking import MAX_CHARACTERS

Opener = Callable[[bytes, FileKind], Taken]

MOST_CHARACTERS = 4 * MAX_CHARACTERS
"""Of a file before it is mended: four times what a bulletin may have, for what mending takes away."""
_TOO_MUCH = "Tệp có quá nhiều chữ: mỗi bản tin tối đa 100.000 ký tự. Hãy tách phần cần phát."


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file; nothing of it is saved. `encoding` is how its letters were kept.

    `before` is the file's text as it came, by lines: what `mended` counts them in.
    """

    kind: FileKind
    title: str
    text: str
    encoding: str
    mended: tuple[Mended, ...]
    mended_count: int
    warnings: tuple[str, ...]
    reference: Reference
    before: str
    aside: tuple[str, ...] = ()
    """Head and foot of a letter, line by line: not in `text`."""
    whole: str = ""
    """The text with them."""
    doubtful: tuple[str, ...] = ()
    """Words that a scan may have given wrongly, as they stand in it."""


_ANSWER = TypeAdapter(Imported)


def import_text(content: bytes) -> Imported:
    """Return the draft that a file, or a pasted text, makes; BadInput says why there is none.

    Runs in a separate process, because repairing 20 million letters takes minutes of CPU time.
    """
    kind_of(content)  # refuse obviously bad files without starting a process
    return _ANSWER.validate_python(imported_apart(content))


def as_json(found: Imported) -> dict[str, Any]:
    """Return a draft as JSON, as the separate process prints it."""
    told: dict[str, Any] = _ANSWER.dump_python(found, mode="json")
    return told


def imported(content: bytes, opener: Opener) -> Imported:
    """Return the draft that a file makes in this very process; `opener` opens what is not plain text."""
    kind = kind_of(content)
    if kind is FileKind.PLAIN:
        plain = decoded(content)
        taken, encoding = Taken(plain.text.splitlines(), []), plain.encoding
    else:
        taken, encoding = opener(content, kind), "Unicode"
    if sum(map(len, taken.lines)) > MOST_CHARACTERS:
        raise BadInput(_TOO_MUCH, code="import.too-large")
    whole = mended(taken.lines, laid_out=kind in {FileKind.PDF, FileKind.PICTURE})
    if not whole.text:
        raise BadInput("Tệp không có chữ nào để lấy.", code="import.empty")
    title, text = _titled(whole)
    text = clean_text(text)
    return Imported(
        kind=kind,
        title=title,
        text=text,
        encoding=whole.encodings[0] if whole.encodings else encoding,
        mended=whole.mended,
        mended_count=whole.count,
        warnings=tuple(_warnings(taken.warnings, whole, title)),
        reference=reference_of(whole.whole),
        aside=whole.aside,
        whole=whole.whole,
        before="\n".join(taken.lines),
        doubtful=taken.doubtful,
    )


def _titled(whole: Whole) -> tuple[str, str]:
    """Return a title and the text: the act's own heading, or a first line that stands apart."""
    text, heading = whole.text, heading_of(whole.text.split("\n"))
    if heading is not None:
        return heading[:LONGEST_TITLE], _without(heading, text) if whole.aside else text
    draft = draft_of(text)
    if draft.title.endswith((".", ":", ";")):  # a first paragraph of one line, not a title
        return NO_TITLE, text
    return draft.title, draft.text


def _without(heading: str, text: str) -> str:
    """Return the text without its first lines where they are the heading: the title says it already."""
    said, rest, whole = "", text, _letters(heading)
    while rest and said != whole and whole.startswith(said):
        line, _, rest = rest.partition("\n")
        said += _letters(line)
    return rest.strip() if said == whole and rest.strip() else text


def _letters(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())


def _warnings(taken: list[str], whole: Whole, title: str) -> list[str]:
    found = list(taken)
    if whole.encodings:
        names = " và ".join(whole.encodings)
        found.append(f"Tệp dùng bảng mã cũ ({names}), đã chuyển sang Unicode. Hãy đọc lại, nhất là chữ hoa.")
    if whole.unsure:
        words = ", ".join(f"“{now}” (hay “{then}”?)" for now, then in whole.unsure)
        found.append(f"Chữ đọc được cả hai cách nên giữ nguyên, hãy xem lại: {words}.")
    if title == NO_TITLE:
        found.append("Không tìm thấy tiêu đề trong tệp. Hãy đặt tiêu đề cho bản tin.")
    return found
