"""Numbers of legal documents: 1322/QĐ-UBND, 45/2019/QH14, 27-NQ/TW."""

import re
import unicodedata
from dataclasses import replace
from typing import Final

from tts.normalization.fields import DocumentSign, NumberedDocument
from tts.normalization.initials import office
from tts.normalization.lexicon import ABBREVIATIONS, DOCUMENT_CODES, FIELD_ROWS, FOREIGN, ISSUERS, LETTERS
from tts.normalization.numbers import cardinal, spell_digits
from tts.normalization.scene import Hit, Rule, Scene, hit_of, matching

_PART: Final = r"[A-ZĐƯ][A-Za-zĐđƯư&]{0,24}\d{0,3}"
_CODE: Final = rf"{_PART}(?: ?- ?{_PART})?(?:[-/_]{_PART}|\.[A-ZĐ]{{2,6}}(?!\w)){{0,5}}"
_PLATE_FOLLOWS: Final = r" (?:\d{3}\.\d\d|\d{5})(?![\d.])"  # "79-MĐ1 012.34"
_ASSEMBLY: Final = re.compile(r"(QH|UBTVQH)(\d{1,2})")
_NUMBERED: Final = re.compile(r"([A-ZĐƯ&]{2,14})(\d{1,4})")  # KH-BCĐ389, CT-VKSKV3
_POLICE: Final = re.compile(r"P[A-ZĐ]\d\d")  # rooms of a province's police are called by letters: PC06
_SCHOOL: Final = re.compile(r"(THCS|THPT|MN|TH)([A-ZĐ]{2,3})")  # and the initials of its name: THCSLQĐ
_REGULATION: Final = re.compile(r"\bquy định\b")
FORM_CUE: Final = re.compile(r"\b(?:mẫu|biểu|tờ khai)(?: số)?$")
_CODED: Final = re.compile(r"\bmã(?: số)?(?: [^ ]+){0,2}$")  # "mã số: 0125/…" is said by figures
_CONTRACT: Final = re.compile(r"\bhợp đồng(?: [^ ]+){0,3}$")
_SAID_OTHERWISE: Final = (
    (re.compile(r"^(?:NQ|CTr)[-/]BCH(?!\w)"), "ban chỉ huy", "ban chấp hành"),
    (re.compile(r"(?:TU|ĐU|ĐTN|TW)-BTC(?!\w)"), "bộ tài chính", "ban tổ chức"),
    (re.compile("^BB-HNCT"), "hội người cao tuổi", "hội nghị cử tri"),
    (re.compile("^PC-"), "pháp chế", "phiếu chuyển"),
    (re.compile("^LCT[-/](?:UBND|ĐU|VP|HĐND)"), "lệnh chủ tịch nước", "lịch công tác"),
    (re.compile("HN[.,-]HCN"), "hà nội", "hộ nghèo"),
    (re.compile("^L[-/]CTN"), "luật", "lệnh"),  # of the President
)
_UNKNOWN: Final = "Không rõ ký hiệu văn bản “{}”, phần lạ được đánh vần từng chữ."
_NEAR, _SENTENCE = 14, 24  # words before a document's number
_DATE_FOLLOWS: Final = re.compile(
    r",? (?:(?:ký |ban hành )?[Nn]gày )?\d{1,2}(?:/| ?- ?|\.| tháng )\d{1,2}"
    r"(?:(?:/| ?- ?|\.|,? năm )(?P<year>\d{4}))?"
)
_LAW_SAID: Final = re.compile(r"\b(?:luật|hiến pháp)\b")  # which Parliament alone makes
_ISSUER_FOLLOWS: Final = re.compile(r",? ?(?:(?:đã )?được )?(?:của|do)\b(?! (?:năm|ngày|tháng)\b)")
_CIRCULAR: Final = re.compile(r"\bthông tri\b")
KIND_SAID: Final = re.compile(
    r"\b(?:nghị định|nghị quyết|thông tư|liên tịch|quyết định|quy định|chỉ thị|luật"
    r"|pháp lệnh|công văn|công điện|kế hoạch|hướng dẫn|tờ trình|thông báo|bản án|hợp đồng|giấy phép|biên bản"
    r"|văn bản|kết luận|quy chế|vụ án|đơn|án lệ|chương trình|đề án|giấy mời|báo cáo|tạp chí|đặc san)(?: số)?$"
)
_ANOTHER: Final = re.compile(  # "Nghị định 90/2017 và 14/2021"
    r"\b(?:nghị định|thông tư|quyết định|nghị quyết|chỉ thị)(?: [^ ]+){1,6} năm (?:hai|một) nghìn"
    r"(?: [^ ]+){2,5}(?: và| hoặc)?$"
)
_NUMBER_CUE: Final = re.compile(
    r"\b(?:số|quyết định|nghị quyết|nghị định|thông tư|chỉ thị|kế hoạch|công văn)$"
)


# what a sign without a number may begin with
_KINDS_TEXT: Final = (
    "QĐ QĐi QyĐ QC NĐ TT TTLT NQ NQLT CT KH TB BC CV TTr HD KL CĐ GM BB ĐA PA CTr PL VBHN QH L"
)
KINDS: Final = frozenset(_KINDS_TEXT.split())


