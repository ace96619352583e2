"""What opens a line or an item of a list: "1.", "a)", "II.", "V.1."."""

import re
from typing import Final

from tts.normalization.cues import compiled
from tts.normalization.fields import ListMark
from tts.normalization.lexicon import LETTERS, POINT_LETTERS
from tts.normalization.numbers import cardinal, roman_value
from tts.normalization.scene import Hit, Rule, Scene, hit_of
from tts.normalization.templates import point_letter, spell

_COMMUNE: Final = compiled(r" [A-ZĐÀ-Ỹ][^\W\d_]* [A-ZĐÀ-Ỹ][a-zđà-ỹ]")  # "X. Vạn Thắng" is no tenth part


def _label(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A number, letter or Roman number that opens a line: "1.", "a)", "II.", "V.1."."""
    mark = found["label"]
    fields = None if mark == "X" and scene.follows(_COMMUNE, found.end()) else _mark(mark)
    return _marked(found.end(), fields) if fields else None


def _marked(end: int, fields: ListMark) -> Hit:
    return hit_of(end, fields, "label", after=True)


def _mark(mark: str) -> ListMark | None:
    if mark.isdecimal():
        return ListMark("number", cardinal(int(mark)), int(mark))
    if "." in mark:
        values = [int(part) if part.isdecimal() else roman_value(part) for part in mark.split(".")]
        numbers = [cardinal(value) for value in values if value is not None]
        return ListMark("section", " chấm ".join(numbers)) if len(numbers) == len(values) else None
    value = roman_value(mark) if mark.isupper() or len(mark) > 1 else None
    if value:
        return ListMark("part" if mark.isupper() else "item", cardinal(value), value)
    said = POINT_LETTERS.get(mark) or LETTERS.get(mark.upper()) or spell(mark)
    return ListMark("part" if mark.isupper() else "letter", said)


def _mixed_label(_scene: Scene, found: re.Match[str]) -> Hit:
    """A letter with a figure that opens a line: "b2)"."""
    return _marked(found.end(), ListMark("letter", f"{point_letter(found[1])} {cardinal(int(found[2]))}"))


def small_roman(_scene: Scene, found: re.Match[str]) -> Hit | None:
    """A small Roman number before an item within a line: "ii)", "(iv)"."""
    value = roman_value(found["label"])
    return _marked(found.end(), ListMark("item", cardinal(value), value)) if value else None


LABEL_RULES: Final[tuple[Rule, ...]] = (  # asked at the start of a line alone
    Rule(r"(?P<label>i)[.)](?= [^\n]{1,90}\bii[.)])", small_roman),
    Rule(r"(?P<label>\d{1,3})[.)/](?= |$)", _label),
    Rule(
        r"(?P<label>\d{1,2}(?:\.\d{1,2}){1,4})"
        r"(?:[.)-]|(?= [A-ZĐÀ-Ỹ])(?! (?:[GM]Hz|[GMT]B|HP|CV|[kKM]?[VWT])(?!\w)))(?= )",
        _label,
    ),
    Rule(r"(?P<label>[IVX]{1,5})[.)/-](?= )", _label),
    Rule(r"(?P<label>[IVX]{1,5}\.\d{1,2}(?:\.\d{1,2})?)[.)]?(?= )", _label),
    Rule(r"(?P<label>[A-ZĐa-zđ])\)(?= )", _label),
    Rule(r"([a-hđ])(\d{1,2})[.)](?= )", _mixed_label),
    Rule(r"(?P<label>(?:ii|iii|iv|vi|vii|viii|ix))[.)](?= )", _label),
    Rule(r"(?P<label>[A-Eb-df-hj-np-tv-xzđ])\.(?= )", _label),  # "a." is spoken text, "P. X" a ward
)
ITEM_IN_LINE: Final[Rule] = Rule(
    r"(?<=[;:,.] )(?P<label>i(?=[.)] [^\n]{1,90}\bii[.)])|ii|iii|iv|vi|vii|viii|ix)[.)](?= )", small_roman
)
