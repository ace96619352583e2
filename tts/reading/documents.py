"""Numbers of legal documents: 1322/QĐ-UBND, 45/2019/QH14, 27-NQ/TW."""

from __future__ import annotations

import re
from typing import Final

from tts.reading.initials import office
from tts.reading.lexicon import ABBREVIATIONS, DOCUMENT_CODES, LETTERS
from tts.reading.numbers import cardinal, spell_digits
from tts.reading.scene import Hit, Rule, Scene, matching

_PART: Final = r"[A-ZĐƯ][A-Za-zĐđƯư&]{0,24}\d{0,3}"
_CODE: Final = rf"{_PART}(?: ?- ?{_PART})?(?:[-/]{_PART}){{0,5}}"
_ASSEMBLY: Final = re.compile(r"(QH|UBTVQH)(\d{1,2})")
_NUMBERED: Final = re.compile(r"(BCĐ|BCH|HĐ|ĐA|TCT|TTCN)(\d{1,4})")  # KH-BCĐ389
_REGULATION: Final = re.compile(r"\bquy định\b")
_FORM_CUE: Final = re.compile(r"\b(?:mẫu|biểu|tờ khai)(?: số)?$")
_CIRCULAR: Final = re.compile(r"\bthông tri\b")
_KIND_SAID: Final = re.compile(
    r"\b(?:nghị định|nghị quyết|thông tư|liên tịch|quyết định|quy định|chỉ thị|luật"
    r"|pháp lệnh|công văn|công điện|kế hoạch|hướng dẫn|tờ trình|thông báo|bản án|hợp đồng|giấy phép|biên bản"
    r"|văn bản|kết luận|quy chế|vụ án|đơn|án lệ|chương trình|đề án|giấy mời|báo cáo|tạp chí|đặc san)(?: số)?$"
)
_NUMBER_CUE: Final = re.compile(
    r"\b(?:số|quyết định|nghị quyết|nghị định|thông tư|chỉ thị|kế hoạch|công văn)$"
)


# what a sign without a number may begin with
_KINDS_TEXT: Final = (
    "QĐ QĐi QyĐ QC NĐ TT TTLT NQ NQLT CT KH TB BC CV TTr HD KL CĐ GM BB ĐA PA CTr PL VBHN QH L"
)
_KINDS: Final = frozenset(_KINDS_TEXT.split())


_SIGNERS: Final = {"CT": "chủ tịch", "GĐ": "giám đốc", "HT": "hiệu trưởng"}  # after a kind: QĐ-CT


def code_part(part: str, scene: Scene | None = None) -> str | None:
    """What one part of a document's sign stands for, or None if it is not known."""
    assembly = _ASSEMBLY.fullmatch(part)
    if assembly:
        return f"{DOCUMENT_CODES[assembly[1]]} khóa {cardinal(int(assembly[2]))}"
    own = scene.own.get(part) if scene and scene.own else None
    numbered = _NUMBERED.fullmatch(part) if own is None else None
    if numbered:
        body = code_part(numbered[1], scene)
        return f"{body} {cardinal(int(numbered[2]))}" if body else None
    known = own or DOCUMENT_CODES.get(part) or ABBREVIATIONS.get(part)
    if known is None and "&" in part:
        halves = [code_part(half, scene) for half in part.split("&")]
        return " và ".join(half for half in halves if half) if all(halves) else None
    return known.lower() if known else office(part)


def spell(letters: str) -> str:
    """The names of the letters and digits of an unknown sign."""
    names = []
    for letter in letters.upper():
        if letter in LETTERS:
            names.append(LETTERS[letter])
        elif letter.isdecimal():
            names.append(spell_digits(letter))
    return " ".join(names)


def _said_code(scene: Scene, code: str) -> tuple[str, bool, int]:
    """The words of a sign, whether all parts are known, and how many are."""
    parts = [part for part in re.split(r" ?[-/] ?", code) if part]
    meanings = [code_part(part, scene) for part in parts[:1]]
    meanings += [_SIGNERS.get(part) or code_part(part, scene) for part in parts[1:]]
    said = " ".join(meaning or spell(part) for part, meaning in zip(parts, meanings, strict=True))
    known = sum(meaning is not None for meaning in meanings)
    return said, known == len(parts), known


