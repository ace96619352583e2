"""Words pasted into a form: old fonts, broken lines, a letter's head put right, told, and taken back."""

import hashlib
from collections import Counter
from dataclasses import dataclass

from controller.features.editorial.broadcast_form import Typed
from controller.features.imports.text_repair import Mend, mended

_LONGEST = 100_000
"""Characters that are looked at while a page waits; no bulletin is longer."""
_MOST_JOINED_UNTOLD = 1
"""A single joined line is no reason to stop a person who sends a form."""
KEEP = "1"
"""In the field `giu_nguyen`: the person wants the words as they pasted them."""
DECIDED = "doi-chu"
"""In the field `viec` of a page that answers with other words than were sent: the browser's are older."""


@dataclass(frozen=True, slots=True)
class PutRight:
    """The words as they would be, what was done to them, and what was set aside."""

    title: str
    text: str
    said: tuple[str, ...]
    aside: tuple[str, ...]
    before: str
    unsure: tuple[tuple[str, str], ...] = ()
    """Words that read both ways and stayed: as they stand, and as they would become."""


def put_right(form: Typed) -> PutRight | None:
    """Return what becomes of the form's words; None where nothing is to be told."""
    text = form.noi_dung
    if len(text) > _LONGEST or form.giu_nguyen in {KEEP, _digest(text)}:
        return None
    whole = mended(text.splitlines(), laid_out=False)
    title = mended([form.tieu_de], laid_out=False)
    counts = Counter(one.kind for one in (*whole.mended, *title.mended))
    said = []
    encodings = sorted({*whole.encodings, *title.encodings})
    if counts[Mend.LEGACY]:
        said.append(f"chữ phông cũ ({', '.join(encodings)}) đổi sang Unicode")
    if whole.aside:
        said.append(f"{len(whole.aside)} dòng đầu, cuối công văn để riêng")
    if counts[Mend.JOINED] > _MOST_JOINED_UNTOLD or (said and counts[Mend.JOINED]):
        said.append(f"{counts[Mend.JOINED]} dòng bị ngắt được nối lại")
    unsure = (*title.unsure, *whole.unsure)
    return PutRight(title.text, whole.text, tuple(said), whole.aside, text, unsure) if said else None


def shown(form: Typed, found: PutRight) -> Typed:
    """Return the form with the words put right; the same words are not stopped a second time."""
    return form.model_copy(
        update={
            "tieu_de": found.title,
            "noi_dung": found.text,
            "chu_truoc": found.before,
            "giu_nguyen": _digest(found.text),
            "viec": DECIDED,
        }
    )


def taken_back(form: Typed) -> Typed:
    """Return the form with the words as they were pasted, which are kept so."""
    return form.model_copy(
        update={
            "noi_dung": form.chu_truoc or form.noi_dung,
            "chu_truoc": "",
            "giu_nguyen": KEEP,
            "viec": DECIDED,
        }
    )


def _digest(text: str) -> str:
    return hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()[:16]