_ALL_KINDS: Final = KINDS | {"GP", "HĐ", "TM", "QyĐ", "CTR", "TTR", "LGNN", "BA", "HDLN", "SL"}
_TWO_YEARS: Final = re.compile(r"(?:19|20)\d\d ?-")  # "2025-2026/HK1"
_ADDRESSED: Final = ["bà", "con"]  # "bà con, số 135/BC-CAX" names no kind
_ROOM: Final = re.compile(r"([PV])(\d{1,2})")
_LETTER_SAID: Final = re.compile(r"\b(?:công văn|văn bản)(?: số)?$")
_DESKS: Final = {
    field: [(re.compile(row["body"]), row["spoken"]) for row in FIELD_ROWS if row["written"] == field]
    for field in {row["written"] for row in FIELD_ROWS}
}
# after a kind: QĐ-CT
_SIGNERS: Final = {"CT": "chủ tịch", "GĐ": "giám đốc", "HT": "hiệu trưởng", "TTr": "thanh tra"}


def code_part(part: str, scene: Scene | None = None) -> str | None:
    """What one part of a document's sign stands for, or None if it is not known."""
    assembly = _ASSEMBLY.fullmatch(part)
    if assembly:
        return f"{DOCUMENT_CODES[assembly[1]]} khóa {cardinal(int(assembly[2]))}"
    own = scene.own.get(part) if scene and scene.own else None
    if own is None and _POLICE.fullmatch(part):
        return f"{spell(part[:-2])} {number_said(part[-2:])}"
    numbered = _NUMBERED.fullmatch(part) if own is None else None
    if numbered:
        body = code_part(numbered[1], scene)
        if body:
            return f"{body} {cardinal(int(numbered[2]))}"
    known = own or DOCUMENT_CODES.get(part) or ABBREVIATIONS.get(part) or FOREIGN.get(part)
    if known is None and "&" in part:
        halves = [code_part(half, scene) for half in part.split("&")]
        return " và ".join(half for half in halves if half) if all(halves) else None
    school = _SCHOOL.fullmatch(part) if known is None else None
    if school and office(part) is None:
        return f"{ABBREVIATIONS[school[1]]} {spell(school[2])}"
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


def _kind_said(scene: Scene, part: str) -> str | None:
    """The kind of document as it was just named: "Thông cáo số 4/TC-TTKQH"."""
    said = scene.words[:-1] if scene.last_words() == "số" else scene.words
    named = said[-len(part) :]
    initials = "".join(unicodedata.normalize("NFD", word)[0] for word in named).upper()
    if len(part) < 2 or initials != part.upper() or named == _ADDRESSED:  # noqa: PLR2004
        return None
    return " ".join(named)


def _desk(body: str, field: str) -> str | None:
    """The desk of an office that a letter comes from: NC in UBND-NC, "P7" in VKS-P7."""
    room = _ROOM.fullmatch(field)
    if room:
        return f"{'phòng' if room[1] == 'P' else 'vụ'} {cardinal(int(room[2]))}"
    return next((said for of, said in _DESKS.get(field, ()) if of.search(body)), None)


def code_said(scene: Scene, code: str) -> DocumentSign:
    """What the letters of a document say, from left to right."""
    parts = [part for part in re.split(r" ?[-/._] ?", code) if part]
    taxes = parts[0] == "CT" and len(parts) > 1 and scene.cue(_LETTER_SAID, 3)
    kind = _kind_said(scene, parts[0])
    meanings = [kind or ("cục thuế" if taxes else code_part(parts[0], scene))]
    letter = taxes or not (kind or parts[0] in _ALL_KINDS)
    for part in parts[1:]:
        of_court = parts[1].startswith(("VKS", "TA")) and _ROOM.fullmatch(part)
        desk = _desk(parts[0], part) if letter or of_court else _SIGNERS.get(part)
        meanings.append(desk or code_part(part, scene))
    words = [meaning or spell(part) for part, meaning in zip(parts, meanings, strict=True)]
    known = sum(meaning is not None for meaning in meanings)
    joint = " và " if words[0].endswith("liên tịch") else " "
    kind, issuer = ("", words[0]) if letter else (words[0], joint.join(words[1:]))
    sign = DocumentSign(kind, issuer, " ".join(words), known, known == len(parts))
    meant = _meant_here(scene, code, sign)
    return meant if meant.issuer.lower().startswith(ISSUERS) else replace(meant, issuer="")


def _meant_here(scene: Scene, code: str, sign: DocumentSign) -> DocumentSign:
    """The sign, where its first letters stand for two kinds of documents."""
    if code.startswith("QĐ") and scene.cue(_REGULATION, 3):
        return _replaced(sign, "quyết định", "quy định")  # the Party signs both with QĐ
    circular = re.match("TT(r?)[-/]", code) if scene.cue(_CIRCULAR, 3) else None
    if circular:
        return _replaced(sign, "tờ trình" if circular[1] else "thông tư", "thông tri")
    if code.startswith("HĐ") and scene.cue(_CONTRACT, 5):
        return _replaced(_replaced(sign, "hội đồng", "hợp đồng"), "hoạt động", "hợp đồng")
    for written, usual, here in _SAID_OTHERWISE:
        if written.search(code):
            return _replaced(sign, usual, here)
    return sign