def _kind_here(scene: Scene, code: str, said: str) -> str:
    """What a sign says, where its first letters stand for two kinds of documents."""
    if code.startswith("QĐ") and scene.cue(_REGULATION, 3):
        return said.replace("quyết định", "quy định", 1)  # the Party signs both with QĐ
    if code.startswith("TT/") and scene.cue(_CIRCULAR, 3):
        return said.replace("thông tư", "thông tri", 1)
    if re.match("L[-/]CTN", code):
        return said.replace("luật", "lệnh", 1)  # of the President
    return said


def _number(written: str) -> str:
    """The number of a document; a nought before it is said."""
    if written.startswith("0") and len(written) > 2:  # noqa: PLR2004
        return spell_digits(written)
    said = cardinal(int(written))
    return f"không {said}" if written.startswith("0") and written.strip("0") else said


def _of_year(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The number and the year of a document whose kind was named: "Nghị định 168/2024"."""
    if not scene.cue(_KIND_SAID, 6):
        return None
    said = f"{_number(found['number'])}, năm {cardinal(int(found['year']))}"
    return Hit(found.end(), said, "document")


def _document(scene: Scene, found: re.Match[str]) -> Hit | None:
    form = scene.cue(_FORM_CUE, 2) and found["code"] not in DOCUMENT_CODES
    thousand = found["letter"] in {"k", "K"} and not scene.cue(_NUMBER_CUE, 2)
    if form or thousand or scene.last_words() == "thứ":
        return None  # "Mẫu 01/ĐK" is a mark, "60k/HK" a sum, "thứ 2 - CN" are days
    said_code, sure, known = _said_code(scene, found["code"])
    if not known and not (scene.cue(_NUMBER_CUE, 2) and found["mark"].strip() == "/"):
        return None
    said_code = _kind_here(scene, found["code"], said_code)
    said = _number(found["number"])
    if found["letter"]:
        said += f" {spell(found['letter'])}"
    if found["year"]:
        said += f", năm {cardinal(int(found['year']))}"
    said = f"{said}, {said_code}"
    if found["late"]:  # as some offices write it: 59/NĐ-CP/2015
        said += f", năm {cardinal(int(found['late']))}"
    return Hit(found.end(), said, "document", sure, warning=_unknown(found["code"], sure))


def _sign(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A sign without a number ("QĐ-UBND"): at least its first part must be a kind of document."""
    code = found.group()
    whole = ABBREVIATIONS.get(code)
    if whole:
        return Hit(found.end(), whole, "abbreviation")
    if re.split(r"[-/]", code)[0] not in _KINDS:
        return None
    said, sure, _ = _said_code(scene, code)
    if not sure:
        return None
    return Hit(found.end(), said, "document")


def _unknown(code: str, sure: bool) -> tuple[str, str] | None:  # noqa: FBT001
    if sure:
        return None
    return ("unknown-code", f"Không rõ ký hiệu văn bản “{code}”, phần lạ được đánh vần từng chữ.")


DOCUMENT_OF_YEAR: Final[Rule] = matching(
    r"(?P<number>\d{1,6}) ?/ ?(?P<year>(?:19|20)\d\d)(?! ?[/-] ?[A-ZĐ]|[\d/]|[.,]\d)", _of_year
)
NUMBERED_DOCUMENT: Final[Rule] = matching(
    rf"(?P<number>\d{{1,6}})(?P<letter>[a-zđA-ZĐ]?)(?: ?/ ?(?P<year>(?:19|20)\d\d))?"
    rf"(?P<mark> ?[/-] ?)(?P<code>{_CODE})(?:/(?P<late>(?:19|20)\d\d))?(?!\w)",
    _document,
)
DOCUMENT_SIGN: Final[Rule] = matching(rf"{_PART}(?:[-/]{_PART}){{1,5}}(?!\w)", _sign)
