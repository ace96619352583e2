"""A text as it was typed, pasted or scanned, into plain lines that the scanner can rely on."""

import html
import re
import unicodedata
from typing import Final

from tts.normalization.checking import HTML_TAG, is_control
from tts.normalization.lexicon import rows

_ZERO_WIDTH: Final = dict.fromkeys(
    map(ord, "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"),
    None,
)
_SPACES: Final = re.compile(  # but not between the words of "K Ế  H O Ạ C H"
    r"(?<![^\S\n][^\W\d_])(?<!^[^\W\d_]) {2,}| {2,}(?![^\W\d_](?: |$))", re.MULTILINE
)
_LINE_END: Final = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_HIDDEN: Final = re.compile(
    r"<(script|style)\b[^<>]*>[^<]*(?:<(?!/?(?:script|style)\b)[^<]*)*</\1\s*>"
    r"|<!--(?:(?!<!--|-->).)*-->|<!doctype[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,10}[0-9]{0,2});", re.IGNORECASE)
_ANGLED: Final = re.compile(r"(?<![\w<>])<([^\W\d_][^<>\n]{0,80}[^\W\d_])>(?![\w>])")  # brackets of a kind
_MARK_APART: Final = re.compile(r"(?<=[^\W\d_]) +(?=[\u0300\u0301\u0303\u0309\u0323])")  # "Luâ ̣t"
_MIDDLE_DOT: Final = re.compile(r"(?<=[0-9]) ?[·⋅] ?(?=10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻^])")  # 5·10³
_DEGREE: Final = re.compile(r"(?<=[0-9])⁰(?![0-9⁰¹²³⁴⁵⁶⁷⁸⁹])")
_MARK: Final = re.compile("[\u0300-\u0323]")
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_RAISED_ONE: Final = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]")
_NOTE: Final = re.compile(  # the number of a note below: "quy định³ của", "Luật Đất đai.¹"
    r"(?:(?<=[^\W\d_][^\W\d_])(?<![kcdmn]m)|(?<=[.,;:)\"”]))[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}(?![\w=]| [=+])"
)
_VARIABLE: Final = re.compile(r"(?<![\w/])([A-LN-Za-ln-z])([²³])(?!\w)")  # of a formula; m² is a unit
_POWER: Final = re.compile(r"(?<=[0-9])[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]*[⁰¹²³⁴⁵⁶⁷⁸⁹]")

_SIGNS: Final = {"\t": " "} | {
    one: row["becomes"] for row in rows("characters") if row["how"] == "each" for one in row["typed"]
}
_TYPED: Final = tuple((row["typed"], row["becomes"]) for row in rows("characters") if row["how"] == "whole")
_KEPT: Final = frozenset("°²³‰µ±≥≤≠≈→€£¥₫•")


class _Characters(dict[int, str]):
    """What each character becomes; worked out once, when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = _plain(chr(code))
        return self[code]


def _plain(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    if character.isascii() or character in _KEPT:
        return "" if is_control(character) else character
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category[0] in "LN":
        return _plain_letter(character)
    if category[0] in "ZMC":
        return " " if category[0] == "Z" else ""
    compatible = unicodedata.normalize("NFKC", character)
    return compatible if compatible.isascii() else character


def _plain_letter(character: str) -> str:
    """Vietnamese letters stay; a fraction and other forms of Latin letters become plain ones."""
    base = unicodedata.normalize("NFD", character)
    if (base[0].isascii() and set(base[1:]) <= _VIETNAMESE_MARKS) or character in "đĐ":
        return character
    compatible = unicodedata.normalize("NFKD", character)
    if "\u2044" in compatible:
        return f" {compatible.replace(chr(0x2044), '/')} "
    ascii_only = "".join(c for c in compatible if c.isascii())
    return ascii_only or character


_VIETNAMESE_MARKS: Final = frozenset("\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323")
_CHARACTERS: Final = _Characters()


def clean(text: str) -> tuple[str, bool]:
    """The text in NFC, without tags and invisible characters, and whether tags were taken out.

    Line ends become line feeds; quotes, dashes, spaces, digits and bullets one form each. No word is
    changed (`mending.py` does that).
    """
    text = _LINE_END.sub("\n", text)
    stripped = _HIDDEN.sub(_newlines, text)
    stripped = HTML_TAG.sub(_newlines, stripped)
    had_tags = stripped != text
    stripped = _ENTITY.sub(_entity, stripped)
    text = stripped.translate(_ZERO_WIDTH)
    if _MARK.search(text):
        text = _MARK_APART.sub("", text)
    text = unicodedata.normalize("NFC", text)
    if _RAISED_ONE.search(text):
        text = _VARIABLE.sub(lambda found: f"{found[1]}^{found[2].translate(_RAISED)}", _NOTE.sub("", text))
    text = _DEGREE.sub("°", _MIDDLE_DOT.sub(" x ", text) if "·" in text or "⋅" in text else text)
    for typed, sign in _TYPED:
        text = text.replace(typed, sign)
    text = _POWER.sub(lambda found: "^" + found.group().translate(_RAISED), text)
    text = unicodedata.normalize("NFC", text.translate(_CHARACTERS))
    if "<" in text:
        text = _ANGLED.sub(r"(\1)", text)
    return _SPACES.sub(" ", text), had_tags


def _newlines(match: re.Match[str]) -> str:
    """A tag leaves a space behind, and the line ends that it held."""
    return "\n" * match.group().count("\n") or " "


def _entity(match: re.Match[str]) -> str:
    character = html.unescape(match.group())
    return " " if character.isspace() or "\n" in character else character
