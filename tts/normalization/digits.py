"""Figures that are names, not amounts: telephone numbers, identity numbers, plates, roads."""

import re
from typing import Final

from tts.normalization.cues import Cues
from tts.normalization.fields import DigitGroups
from tts.normalization.initials import meaning_around
from tts.normalization.lexicon import ABBREVIATIONS, DOCUMENT_CODES, FOREIGN
from tts.normalization.numbers import cardinal, spell_digits
from tts.normalization.scene import Hit, Rule, Scene, hit_of
from tts.normalization.templates import say, simple_rules, spell

_CUE: Final = Cues("digits")
_DOCUMENTS: Final = Cues("documents")

_SHORT_CODES: Final = frozenset({"111", "112", "113", "114", "115", "1022", "116", "119"})
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_COUNTED: Final = frozenset(
    {"NQTW", "TW", "TƯ", "BĐ", "KP", "TDP", "KV", "KCN", "CCN", "KDC", "KĐT", "QK", "TT", "TX", "TP"}
)
_LONGEST_MESSAGE: Final = 96  # characters
_STATE_FILE: Final = re.compile(
    r"(?:\d{3}\.\d{2}\.\d{2}\.)?H\d{2}(?:\.\d{1,3})?-\d{6}-\d{4}"
)  # of the one-stop offices
_LAND_SERIES: Final = frozenset({"CS", "CH", "VP", "CX"})  # of certificates in a province's own book
_STEP: Final = re.compile(r"B[1-9]")
_SHORTEST_CODE: Final = 6  # figures
_SHORTEST_MARK: Final = 3  # of them, right after "mã"
_LAST_YEAR: Final = 2100
_SIX_IN_TWO: Final = 7  # characters of "822.222"
_SHORTEST_PHONE, _LONGEST_PHONE = 8, 12
_NO_AMOUNT: Final = 9  # figures that run on after "số": a name, for an amount would have its points
_LONG_RUN: Final = 11  # so many figures without a mark are a number of identity


def _dialled(end: int, written: str, *, is_abroad: bool = False) -> Hit:
    """A telephone number: its digits one by one, in groups."""
    return hit_of(end, DigitGroups(written, "phone", is_abroad), "phone")


def _phone(_scene: Scene, found: re.Match[str]) -> Hit | None:
    digits = sum(character.isdecimal() for character in found.group())
    if not _SHORTEST_PHONE <= digits <= _LONGEST_PHONE:
        return None
    plus = "+" in found.group()
    if digits == _LONGEST_PHONE and not plus and found.group()[0] != "(":
        return None
    return _dialled(found.end(), found.group(), is_abroad=plus)


def _service_phone(scene: Scene, found: re.Match[str]) -> Hit | None:
    years = found["mark"] == "-" and int(found.group()[:4]) < int(found.group()[5:9] or 0) <= _LAST_YEAR
    if years and not scene.cue(_CUE.phone, 10):
        return None  # "1900-1945" are years
    return _dialled(found.end(), found.group())


def _cued_phone(scene: Scene, found: re.Match[str]) -> Hit | None:
    written = found.group()
    digits = sum(character.isdecimal() for character in written)
    other = scene.cue(_CUE.phone, 24) and _CUE.or_another.search(scene.before(found.start()))
    follows_phone = (scene.rule == "phone" or other) and digits <= 4  # noqa: PLR2004 -- "113, 114 hoặc 115"
    amount = scene.follows(_CUE.amount_follows, found.end())
    cued = scene.cue(_CUE.phone, 10) or scene.rule == "phone"
    if digits >= 7 and "/" not in written and cued and not amount:  # noqa: PLR2004
        return _dialled(found.end(), written)
    first = re.match(r"\d+(?:[ .-]\d{3,4})*", written) if digits >= 7 else re.match(r"\d+", written)  # noqa: PLR2004
    if first is None or amount:
        return None
    end = found.start() + first.end()
    short = first.group() in _SHORT_CODES
    if scene.cue(_CUE.phone_filler, 10) and len(first.group()) >= 3:  # noqa: PLR2004
        return _dialled(end, first.group())
    several = scene.follows(_CUE.more_codes, end)
    placed = scene.cue(_CUE.placed, 3) or scene.follows(_CUE.street_follows, end)
    headed = scene.before(found.start()).endswith(":")  # "thông báo: 113, 114"
    if (scene.cue(_DOCUMENTS.kind_said, 6) and not headed) or (short and placed and not several):
        return None  # "Quyết định số 115", "nhà số 115"
    if short and (follows_phone or several or scene.cue(_CUE.call, 14)):
        return _dialled(end, first.group())
    return None