def _replaced(sign: DocumentSign, usual: str, here: str) -> DocumentSign:
    of_kind = usual in sign.kind
    return replace(
        sign,
        said=sign.said.replace(usual, here, 1),
        kind=sign.kind.replace(usual, here, 1),
        issuer=sign.issuer if of_kind else sign.issuer.replace(usual, here, 1),
    )


def number_said(written: str) -> str:
    """The number of a document; the noughts before it are said."""
    bare = written.lstrip("0")
    return "không " * (len(written) - len(bare)) + cardinal(int(bare)) if bare else cardinal(0)


def _of_year(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The number and the year of a document whose kind was named: "Nghị định 168/2024"."""
    if not (scene.cue(KIND_SAID, 6) or scene.cue(_ANOTHER, 20) or scene.rule == "document"):
        return None
    return hit_of(found.end(), _numbered(scene, found, number_said(found["number"])), "document")


def _numbered(
    scene: Scene, found: re.Match[str], number: str, sign: DocumentSign | None = None
) -> NumberedDocument:
    """The fields of a document with its number, and what is said of it before and after."""
    given = found.groupdict()
    year = given.get("year") or given.get("late")
    dated = _DATE_FOLLOWS.match(scene.line, found.end())
    before = scene.last_words(_SENTENCE)
    return NumberedDocument(
        number,
        int(year) if year else None,
        sign,
        comes_late=bool(given.get("late")),
        is_kind_said=bool(sign and sign.kind and sign.kind in scene.last_words(_NEAR)),
        is_number_said=scene.last_words() == "số",
        is_issuer_said=bool(
            (sign and sign.issuer and sign.issuer.lower() in before)
            or (sign and sign.issuer.startswith("quốc hội") and _LAW_SAID.search(before))
            or _ISSUER_FOLLOWS.match(scene.line, dated.end() if dated else found.end())
        ),
        is_year_said=bool(year and ((dated and dated["year"] == year) or _year_said(scene, int(year)))),
    )


def _year_said(scene: Scene, year: int) -> bool:
    """Whether the document's day was said just before, with its year."""
    return f"năm {cardinal(year)}" in scene.last_words(_NEAR)


def _document(scene: Scene, found: re.Match[str]) -> Hit | None:
    form = scene.cue(FORM_CUE, 2) and found["code"] not in DOCUMENT_CODES
    thousand = found["letter"] in {"k", "K"} and not scene.cue(_NUMBER_CUE, 2)
    if form or thousand or scene.last_words() == "thứ" or _TWO_YEARS.match(found.group()):
        return None  # "Mẫu 01/ĐK" is a mark, "60k/HK" a sum, "thứ 2 - CN" are days
    apart = found["mark"].strip() == "-" and len(found["mark"]) > 1
    if apart and re.split(r" ?[-/._] ?", found["code"])[0] not in _ALL_KINDS:
        return None  # "KP.1 - KP.5", "tổ 3 - TDP 4"
    sign = code_said(scene, found["code"])
    if not sign.known and not (scene.cue(_NUMBER_CUE, 2) and found["mark"].strip() == "/"):
        return None
    coded = found["number"].startswith("0") and scene.cue(_CODED, 5)
    number = spell_digits(found["number"]) if coded else number_said(found["number"])
    if found["letter"]:
        number += f" {spell(found['letter'])}"
    fields = _numbered(scene, found, number, sign)
    warning = None if sign.is_sure else ("unknown-code", _UNKNOWN.format(found["code"]))
    return hit_of(found.end(), fields, "document", sure=sign.is_sure, warning=warning)


def _sign(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A sign without a number ("QĐ-UBND"): at least its first part must be a kind of document."""
    code = found.group()
    whole = ABBREVIATIONS.get(code)
    if whole:
        return Hit(found.end(), whole, "abbreviation")
    if re.split(r"[-/]", code)[0] not in KINDS:
        return None
    sign = code_said(scene, code)
    return hit_of(found.end(), _numbered(scene, found, "", sign), "document") if sign.is_sure else None


DOCUMENT_OF_YEAR: Final[Rule] = matching(
    r"(?P<number>\d{1,6}) ?/ ?(?P<year>(?:19|20)\d\d)(?! ?[/-] ?[A-ZĐ]|[\d/]|[.,]\d)", _of_year
)
NUMBERED_DOCUMENT: Final[Rule] = matching(
    rf"(?P<number>\d{{1,6}})(?P<letter>[a-zđA-ZĐ]?)(?: ?[/.-] ?(?P<year>(?:19|20)\d\d))?"
    rf"(?P<mark> ?[/-] ?)(?P<code>{_CODE})(?:/(?P<late>(?:19|20)\d\d))?(?!\w|{_PLATE_FOLLOWS})",
    _document,
)
DOCUMENT_SIGN: Final[Rule] = matching(rf"{_PART}(?:[-/]{_PART}){{1,5}}(?!\w)", _sign)
