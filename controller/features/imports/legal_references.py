"""What a text says of the legal act that it tells of: proposed to a person, never just taken; pure.

The forms are those of Decree 30/2020/NĐ-CP on how official documents are laid out.
"""

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from typing import Final


@dataclass(frozen=True, slots=True)
class Reference:
    """A legal act; every part may be unknown. `in_force_until` is the last day on which it holds."""

    number: str | None = None
    kind: str | None = None
    issuer: str | None = None
    dated: date | None = None
    in_force_from: date | None = None
    in_force_until: date | None = None

    def __bool__(self) -> bool:
        return self != Reference()


_CODES: Final = resources.files("controller.features.imports").joinpath("legal_codes.csv").read_text("utf-8")
_ROWS: Final = list(csv.DictReader(_CODES.splitlines()[1:]))
KINDS: Final = {row["code"]: row["name"] for row in _ROWS if row["of"] == "kind"}
"""Kinds of acts by their letters in a number; a number without any is an official letter's."""
LETTER: Final = "Công văn"
_ISSUERS: Final = {row["code"]: row["name"] for row in _ROWS if row["of"] == "issuer"}
_HEAD_LINES: Final = 40
"""Number, place and date stand on the first page; further below other acts are named."""
_LONGEST_ISSUER: Final = 200
_MOTTO: Final = re.compile(
    r"cộng\s+h(?:òa|oà)\s+xã\s+hội\s+chủ\s+nghĩa\s+việt\s+nam|độc\s+lập\s*[-–]\s*tự\s+do\s*[-–]\s*hạnh\s+phúc",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(
    r"\bsố\s*:?\s*(?P<number>\d{1,5}\s*(?:/\s*\d{4})?\s*/\s*[A-ZĐƯƠÂÊÔĂa-z0-9]+(?:\s*[-–]\s*[A-ZĐƯƠÂÊÔĂa-z0-9]+)*)",
    re.IGNORECASE,
)
_DAY: Final = (
    r"ngày\s+(?P<day>\d{1,2})"
    r"(?:\s*[/.-]\s*|\s+tháng\s+)(?P<month>\d{1,2})"
    r"(?:\s*[/.-]\s*|\s+năm\s+)(?P<year>\d{4})"
)
_DATE: Final = re.compile(_DAY, re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[^.;\n]+(?:\.(?=\d)[^.;\n]+)*")
_FROM: Final = re.compile(
    r"có\s+hiệu\s+lực\s+(?:thi\s+hành\s+)?(?:kể\s+)?từ\s+(?:ngày\s+ký|" + _DAY + ")", re.IGNORECASE
)
_UNTIL: Final = re.compile(r"hiệu\s+lực\s+.*?đến\s+(?:hết\s+)?" + _DAY, re.IGNORECASE)
_ENDS: Final = re.compile(r"hết\s+hiệu\s+lực\s+(?:\w+\s+){0,3}từ\s+" + _DAY, re.IGNORECASE)
_OF_ITSELF: Final = re.compile(
    r"\b(?:luật|pháp lệnh|nghị quyết|nghị định|quyết định|thông tư|chỉ thị|quy định|quy chế|thông báo"
    r"|kế hoạch|chương trình|văn bản)\s+này\b",
    re.IGNORECASE,
)
_BODY: Final = re.compile(r"\s*(?:căn cứ|kính gửi|điều \d|thực hiện|theo)\b", re.IGNORECASE)
_PLACED: Final = re.compile(r"[^.;:]{2,60},\s*" + _DAY + r"\s*$", re.IGNORECASE)
_SMALL: Final = frozenset(
    ("nhân", "dân", "ban", "và", "của", "thể", "thao", "đồng", "pháp", "du", "lịch", "tỉnh", "xã", "phường")
)
_GAP: Final = re.compile(r"\t|\s{2,}|\s\|\s")


def reference_of(text: str) -> Reference:
    """Return what the text says of itself; what is not there, or not certain, stays None."""
    text = unicodedata.normalize("NFC", text)
    head = text.split("\n")[:_HEAD_LINES]
    number = _number(head)
    dated = _dated(head)
    begins, ends = _validity(text, dated)
    return Reference(number, _kind(head, number), _issuer(head, number), dated, begins, ends)


def heading_of(lines: Sequence[str]) -> str | None:
    """Return the act's own heading: its kind in capitals and the lines below that say of what."""
    names = {name.upper() for name in KINDS.values()} | {LETTER.upper()}
    for place, line in enumerate(lines[:_HEAD_LINES]):
        if line.strip().rstrip(":") in names:
            subject = []
            for below in lines[place + 1 : place + 5]:
                if not below.strip() or _BODY.match(below) or below.rstrip().endswith((".", ":", ";")):
                    break
                subject.append(below.strip())
            kind = line.strip().rstrip(":").capitalize()
            return f"{kind}: {_as_sentence(' '.join(subject))}" if subject else kind
    return None


def _as_sentence(words: str) -> str:
    return words.capitalize() if words.isupper() else words


def _number(head: Sequence[str]) -> str | None:
    for line in head:
        found = _NUMBER.search(line)
        if found:
            return re.sub(r"\s+", "", found["number"]).replace("–", "-")
    return None


def _letters(number: str | None) -> list[str]:
    """Return the letters of a number: of kind, then of who issued it."""
    return [] if number is None else re.split("[-/]", number.rpartition("/")[2])


def _kind(head: Sequence[str], number: str | None) -> str | None:
    letters = _letters(number)
    if letters and letters[0] in KINDS:
        return KINDS[letters[0]]
    if letters and re.fullmatch(r"QH\d*", letters[0]):
        return KINDS["L"]
    names = {name.upper(): name for name in KINDS.values()}
    for line in head:
        if line.strip() in names:
            return names[line.strip()]
    return LETTER if number else None


def _issuer(head: Sequence[str], number: str | None) -> str | None:
    """Return the body at the letterhead's left, above the number; else the one that the number names."""
    above: list[str] = []
    for line in head:
        if _NUMBER.search(line) or line.strip() in {name.upper() for name in KINDS.values()}:
            break
        above += [part.strip() for part in _GAP.split(_MOTTO.sub("  ", line)) if part.strip()]
    names = [part for part in above if part.isupper() and len(part) > 3]  # noqa: PLR2004 - a rule of dashes
    if names and number is not None:
        return _in_words(" ".join(names))[:_LONGEST_ISSUER]
    for letters in reversed(_letters(number)):
        known = _ISSUERS.get(re.sub(r"\d+$", "", letters))
        if known:
            return known
    return None


def _in_words(capitals: str) -> str:
    """Return a name in capitals as it is written in a sentence: names of places keep their capitals."""
    first, *others = capitals.lower().split()
    return " ".join([first.capitalize(), *(word if word in _SMALL else word.capitalize() for word in others)])


def _dated(head: Sequence[str]) -> date | None:
    """Return the day beside the place in the letterhead, or beside the number; others are of events."""
    for line in head:
        found = _PLACED.search(line)
        if found is None and (number := _NUMBER.search(line)):
            found = _DATE.match(line[number.end() :].lstrip(" ,"))
        if found:
            return _day(found)
    return None


def _validity(text: str, dated: date | None) -> tuple[date | None, date | None]:
    begins = ends = None
    for sentence in _SENTENCE.finditer(text):
        said = sentence[0]
        itself = _OF_ITSELF.search(said)
        if itself is None:
            continue
        if begins is None and (found := _FROM.search(said, itself.start())):
            begins = _day(found) if found["day"] else dated
        if ends is None and (found := _UNTIL.search(said, itself.start())):
            ends = _day(found)
        if ends is None and (found := _ENDS.search(said, itself.start())):
            last = _day(found)
            ends = None if last is None else last - timedelta(days=1)
    return begins, ends


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
