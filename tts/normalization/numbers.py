"""Numbers into words, as they are spoken in the north: nghìn, linh, mươi, mốt, tư, lăm."""

import re
from functools import lru_cache
from typing import Final

DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
NUMBER_WORDS: Final = frozenset(
    (*DIGITS, "mười", "mươi", "mốt", "tư", "lăm", "linh", "trăm", "nghìn", "triệu", "tỷ", "phẩy", "âm")
)

_SCALES: Final = ("", "nghìn", "triệu")
_BILLION: Final = 1_000_000_000
LARGEST: Final = 10**18  # a number word above this is no longer understood; digits are read one by one
_LONGEST: Final = 18  # digits, of the numbers below LARGEST
_WHOLE_DECIMALS: Final = 2  # "phẩy hai mươi lăm", but "phẩy một hai năm"


def cardinal(number: int) -> str:
    """The words of a whole number; from LARGEST on, its digits one by one."""
    if number < 0:
        return f"âm {cardinal(-number)}"
    if number >= LARGEST:
        return spell_digits(str(number))
    if number >= _BILLION:
        high, low = divmod(number, _BILLION)
        rest = _below_billion(low, after_more=True) if low else ""
        return f"{cardinal(high)} tỷ {rest}".strip()
    return _below_billion(number, after_more=False)


@lru_cache(maxsize=4096)
def _below_billion(number: int, *, after_more: bool) -> str:
    if number == 0:
        return DIGITS[0]
    said: list[str] = []
    for power in (2, 1, 0):
        group = number // 1000**power % 1000
        if group:
            said += [_below_thousand(group, full=after_more or bool(said)), _SCALES[power]]
    return " ".join(word for word in said if word)


def _below_thousand(number: int, *, full: bool) -> str:
    """The words of 1..999; `full` says the empty hundreds too ("không trăm linh năm")."""
    hundreds, rest = divmod(number, 100)
    if not hundreds and not full:
        return _below_hundred(rest)
    said = f"{DIGITS[hundreds]} trăm"
    if not rest:
        return said
    if rest < len(DIGITS):
        return f"{said} linh {in_a_row(rest)}"
    return f"{said} {_below_hundred(rest)}"


def _below_hundred(number: int) -> str:
    tens, unit = divmod(number, 10)
    if tens == 0:
        return DIGITS[unit]
    if tens == 1:
        return "mười" if unit == 0 else f"mười {'lăm' if unit == 5 else DIGITS[unit]}"  # noqa: PLR2004
    tail = {0: "", 1: "mốt", 4: "tư", 5: "lăm"}.get(unit, DIGITS[unit])
    return f"{DIGITS[tens]} mươi {tail}".strip()


def in_a_row(number: int) -> str:
    """A number that names one of a row (month, weekday), or stands after "linh" or "phần": four is "tư"."""
    return {4: "tư"}.get(number) or cardinal(number)


def ordinal(number: int) -> str:
    """A number after "thứ"."""
    return {1: "nhất"}.get(number) or in_a_row(number)


def spell_digits(digits: str) -> str:
    """Each digit by itself; what is no digit is passed over."""
    return " ".join(DIGITS[int(digit)] for digit in digits if digit.isdecimal())


def written_number(written: str) -> str:
    """The words of a number as Vietnamese writes it: 1.500.000 and 12,5 (also 12.5 and 1 500 000)."""
    whole, decimals = split_number(written)
    said = cardinal(int(whole)) if len(whole) <= _LONGEST else spell_digits(whole)
    if not decimals:
        return said
    if decimals[0] == "0" or len(decimals) > _WHOLE_DECIMALS:
        return f"{said} phẩy {spell_digits(decimals)}"
    return f"{said} phẩy {cardinal(int(decimals))}"


def split_number(written: str) -> tuple[str, str]:
    """The digits before and after the decimal mark of a written number."""
    bare = written.replace(" ", "")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", bare):
        whole, _, decimals = bare.replace(".", "").partition(",")
    elif re.fullmatch(r"\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?", bare):
        whole, _, decimals = bare.replace(",", "").partition(".")
    else:
        whole, _, decimals = bare.replace(",", ".").partition(".")
    return whole, decimals


def whole_value(written: str) -> int:
    """The value of a whole number, in figures or Roman; 0 where it is none."""
    return int(written) if written.isdecimal() else roman_value(written) or 0


_ROMAN_UNITS: Final = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_ROMAN: Final = {"X" * (value // 10) + _ROMAN_UNITS[value % 10]: value for value in range(1, 40)}


def roman_value(written: str) -> int | None:
    """The value of a Roman number up to 39 (I, V and X), or None if it is none."""
    return _ROMAN.get(written.upper())
