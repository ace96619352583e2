"""How much an approver may mend in another person's words: letters of a few places, and no figure; pure.

What goes further is the author's to write (decision 109).
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from controller.errors import BadInput
from controller.features.bulletins.word_diff import Change, differences
from tts.normalization.numbers import roman_value

MOST_PLACES = 10
MOST_LETTERS = 2
"""Letters, marks counted apart, that may differ in one place: a slip of the finger, not another word."""
_LONGEST_PLACE = 60
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W\d_]+")
_DIGIT_WORDS = {"không", "một", "mốt", "hai", "ba", "bốn", "tư", "năm", "lăm", "sáu", "bảy", "tám", "chín"}
_NUMBER_WORDS = _DIGIT_WORDS | {"mười", "mươi", "trăm", "nghìn", "ngàn", "triệu", "tỷ"}
_CODE = "bulletin.not-a-slip"


@dataclass(frozen=True, slots=True)
class MendedPlace:
    """What stood there, and what stands there now."""

    was: str
    now: str


def mended_places(before: str, after: str) -> tuple[MendedPlace, ...]:
    """Return the places that were mended, or raise BadInput where it is more than a few slips."""
    if _DIGITS.findall(before) != _DIGITS.findall(after):
        raise BadInput(
            "Người duyệt không sửa số, ngày, giờ. Hãy góp ý rồi trả lại cho người soạn.", code=_CODE
        )
    found = tuple(_places(before, after))
    if not found:
        raise BadInput("Chưa có chữ nào khác với bản đang chờ duyệt.", code="bulletin.nothing-mended")
    if len(found) > MOST_PLACES:
        raise BadInput(
            f"Người duyệt sửa nhiều nhất {MOST_PLACES} chỗ. Nhiều hơn thì trả lại cho người soạn.", code=_CODE
        )
    for one in found:
        if why := _why_no_slip(one):
            raise BadInput(
                f"Chỗ «{one.was.strip()}» đổi thành «{one.now.strip()}» là {why}, không phải sửa lỗi gõ. "
                "Hãy góp ý rồi trả lại cho người soạn.",
                code=_CODE,
            )
    return found


def _why_no_slip(place: MendedPlace) -> str:
    """Return why it says something else, "" where it is a slip: “hai” is two letters away from “ba”."""
    was, now = _letters(place.was), _letters(place.now)
    if _distance(was, now) > MOST_LETTERS:
        return "thay lời"
    if was != now and len(_WORDS.findall(place.was)) != len(_WORDS.findall(place.now)):
        return "thêm, bớt từ"
    before, after = _numerals(place.was), _numerals(place.now)
    return "thay số" if before and after and before != after else ""


def _numerals(text: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(text) if _is_numeral(word)]


def _is_numeral(word: str) -> bool:
    return word.lower() in _NUMBER_WORDS or (word.isupper() and roman_value(word) is not None)


def _places(before: str, after: str) -> list[MendedPlace]:
    found: list[MendedPlace] = []
    was = now = ""
    for one in differences(before, after):
        if one.change is Change.EQUAL:
            found += [MendedPlace(was, now)] if was or now else []
            was = now = ""
        elif one.change is Change.REMOVED:
            was += one.text
        else:
            now += one.text
    return found + ([MendedPlace(was, now)] if was or now else [])


def _letters(text: str) -> str:
    """Return the letters, their marks apart, without white space: words may be joined or parted."""
    return unicodedata.normalize("NFD", "".join(text.split()))


def _distance(one: str, other: str) -> int:
    """Return how many letters must be typed, deleted or replaced (Levenshtein)."""
    if max(len(one), len(other)) > _LONGEST_PLACE:
        return _LONGEST_PLACE
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        costs = (
            min(above + 1, diagonal + (letter != wanted))
            for (diagonal, above), wanted in zip(pairwise(row), other, strict=True)
        )
        fresh = [number]
        for cost in costs:
            fresh.append(min(cost, fresh[-1] + 1))
        row = fresh
    return row[-1]
