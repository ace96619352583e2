"""Signs between words: list labels, brackets, dashes, slashes, quotes, and what is left over."""

import re
from typing import Final

from tts.normalization.cues import Cues, compiled
from tts.normalization.dashes import NUMERIC, YEAR, dash, falls, same_kind
from tts.normalization.labels import small_roman
from tts.normalization.lexicon import ABBREVIATIONS, UNITS, table
from tts.normalization.numbers import NUMBER_WORDS, spell_digits
from tts.normalization.scene import Hit, Rule, Scene
from tts.normalization.syllables import split_tone
from tts.normalization.templates import say, simple_rules

_CUE: Final = Cues("marks")
_DASHES: Final = Cues("dashes")

_MULTIPLIED: Final = frozenset({"number", "unit", "money", "percent", "fraction"})
_FAR: Final = 14  # words, for a sign that stands free before a number
_NEAR: Final = 6  # words: so far back may the amount be that a slash divides
_DECIMALS: Final = re.compile(r"\d,\d+$|\d\.\d{1,2}$")
_TERM: Final = re.compile(r"(?:(?<!\w)[A-Za-z]|\)|\d)$")
_VARIABLE: Final = re.compile(r"(?<!\w)[A-Za-z]$")
_LONGEST_TERM: Final = 20  # characters
_ONE_CAPITAL: Final = re.compile(r"(?<!\w)[A-ZĐ]$")
_NAME_SHORTENED: Final = compiled(r"[A-ZĐÀ-Ỹ][a-zđà-ỹ]+ (?:[A-ZĐÀ-Ỹ][a-zđà-ỹ]+ |[A-ZĐ]\. ?)?[A-ZĐÂ]$")
_OF_SIGNS: Final = (  # what is said for a sign by itself, the rule, and whether it is a pause
    dict.fromkeys("\"'*_#^`\\~©®™\u00b2\u00b3", ("", "silent", False))
    | dict.fromkeys("()[]{}|•→", ("", "bracket", True))
    | {sign: (UNITS[sign], "sign", False) for sign in "%‰°$€₫"}
    | {sign: (said, "sign", False) for sign, said in table("signs", "sign", "text").items() if said}
    | {sign: (sign, "plain", False) for sign in ".,;:?!"}
)


