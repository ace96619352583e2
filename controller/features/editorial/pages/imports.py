"""Lấy chữ từ tệp: what a file or pasted text becomes, before and after, then taken into the draft.

A template's words come into a draft that is begun the same way.
"""

import re
from collections import Counter
from collections.abc import Set as AbstractSet
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from controller.errors import BadInput, LoaError
from controller.features.accounts.dependencies import Visit
from controller.features.accounts.upload_forms import SentForm, Writer
from controller.features.bulletins.legal_form import typed_act
from controller.features.drafts.queries import NEW, draft_of
from controller.features.drafts.service import keep_draft
from controller.features.editorial.broadcast_form import Typed
from controller.features.editorial.pages.writing import form_page
from controller.features.imports.drafting import Imported, import_text
from controller.features.imports.file_kinds import FileKind
from controller.features.imports.legal_references import Reference
from controller.features.imports.text_repair import Mend, Mended
from controller.features.templates.queries import template_to_use
from controller.http.named import Named
from controller.http.render import page
from controller.http.uploads import Sent
from controller.model.base import ID_LENGTH
from controller.model.limits import LARGEST_FILE

_WORDS = re.compile(r"(\s+)")
router = APIRouter(prefix="/tao-ban-tin")
MEND_WORDS = Named(
    {
        Mend.LEGACY: "Chữ bảng mã cũ (TCVN3, VNI) đổi sang Unicode",
        Mend.COMPOSED: "Dấu rời ghép lại với chữ",
        Mend.INVISIBLE: "Bỏ ký tự không nhìn thấy",
        Mend.SPACES: "Bớt khoảng trắng thừa",
        Mend.JOINED: "Nối lại dòng bị ngắt",
        Mend.PAGE_NUMBER: "Bỏ số trang",
        Mend.LETTERHEAD: "Đầu, cuối công văn để riêng",
    },
    str,
)
KIND_WORDS = Named(
    {
        FileKind.PLAIN: "văn bản thuần",
        FileKind.WORD: "Word",
        FileKind.PDF: "PDF",
        FileKind.OLD_WORD: "Word đời cũ",
        FileKind.PICTURE: "ảnh",
    },
    str,
)
"""What a file is called."""


@router.post("/lay-chu")
def take_out(visit: Writer, sent: SentForm) -> Response:
    """Show what the file (or what was pasted) becomes; nothing is saved yet."""
    kept = _kept(visit)
    try:
        found = import_text(_content(sent))
    except LoaError as error:
        return form_page(visit, kept, error=error, pasted=sent.first("chu"))
    return page(visit.request, "lay_chu.html", _shown(found, sent.name, kept))


def _content(sent: Sent) -> bytes:
    """Return what shall be read: the file where there is one, else what was pasted."""
    pasted = sent.first("chu")
    if sent.file is None and not pasted.strip():
        raise BadInput("Hãy chọn một tệp, hoặc dán chữ vào ô rồi bấm lại.", code="import.nothing")
    return pasted.encode() if sent.file is None else sent.file.read(LARGEST_FILE + 1)


def _shown(found: Imported, name: str, kept: Typed) -> dict[str, Any]:
    return {
        "found": found,
        "name": name,
        "file_kind": KIND_WORDS[found.kind] if name else "",
        "lines": _marked(found.before, found.mended),
        "pieces": _with_doubts(found.text, frozenset(found.doubtful)),
        "counts": Counter(one.kind for one in found.mended).most_common(),
        "mend_words": MEND_WORDS,
        "act": typed_act(found.reference),
        "has_act": found.reference != Reference(),
        "replaces": kept.tieu_de or kept.noi_dung[:60],
    }


def _marked(before: str, mended: tuple[Mended, ...]) -> list[tuple[str, bool]]:
    """Return the lines as they came, each with whether something in it was mended."""
    touched = {one.line for one in mended}
    return [(line, number in touched) for number, line in enumerate(before.splitlines(), 1)]


def _with_doubts(text: str, doubtful: AbstractSet[str]) -> list[tuple[str, bool]]:
    """Return the text in pieces, each with whether it is a word that was recognised with doubt."""
    return [(piece, piece in doubtful) for piece in _WORDS.split(text)]


def _kept(visit: Visit) -> Typed:
    kept = draft_of(visit.store, visit.by.id, NEW)
    return Typed() if kept is None else Typed.model_validate(kept.fields)


@router.post("/dung-chu")
def take_over(visit: Writer, form: Annotated[Typed, Form()]) -> Response:
    """Put the words into what the person is writing; where and when stay as they were chosen."""
    words = form.model_dump(include={"tieu_de", "noi_dung", "giu_nguyen", *typed_act(Reference())})
    _put_in(visit, words)
    return RedirectResponse("/tao-ban-tin?xong=lay-chu", 303)


@router.post("/dung-mau")
def use_template(visit: Writer, mau: Annotated[str, Form(max_length=ID_LENGTH)] = "") -> Response:
    """Put a template's words in place of those that the person has begun; where and when stay."""
    chosen = template_to_use(visit.store, visit.scope, mau)
    _put_in(visit, {"tieu_de": chosen.title, "noi_dung": chosen.text})
    return RedirectResponse("/tao-ban-tin?xong=mau", 303)


def _put_in(visit: Visit, words: dict[str, Any]) -> None:
    fields = _kept(visit).model_dump(exclude={"viec"}) | words
    keep_draft(visit.store, NEW, fields, **visit.stamp)
