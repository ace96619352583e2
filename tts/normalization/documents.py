"""Numbers of legal documents and of forms: 1322/QĐ-UBND, 45/2019/QH14, 27-NQ/TW, Mẫu 04/ĐK."""

import re
import unicodedata
from dataclasses import replace
from typing import Final

from tts.normalization.cues import Cues, cue_named
from tts.normalization.fields import DocumentSign, NumberedDocument
from tts.normalization.initials import office
from tts.normalization.lexicon import ABBREVIATIONS, DOCUMENT_CODES, FOREIGN, ISSUERS, rows
from tts.normalization.numbers import cardinal, spell_digits
from tts.normalization.scene import Hit, Rule, Scene, hit_of
from tts.normalization.templates import number_said, say, spell

_CUE: Final = Cues("documents")

_PART: Final = r"[A-ZĐƯ][A-Za-zĐđƯư&]{0,24}\d{0,3}"
_CODE: Final = rf"{_PART}(?: ?- ?{_PART})?(?:[-/_]{_PART}|\.[A-ZĐ]{{2,6}}(?!\w)){{0,5}}"
_PLATE_FOLLOWS: Final = r" (?:\d{3}\.\d\d|\d{5})(?![\d.])"  # "79-MĐ1 012.34"
_NUMBERED: Final = re.compile(r"([A-ZĐƯ&]{2,14})(\d{1,4})")  # KH-BCĐ389, CT-VKSKV3
_POLICE: Final = re.compile(r"P[A-ZĐ]\d\d")  # rooms of a province's police are called by letters: PC06
_UNKNOWN: Final = "Không rõ ký hiệu văn bản “{}”, phần lạ được đánh vần từng chữ."
_NEAR, _SENTENCE = 14, 24  # words before a document's number
_KINDS_TEXT: Final = (
    "QĐ QĐi QyĐ QC NĐ TT TTLT NQ NQLT CT KH TB BC CV TTr HD KL CĐ GM BB ĐA PA CTr PL VBHN QH L"
)
KINDS: Final = frozenset(_KINDS_TEXT.split())  # what a sign without a number may begin with
_ALL_KINDS: Final = KINDS | {"GP", "HĐ", "TM", "QyĐ", "CTR", "TTR", "LGNN", "BA", "HDLN", "SL"}
_TWO_YEARS: Final = re.compile(r"(?:19|20)\d\d ?-")  # "2025-2026/HK1"
_ADDRESSED: Final = ["bà", "con"]  # "bà con, số 135/BC-CAX" names no kind
_ROOM: Final = re.compile(r"([PV])(\d{1,2})")
_SIGNERS: Final = {"CT": "chủ tịch", "GĐ": "giám đốc", "HT": "hiệu trưởng", "TTr": "thanh tra"}
_KINDS: Final = {"TK": "tờ khai", "BK": "bảng kê", "KK": "kê khai", "QTT": "quyết toán thuế"}  # before a tax
_SHORTEST: Final = 3  # letters of a matter, which is said in words: GTGT, KNĐ; shorter marks are spelt


def code_part(part: str, scene: Scene | None = None) -> str | None:
    """What one part of a document's sign stands for, or None if it is not known."""
    assembly = _CUE.assembly.fullmatch(part)
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
    school = _CUE.school.fullmatch(part) if known is None else None
    if school and office(part) is None:
        return f"{ABBREVIATIONS[school[1]]} {spell(school[2])}"
    return known.lower() if known else office(part)


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
    desks = (row for row in rows("fields") if row["written"] == field and re.search(row["body"], body))
    return next((row["spoken"] for row in desks), None)


def code_said(scene: Scene, code: str) -> DocumentSign:
    """What the letters of a document say, from left to right."""
    parts = [part for part in re.split(r" ?[-/._] ?", code) if part]
    taxes = parts[0] == "CT" and len(parts) > 1 and scene.cue(_CUE.letter_said, 3)
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
    """The sign, where its letters stand for something else than usually: the Party's QĐ is a "quy định"."""
    for row in rows("senses"):
        told = not row["after"] or scene.cue(cue_named(row["after"]), int(row["within"]))
        if told and re.search(row["sign"], code):
            for usual in row["usual"].split("|"):
                sign = _replaced(sign, usual, row["here"])
            return sign
    return sign


def _replaced(sign: DocumentSign, usual: str, here: str) -> DocumentSign:
    of_kind = usual in sign.kind
    return replace(
        sign,
        said=sign.said.replace(usual, here, 1),
        kind=sign.kind.replace(usual, here, 1),
        issuer=sign.issuer if of_kind else sign.issuer.replace(usual, here, 1),
    )