def _bracketed_initials(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Initials ("UBND") right after its own words is not said again; a new one is learnt from them."""
    initials = found[1]
    known = scene.meaning(initials) or ABBREVIATIONS.get(initials)
    if known:
        plain = known.lower().replace(",", "")
        if scene.last_words(len(plain.split())) == plain:
            return Hit(found.end(), "", "repeat")
    letters = [letter for letter in initials if letter.isalpha()]
    words = scene.words[-len(letters) :]
    if letters == [split_tone(word)[0][:1].upper() for word in words]:
        scene.definitions[initials] = " ".join(words)
        return Hit(found.end(), "", "repeat")
    return None


def _slash(scene: Scene, found: re.Match[str]) -> Hit:
    end = found.end()
    follows = scene.line[end : end + 1]
    yearly = scene.rule in {"roman", "number", "document"} or scene.last_words() == "tháng"
    if yearly and scene.follows(YEAR, end):
        return Hit(end, "năm", "year")
    counted = scene.follows(_CUE.each, end) and not NUMBER_WORDS.isdisjoint(scene.words[-_NEAR:])
    often = scene.follows(_CUE.often, end) and scene.cue(_CUE.happening, 1)
    per = often or (scene.rule == "time" and scene.line.startswith("24h", end))
    if follows.isdecimal() and scene.rule in {"unit", "money"}:
        per = per or scene.line[end - 2 : end - 1].isalpha()  # 50 mg/100 ml, "20.000 đồng/01 lượt"
    elif follows.isdecimal() and scene.rule == "number":
        per = per or _DECIMALS.search(scene.before(found.start())) is not None  # 9,5/10 điểm
    elif follows.isalpha():
        per = per or counted or scene.rule in {"unit", "money", "percent", "power"} or scene.cue(_CUE.per, 3)
    return Hit(end, "trên", "per") if per else Hit(end, "", "slash", after=True)


def _dots(scene: Scene, found: re.Match[str]) -> Hit:
    """An ellipsis, or a line of dots to be filled in."""
    follows = scene.after(found.end())[:1]
    closes = not follows or follows.isupper()
    return Hit(found.end(), "." if closes else ",", "plain")


def _times(scene: Scene, found: re.Match[str]) -> Hit | None:
    counted = scene.rule in _MULTIPLIED or scene.before(found.start())[-1:] == ")"
    counted = counted or (scene.spaced and not NUMBER_WORDS.isdisjoint(scene.words[-_FAR:]))
    return Hit(found.end(), "nhân", "times") if counted else None


def _raised(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The power of a letter in a formula: "x^2"."""
    raised = _VARIABLE.search(scene.before(found.start()))
    return say(found, "mũ {power}", "power") if raised else None


def _times_alone(scene: Scene, found: re.Match[str]) -> Hit | None:
    """How often, standing free: "(x2)", "x3"."""
    return Hit(found.end(), "nhân", "times") if scene.spaced or scene.line[found.start() - 1] == "(" else None


def _times_of_letters(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The x of a formula: "S = a x b"."""
    before = _TERM.search(scene.before(found.start()))
    return Hit(found.end(), "nhân", "times") if scene.spaced and before else None


def _times_amount(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The x between a number and what is named: "22% x mức thu nhập"."""
    factor = scene.follows(_CUE.factor, found.end())
    counted = scene.spaced and (scene.rule in _MULTIPLIED or factor is not None)
    return Hit(found.end(), "nhân", "times") if counted else None


def _roman_point(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The point of "mục III.2" and of "quý III.2026"."""
    if scene.cue(_DASHES.quarter, 2) and scene.follows(YEAR, found.end()):
        return Hit(found.end(), "năm", "year")
    return Hit(found.end(), "chấm", "label") if scene.rule == "roman" else None


def _divided(scene: Scene, found: re.Match[str]) -> Hit:
    """÷ divides where a result follows, else it stands between the ends of a range ("10 ÷ 15 cm")."""
    result = re.match(r" ?[\d.,]+ ?=", scene.line[found.end() : found.end() + _LONGEST_TERM])
    if result or scene.rule not in NUMERIC or falls(scene.before(found.start()), scene.after(found.end())):
        return Hit(found.end(), "chia", "sign")
    return Hit(found.end(), "đến", "range")


def _arrow(scene: Scene, found: re.Match[str]) -> Hit:
    """From one number to another: "13h30 → 16h00"."""
    before, after = scene.before(found.start()), scene.after(found.end())
    counted = scene.rule in NUMERIC and (after[:1].isdecimal() or same_kind(before, after))
    return Hit(found.end(), "đến", "range") if counted else Hit(found.end(), "", "bracket", after=True)


def _initial(scene: Scene, found: re.Match[str]) -> Hit | None:
    """The point of a shortened name ends no sentence inside one: "Lê Minh Q.)", "ông Lê C. xin"."""
    before = scene.before(found.start())
    if _ONE_CAPITAL.search(before) and scene.line[found.end() : found.end() + 1].isalpha():
        return Hit(found.end(), "", "silent")  # V.League, E.coli
    shortened = scene.rule == "letter" and before[-1:].isupper()
    return Hit(found.end(), "", "silent") if shortened or _NAME_SHORTENED.search(before) else None


def _menu(_scene: Scene, found: re.Match[str]) -> Hit:
    """What is dialled to ask a network: *111#."""
    parts = re.findall(r"\d+|\*", found.group())
    said = " ".join("sao" if part == "*" else spell_digits(part) for part in parts)
    return Hit(found.end(), f"{said} thăng", "phone")


def any_sign(scene: Scene, place: int) -> Hit:
    """The last rule: every sign is said, is a pause, is silent, or is left over with a warning."""
    sign = scene.line[place]
    if sign in _OF_SIGNS:
        said, rule, is_pause = _OF_SIGNS[sign]
        return Hit(place + 1, said, rule, after=is_pause)
    if sign.isdecimal():  # no figure is ever lost
        return Hit(place + 1, spell_digits(sign), "number", sure=False)
    warning = ("leftover", f"Ký tự “{sign}” không đọc được nên bị bỏ qua.")
    return Hit(place + 1, "", "leftover", sure=False, warning=warning)


SIGN_RULES: Final[tuple[Rule, ...]] = (
    *simple_rules("signs"),
    Rule(r"(?:\*\d{1,14}){1,4}#", _menu),
    Rule(r"\^ ?(?P<power>\d{1,2})(?!\d|[.,]\d)", _raised),
    Rule(r"÷", _divided),
    Rule(r"→", _arrow),
    Rule(r"(?<=\" )>(?= \")", _arrow),
    Rule(r"\.(?=\)|,|;| ?\(| [a-zà-ỹđ]| [A-ZĐ](?:[.,;)]|$)|[^\W\d_]{2})", _initial),
    Rule(
        r"[-+•*]{1,9}(?= )|[-•*](?=[^\W\d_])",
        lambda scene, found: Hit(found.end(), "", "bullet") if scene.at_start else None,
    ),
    Rule(r"\((?P<label>[ivx]{1,5})\)", small_roman),
    Rule(r"\(\"?([A-ZĐƯ][A-ZĐƯa-z]{0,20}(?:[&-][A-ZĐƯ]{1,12}){0,5})\"?\)", _bracketed_initials),
    Rule(
        r"\.(?=(?:docx?|xlsx?|pptx?|pdf|jpe?g|png|zip|rar|mp[34]|exe|apk)(?!\w))",
        lambda scene, found: Hit(found.end(), "chấm", "sign") if scene.spaced else None,
    ),
    Rule(r"\.(?=\d)", _roman_point),
    Rule(r"\.{2,}(?:/\.{2,})*", _dots),
    *simple_rules("lines"),
    Rule(r"-{1,2}>?", dash),
    Rule(r"/", _slash),
)
TIMES_RULES: Final[tuple[Rule, ...]] = (
    Rule(r"[xX](?= {0,2}\d)", _times),
    Rule(r"x(?= (?:[A-Za-z](?!\w)|\())", _times_of_letters),
    Rule(r"x(?= [^\W\d_])", _times_amount),
    Rule(r"x(?=\d{1,2}(?!\w))", _times_alone),
)