def _message(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A short number that messages are sent to, or that is dialled: "nhắn tin đến 1414", "gọi số 3115"."""
    before = scene.line[max(0, found.start() - _LONGEST_MESSAGE) : found.start()]
    sent = scene.cue(_CUE.message_to, 1) and _CUE.message.search(before)
    if scene.follows(_CUE.amount_follows, found.end()) or not (sent or scene.cue(_CUE.dialled, 3)):
        return None
    return say(found, "{number:digits}", "phone", number=found.group())


def _masked(_scene: Scene, found: re.Match[str]) -> Hit:
    """A number of which some figures are kept back: 0905***123, 1900xxxx."""
    parts = re.findall(r"\d+|[xX*]+", found.group())
    said = [spell_digits(part) if part.isdecimal() else " ".join(["ích"] * len(part)) for part in parts]
    return Hit(found.end(), ", ".join(said), "phone")


def _local_phone(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A number of the town without its area: 3.856.114, where telephones are spoken of."""
    cued = scene.rule == "phone" or scene.cue(_CUE.phone, 10)
    cued = cued and (len(found.group()) > _SIX_IN_TWO or scene.cue(_CUE.phone_filler, 10))
    cued = cued or bool(scene.cue(_CUE.report_to, 3) and scene.follows(_CUE.nothing_counted, found.end()))
    if not cued or scene.follows(_CUE.amount_follows, found.end()):
        return None
    return _dialled(found.end(), found.group())


def _several(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Three numbers or more that are no range: NPK 16-16-8, "mũi 1-2-3"."""
    if scene.cue(_CUE.day, 1) and scene.last_words(2) not in {"các ngày", "những ngày"}:
        return None
    template = "{list:row}" if scene.last_words() == "thứ" else "{list:list}"
    return say(found, template, "number", sure=scene.cue(_CUE.fertiliser, 4), list=found.group())


def _ratio_of_more(_scene: Scene, found: re.Match[str]) -> Hit | None:
    """The parts of a mixture: "1:2:3"; 07:30:00 is a time."""
    is_time = all(len(part.strip()) == 2 for part in found.group().split(":")[1:])  # noqa: PLR2004
    return None if is_time else say(found, "{list:list}", "ratio", list=found.group())


def _file_code(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The mark of a file, of letters and figures in groups, spelt group by group."""
    standing = _STATE_FILE.fullmatch(found.group()) or scene.cue(_CUE.file, 4)
    shortest = _SHORTEST_MARK if scene.cue(_CUE.mark, 4) else _SHORTEST_CODE
    if not standing or sum(one.isdecimal() for one in found.group()) < shortest:
        return None
    return Hit(found.end(), ", ".join(spell(part) for part in re.split(r"[./-]", found.group())), "identity")


def _identity(scene: Scene, found: re.Match[str]) -> Hit | None:
    written = found.group()
    digits = re.sub(r"\D", "", written)
    grouped = _THOUSANDS.fullmatch(written) and not (len(digits) >= _NO_AMOUNT and scene.cue(_CUE.card, 5))
    amount = scene.follows(_CUE.amount_follows, found.end()) or grouped
    if amount or len(digits) < 5:  # noqa: PLR2004 -- shorter ones are read as numbers
        return None
    fields = DigitGroups(written, "account" if scene.cue(_CUE.account, 10) else "other")
    if scene.cue(_CUE.identity, 10) or (digits == written and len(digits) >= _LONG_RUN):
        return hit_of(found.end(), fields, "identity")
    before = scene.line[max(0, found.start() - _LONGEST_MESSAGE) : found.start()]
    named = scene.last_words() == "số" or _CUE.message.search(before)
    runs_on = digits == written and (digits.startswith("0") or (named and len(digits) >= _NO_AMOUNT))
    return hit_of(found.end(), fields, "identity", sure=False) if runs_on else None


def _serial(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The number of a certificate or a form, of letters and figures: "số BK 123456"."""
    short = len(found["number"]) < _SHORTEST_CODE and found["letters"] not in _LAND_SERIES
    if short or not (scene.cue(_CUE.serial, 3) or _CUE.serials.search(scene.before(found.start()))):
        return None
    return say(found, "{letters:spelt} {number:digits}", "identity")


def _step(scene: Scene, found: re.Match[str]) -> str | None:
    """B1, B2, where the steps of a procedure are told."""
    told = "bước" in scene.line[max(0, found.start() - _LONGEST_MESSAGE) : found.start()].lower()
    return f"bước {cardinal(int(found.group()[1:]))}" if told and _STEP.fullmatch(found.group()) else None


def _named(scene: Scene, found: re.Match[str], letters: str) -> str | None:
    """What the letters before a number stand for: "KP5", "NQTW4"."""
    meaning = meaning_around(scene, letters, found.start(), found.start() + len(letters))
    return meaning or (ABBREVIATIONS.get(letters) if len(letters) > 2 else None)  # noqa: PLR2004


def _mixed(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Letters and figures in one word: 27C, H5N1, 4G, B2."""
    said: list[str] = []
    whole = ABBREVIATIONS.get(found.group()) or _step(scene, found)
    if whole:
        return Hit(found.end(), whole, "abbreviation")
    if sum(one.isdecimal() for one in found.group()) > 2 and scene.cue(_CUE.marked, 4):  # noqa: PLR2004
        return Hit(found.end(), spell(found.group()), "identity")
    glued = _CUE.glued_kind.fullmatch(found.group())
    if glued:
        body = {"QH": "Quốc hội khóa"}.get(glued[1]) or DOCUMENT_CODES[glued[1]]
        return Hit(found.end(), f"{body} {cardinal(int(glued[2]))}", "document")
    named = re.match(r"[A-ZĐ]{2,5}(?=\d{1,2}(?!\w))", found.group())
    meaning = _named(scene, found, named.group()) if named else None
    if named and meaning:
        figures = found.group()[named.end() :]
        zero = figures.startswith("0") and meaning == "đề án"  # "Đề án 06" is called "không sáu"
        parts = [cardinal(int(part)) for part in figures.split(".")]  # VT1.1
        said_number = spell_digits(figures) if zero else " chấm ".join(parts)
        return Hit(found.end(), f"{meaning} {said_number}", "abbreviation")
    for part in re.findall(r"\d+|\.|[^\d.]+", found.group()):
        if part.isdecimal():
            singly = part.startswith("0") or len(part) > 4 or scene.cue(_CUE.flight, 3)  # noqa: PLR2004
            said.append(spell_digits(part) if singly else cardinal(int(part)))
        elif part in _COUNTED and not said:
            said.append(ABBREVIATIONS[part])
        else:
            name = FOREIGN.get(part) or FOREIGN.get(part.lower()) or spell(part)
            said.append("chấm" if part == "." else name)
    long = re.search(r"\d{3}", found.group()) is not None  # a number, or figures one by one
    return Hit(found.end(), " ".join(said), "mixed", sure=not long)


def _road(scene: Scene, found: re.Match[str]) -> Hit | None:
    kinds = {"QL": "quốc lộ", "ĐT": "đường tỉnh", "TL": "tỉnh lộ", "HL": "hương lộ", "ĐH": "đường huyện"}
    kinds |= {"ĐX": "đường xã", "VĐ": "vành đai"}
    if found["kind"] == "ĐT" and found["number"] in _SHORT_CODES:
        return None  # a telephone
    if found["kind"] == "ĐX" and (len(found["number"]) > 2 or scene.cue(_CUE.crop, 3)):  # noqa: PLR2004
        return None  # "lúa ĐX 2025-2026" is a crop
    if found["kind"] in {"HL", "TL"} and scene.follows(_CUE.amount_follows, found.end()):
        return None  # "HL 15 ngày" is training
    if found["kind"] == "ĐT" and _CUE.seed.search(scene.before(found.start()).lower()):
        return None  # "lúa ĐT8" is a seed
    if scene.last_words() == "đường":
        kinds |= {"ĐT": "tỉnh", "ĐH": "huyện", "ĐX": "xã"}
    if found["kind"] == "HL" and found["number"] == "93":
        return None  # HL93 is the load of a bridge
    kind = kinds[found["kind"]]
    named = "" if scene.last_words(2) == kind else f"{kind} "  # "đường tỉnh ĐT.654"
    return say(found, named + "{number}[ {letter:spelt}]", "road")


PHONE_RULES: Final[tuple[Rule, ...]] = (
    Rule(r"(?:\(\+?84\)|\(84[ .-]|\+84)[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{1,4}){1,4}(?!\d)", _phone),
    Rule(r"\(0\d{1,4}\)[ .-]?\d{1,4}(?:[ .-]?\d{2,4}){1,3}(?!\d)", _phone),
    Rule(r"0\d{1,4}(?:[ .-]?\d{1,4}){1,5}(?!\d|/(?! ?0\d\d| ?\d{6})|[.,]\d)", _phone),
    Rule(
        r"(?:0\d{1,4}(?:[ .]\d{1,2})?|1[89]00)[ .]?(?:[xX]{2,4}|\*{2,4})"
        r"(?:[ .]?(?:[xX]{2,4}|\*{2,4}|\d{2,4}))?(?!\w)",
        _masked,
    ),
    Rule(r"\d{1,6}(?:[xX]{3,8}|\*{3,8})\d{0,6}(?!\w)", _masked),
    Rule(
        r"(?:84[ .-]\d{2,3}(?:[ .-]\d{3}){2}|0084[ .-]?\d{9})(?![\d/]|[.,]\d)",
        lambda _, found: _dialled(found.end(), found.group()),  # as from abroad, without its plus
    ),
    Rule(r"1[89]00(?P<mark>[ .-]?)\d{2,4}(?:[ .]?\d{2,4}){0,2}(?![\d/]|[.,]\d|-\d)", _service_phone),
    Rule(r"[1-9]\d{2,4}(?!\w|[.,/-]\d)", _message),
    Rule(r"(?:[2-9][ .])?\d{3}[ .]\d{3}(?![\d%]|[.,]\d)", _local_phone),
    Rule(r"(?=[\dA-Z./-]{1,40}[A-Z])\d[\dA-Z]*(?:[./-][\dA-Z]+){2,9}(?!\w)", _file_code),
    Rule(r"\d{3,}(?:[ .-]\d{2,4}){0,6}(?![\d%]|,\d)", _cued_phone),
    Rule(r"\d{2}(?:(?:[.-]\d{3,}){2,3}|[.-]\d{5,}|(?: \d{3,4}){2,3})(?![\w%]|[.,/-]\d)", _identity),
    Rule(r"\d{3,}(?:[ .-]\d{2,}|[.-]\d(?=[.-]\d)| \d(?= \d{5})){0,8}(?!\w|[/%]|,\d)", _identity),
)
MIXED: Final[Rule] = Rule(r"(?:\d+[A-ZĐ]+|[A-ZĐ]{1,5}\d+)[A-ZĐ0-9]*(?:\.\d{1,3})?(?!\w)", _mixed)
ROAD_RULES: Final[tuple[Rule, ...]] = (
    *simple_rules("roads"),
    Rule(
        r"(?P<kind>QL|ĐT|TL|HL|ĐH|ĐX|VĐ)(?:\. ?| )?"
        r"(?P<number>[1-9]\d{0,3}|0[1-9](?! ?\d))(?P<letter>[A-ZĐ]?)(?!\w|[.,]\d)",
        _road,
    ),
)
SERIES_RULES: Final[tuple[Rule, ...]] = (
    Rule(r"\d{1,2}(?: ?- ?\d{1,2}){2,5}(?![\w%-]| ?-|[/.,]\d)", _several),
    Rule(r"\d{1,3}(?: ?: ?\d{1,3}){2,5}(?![\w%]|[:/.,]\d)", _ratio_of_more),
)
CODE_RULES: Final[tuple[Rule, ...]] = (
    Rule(r"(?P<letters>[A-ZĐ]{1,3}) ?(?P<number>\d{5,8})(?!\w|[.,/-]\d)", _serial),
    Rule(r"(?=[\dA-Z./-]{1,40}\d)[A-Z]{1,3}\d*(?:[./-][\dA-Z]+){2,9}(?!\w)", _file_code),
)