def _of_year(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The number and the year of a document whose kind was named: "Nghị định 168/2024"."""
    if not (scene.cue(_CUE.kind_said, 6) or scene.cue(_CUE.another, 20) or scene.rule == "document"):
        return None
    return hit_of(found.end(), _numbered(scene, found, number_said(found["number"])), "document")


def _numbered(
    scene: Scene, found: re.Match[str], number: str, sign: DocumentSign | None = None
) -> NumberedDocument:
    """The fields of a document with its number, and what is said of it before and after."""
    given = found.groupdict()
    year = given.get("year") or given.get("late")
    dated = _CUE.date_follows.match(scene.line, found.end())
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
            or (sign and sign.issuer.startswith("quốc hội") and _CUE.law_said.search(before))
            or _CUE.issuer_follows.match(scene.line, dated.end() if dated else found.end())
        ),
        is_year_said=bool(
            year
            and ((dated and dated["year"] == year) or f"năm {cardinal(int(year))}" in scene.last_words(_NEAR))
        ),
    )


def _document(scene: Scene, found: re.Match[str]) -> Hit | None:
    form = scene.cue(_CUE.form, 2) and found["code"] not in DOCUMENT_CODES
    thousand = found["letter"] in {"k", "K"} and not scene.cue(_CUE.number, 2)
    if form or thousand or scene.last_words() == "thứ" or _TWO_YEARS.match(found.group()):
        return None  # "Mẫu 01/ĐK" is a mark, "60k/HK" a sum, "thứ 2 - CN" are days
    apart = found["mark"].strip() == "-" and len(found["mark"]) > 1
    if apart and re.split(r" ?[-/._] ?", found["code"])[0] not in _ALL_KINDS:
        return None  # "KP.1 - KP.5", "tổ 3 - TDP 4"
    sign = code_said(scene, found["code"])
    if not sign.known and not (scene.cue(_CUE.number, 2) and found["mark"].strip() == "/"):
        return None
    coded = found["number"].startswith("0") and scene.cue(_CUE.coded, 5)
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
    if not scene.cue(_CUE.form, 2) or code in DOCUMENT_CODES:
        return None
    kind, _, office = code.partition("-")  # "Biểu số 01/BC-TCT" is a report to an office
    words = code_said(scene, code).said if office and kind in KINDS else _of_a_tax(code)
    joint = ", " if found["mark"] == "/" else " "
    template = "{number:noughts}[ {letter:spelt}][, năm {year}]" + joint + "{code:words}"
    return say(found, template, "form", code=words or spell(code))


def _number(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A number alone, with its noughts; "lấy mẫu 05 hộ" and "tờ khai 02 bản" count something."""
    named = scene.cue(_CUE.number_named, 3) or scene.cue(_CUE.form_another, 12)
    ended = bool(found["letter"] or _CUE.ends.match(scene.line, found.end("letter")))
    named = named or (scene.cue(_CUE.form, 2) and ended)
    if not named or scene.cue(_CUE.sample, 4):
        return None
    return say(found, "{number:noughts}[ {letter:spelt}][ đến {last:noughts}]", "form")


DOCUMENT_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        rf"(?P<number>\d{{1,6}})(?P<letter>[a-zđA-ZĐ]?)(?: ?[/.-] ?(?P<year>(?:19|20)\d\d))?"
        rf"(?P<mark> ?[/-] ?)(?P<code>{_CODE})(?:/(?P<late>(?:19|20)\d\d))?(?!\w|{_PLATE_FOLLOWS})",
        _document,
    ),
    Rule(r"(?P<number>\d{1,6}) ?/ ?(?P<year>(?:19|20)\d\d)(?! ?[/-] ?[A-ZĐ]|[\d/]|[.,]\d)", _of_year),
)
DOCUMENT_SIGN: Final[Rule] = Rule(rf"{_PART}(?:[-/]{_PART}){{1,5}}(?!\w)", _sign)
FORM_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        r"(?P<number>\d{1,3})(?P<letter>[a-zđA-ZĐ]?)(?:/(?P<year>20\d\d))?(?P<mark>[/-])"
        r"(?P<code>[A-ZĐ]{2,8}\d{0,3}(?:[-/.][A-ZĐ]{2,8})?)(?!\w)",
        _mark,
    ),
    Rule(
        r"(?P<number>0\d{1,2})(?P<letter>[a-zđA-Z]?)(?:-(?P<last>0\d{1,2}))?(?:\.(?=[A-ZĐ]{2})|(?!\w|[.,/]\d))",
        _number,
    ),
)
