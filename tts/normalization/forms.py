"""The marks of forms: "Mẫu số 01", "Mẫu 04/ĐK": a form is called by its figures, noughts and all."""

import re
from typing import Final

from tts.normalization.documents import FORM_CUE, KINDS, code_said, number_said, spell
from tts.normalization.lexicon import ABBREVIATIONS, DOCUMENT_CODES
from tts.normalization.numbers import cardinal
from tts.normalization.scene import Hit, Rule, Scene, matching

_NUMBER_NAMED: Final = re.compile(r"\b(?:mẫu|biểu|biểu mẫu) số$")
_ANOTHER: Final = re.compile(r"\b(?:mẫu|biểu)(?: số)?(?: không [^ ]+(?: [abcdđ])?(?: và| hoặc| đến)?)+$")
_SAMPLE: Final = re.compile(r"\b(?:lấy|gửi|xét nghiệm|thử|thu|kiểm) mẫu(?: số)?$")  # what is taken for a test
_ENDS: Final = re.compile(
    r"$| ?[,.;:)(/”\"-]| (?:ban hành|kèm|của|theo|tại|và|hoặc|đến|thuộc|dùng|quy định|này)\b"
)
_KINDS: Final = {"TK": "tờ khai", "BK": "bảng kê", "KK": "kê khai", "QTT": "quyết toán thuế"}  # before a tax
_SHORTEST: Final = 3  # letters of a matter, which is said in words: GTGT, KNĐ; shorter marks are spelt


def _of_a_tax(code: str) -> str | None:
    """What the mark of a tax form says in words: GTGT, TK-SDDPNN; other marks are spelt."""
    *kinds, tax = re.split(r"[-/._]", code)
    said = ABBREVIATIONS.get(tax) if len(tax) >= _SHORTEST else None
    if said is None or any(kind not in _KINDS for kind in kinds):
        return None
    return " ".join([*(_KINDS[kind] for kind in kinds), said.lower()])


def _mark(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A number and what stands behind it: "04/ĐK", "05A-HSB", "01/GTGT"."""
    code = found["code"]
    if not scene.cue(FORM_CUE, 2) or code in DOCUMENT_CODES:
        return None
    kind, _, office = code.partition("-")  # "Biểu số 01/BC-TCT" is a report to an office
    words = code_said(scene, code).said if office and kind in KINDS else _of_a_tax(code)
    said = f"{number_said(found['number'])} {spell(found['letter'])}".rstrip()
    if found["year"]:
        said += f", năm {cardinal(int(found['year']))}"
    return Hit(found.end(), f"{said}{', ' if found['mark'] == '/' else ' '}{words or spell(code)}", "form")


def _number(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A number alone, with its noughts; "lấy mẫu 05 hộ" and "tờ khai 02 bản" count something."""
    named = scene.cue(_NUMBER_NAMED, 3) or scene.cue(_ANOTHER, 12)
    ended = bool(found["letter"] or _ENDS.match(scene.line, found.end("letter")))
    named = named or (scene.cue(FORM_CUE, 2) and ended)
    if not named or scene.cue(_SAMPLE, 4):
        return None
    said = f"{number_said(found['number'])} {spell(found['letter'])}".rstrip()
    if found["last"]:
        said += f" đến {number_said(found['last'])}"
    return Hit(found.end(), said, "form")


FORM_RULES: Final[tuple[Rule, ...]] = (
    matching(
        r"(?P<number>\d{1,3})(?P<letter>[a-zđA-ZĐ]?)(?:/(?P<year>20\d\d))?(?P<mark>[/-])"
        r"(?P<code>[A-ZĐ]{2,8}\d{0,3}(?:[-/.][A-ZĐ]{2,8})?)(?!\w)",
        _mark,
    ),
    matching(
        r"(?P<number>0\d{1,2})(?P<letter>[a-zđA-Z]?)(?:-(?P<last>0\d{1,2}))?(?:\.(?=[A-ZĐ]{2})|(?!\w|[.,/]\d))",
        _number,
    ),
)
