"""What scanning, and copying out of PDF files, does to figures and letters, taken back."""

import re
from functools import partial
from typing import Final

from tts.normalization.cues import compiled
from tts.normalization.edits import Substitute
from tts.normalization.lexicon import ABBREVIATIONS, rows
from tts.normalization.syllables import in_syllables, is_syllable


def _figures(found: re.Match[str]) -> str:
    return found.group().translate(_LOOK_ALIKES)


def _zeros(found: re.Match[str]) -> str:
    return found.group().upper().replace("O", "0")


_LOOK_ALIKES: Final = str.maketrans("oOlI", "0011")
_NOUNS: Final = r"(?:hộ|người|tuổi|em|xã|thôn|trường hợp|học sinh|cử tri|đại biểu|con)\b"
_PAID: Final = r"(?:đồng|đ|VNĐ|VND)(?!\w)"
_COUNTED: Final = r"(?:%|ha|km|kg|m2|tỷ|triệu)(?!\w)"

_CHANGES: Final = {"=figures": _figures, "=zeros": _zeros}


def _named(pattern: str) -> re.Pattern[str]:
    for name, words in (("{noun}", _NOUNS), ("{paid}", _PAID), ("{counted}", _COUNTED)):
        pattern = pattern.replace(name, words)
    return compiled(pattern)


_MENDED: Final = tuple(
    (_named(row["pattern"]), _CHANGES.get(row["becomes"], row["becomes"])) for row in rows("scanned")
)
"""Letters that stand where a figure was, and spaces that were put into numbers."""

_SUSPECT: Final = re.compile(  # what all of them need: looked for first, for few lines have it
    r"[\dlIoO%ØøΦφФф⌀](?:(?<=\d)(?:[.,/h]?[oOlI](?![a-z])|h[oO]|[oO] C| ?0C|/[A-ZĐ]{1,4}_| \d[\d ]"
    r"| \d tháng|[./:] \d| :| [/.,]| ?%o| \d ?/| ?o/oo| ?[013]/[024])"
    r"|(?<=[lIoO])(?<![^\W\d_].)[.,/-]?\d|(?<=[lI])(?:OO|[OlI](?!\w)|[OlI]?g(?![a-z])|[OlI]\d|h[\dO]|\.OOO)|(?<=[lIO])/[\dlIO]"
    r"|(?<=[ ]l)(?!\w)|(?<=[ØøΦφФф⌀])|(?<=[ựỰ] [dD]0))"
)

_BROKEN: Final = compiled(  # "QUY Ế T Đ Ị NH": a letter of another font stands apart
    r"(?<!\w)(?P<head>[^\W\d_]{1,4}) (?P<toned>[À-Ỹà-ỹ])"
    r"(?: (?P<tail>(?i:ch|ng|nh|[cmnpt]))(?!\w)| (?P<glide>(?i:[iouya]))(?![\w']))?(?!\w)"
)
_CONSONANTS: Final = re.compile(r"(?:ngh?|nh|ch|tr|th|ph|kh|gh|[bcdđghklmnprstvx])", re.IGNORECASE)
_WORDS_ALONE: Final = frozenset("ởýạảóôơàáừổồủ")  # may follow somebody's initial: "ông B ở xã"
_STAND_ALONE: Final = frozenset("ởýạảôơ")
_APART: Final = re.compile(r"(?<![^\n])[^\S\n]*(?:[^\W\d_][^\S\n]{1,4}){3,40}[^\W\d_](?=[^\S\n]*(?:\n|$))")
_WIDE: Final = re.compile(r"[^\S\n]{2,}")
_LONE: Final = compiled(
    r" (?:ngh?|nh|th|tr|ch|kh|ph|gh|[acmnptio])(?![^\W_])| y ban\b| [ềếểễệỀẾỂỄỆ]"
    r"| đ [à-ỹ][^\W\d_]|[A-ZĐ] [À-Ỹ][A-Z]|[ưƯ] [ờớởỡợỜỚỞỠỢ]\w"
)
_CUT: Final = compiled(
    r"(?<!\w)(?P<head>[^\W\d_]{0,4}[À-Ỹà-ỹ]) "
    r"(?P<tail>(?:ch|ng|nh|[acmnptio])(?![\w')]|\.\w))"
    r"|(?<![\w.])(?P<glide>[Ủủ] y(?= ban\b)|(?:ngh|ng|nh|th|tr|ch|kh|ph|NGH|NG|NH|TH|TR|CH|KH|PH"
    r"|[bcdđghklmnpstvxBCDĐGHKLMNPSTVX])?[ưƯ] [ờớởỡợỜỚỞỠỢ](?:ng|NG|c|C|m|M|n|N|i|I|p|P))(?!\w)"
    r"|(?<![\w.])(?<!\d )(?P<onset>ngh?|nh|th|tr|ch|kh|ph|gh"
    r"|(?:ngh|ng|nh|th|tr|ch|kh|[bcdđghklmnpstvx])?[iuy](?= [ềếểễệỀẾỂỄỆ])"
    r"|(?<!điểm )(?<!và )đ(?= [à-ỹ][^\W\d_])"
    r"|[BCDĐGHKLMNPSTVX](?= [À-Ỹ][A-Z])|NGH?|NH|TH|TR|CH|KH|PH|VI) "
    r"(?P<rest>[aeiouyÀ-Ỹà-ỹ][^\W\d_]{0,4})(?!\w)"
)
_MARK_LOST: Final = re.compile(  # "Sô 125/UBND", "Điêu 5", "ngay 15/11"; one class begins all, which is quick
    r"[SĐđNnKk](?<!\w.)(?:(?<=S)ô(?=:? ?[\dlI])|(?<=[Đđ])iêu(?= [\dlI]{1,3}(?!\w))"
    r"|(?<=[Đđ])iêm(?= [a-hkđ],? [Kk]ho[aả]n)|(?<=[Nn])gay(?= \d{1,2}/\d)"
    r"|(?<=[Kk])hoan(?= \d{1,2},? [Đđ]i[êề]u \d))"
)
_GLUED: Final = compiled(r"([A-ZĐ](?<!\w.)[A-ZĐ]{2,7})([a-zđà-ỹ]{2,7})(?!\w)")
_WITH_MARK: Final = {"sô": "số", "điêu": "điều", "điêm": "điểm", "ngay": "ngày", "khoan": "khoản"}
_SPACED_INITIALS: Final = re.compile(r"(?<!\w)(?:[A-ZĐ] ){3,7}[A-ZĐ](?!\w)")  # "U B N D"


def mend_scanned(text: str, sub: Substitute) -> str:
    """The text with figures and words put together again as they were printed; `sub` puts in each change."""
    text = sub(_GLUED, _unglued, sub(_MARK_LOST, _marked, text))
    if _SUSPECT.search(text):
        lines = text.split("\n")
        text = "\n".join(_figures_mended(line, sub) if _SUSPECT.search(line) else line for line in lines)
    text = sub(_SPACED_INITIALS, _initials, sub(_BROKEN, _whole, sub(_APART, _close_up, text)))
    if _LONE.search(text) is None:
        return text
    return "\n".join(_words_mended(line, sub) if _LONE.search(line) else line for line in text.split("\n"))


def _words_mended(line: str, sub: Substitute) -> str:
    """Words that were cut beside a letter of another font: "đượ c", "ngườ i", "th ông"."""
    cut = [found for found in _CUT.finditer(line) if is_syllable(found.group().replace(" ", ""))]
    sure = [found for found in cut if found["onset"] or found["glide"] or not is_syllable(found["head"])]
    places = {found.start() for found in (cut if sure else ())}
    return sub(_CUT, partial(_joined, places), line) if places else line


def _joined(places: set[int], found: re.Match[str]) -> str:
    return found.group().replace(" ", "") if found.start() in places else found.group()


def _figures_mended(line: str, sub: Substitute) -> str:
    for pattern, figure in _MENDED:
        line = sub(pattern, figure, line)
    return line


def _unglued(found: re.Match[str]) -> str:
    """Known initials and a word behind them that lost the space between: "UBNDxã"."""
    initials, word = found.groups()
    if word.isascii() or initials not in ABBREVIATIONS or not is_syllable(word):
        return found.group()
    return f"{initials} {word}"


def _marked(found: re.Match[str]) -> str:
    """A word that lost its mark before a number, with it again."""
    word = _WITH_MARK[found.group().lower()]
    return word.capitalize() if found.group()[0].isupper() else word


def _initials(found: re.Match[str]) -> str:
    """Known initials whose letters stand apart."""
    together = found.group().replace(" ", "")
    return together if together in ABBREVIATIONS else found.group()


def _whole(found: re.Match[str]) -> str:
    """One word again, where its parts can be nothing else: "Đ Ị NH", "S Ố"."""
    head, toned = found["head"], found["toned"]
    alike = (head + toned).isupper() or ((head + toned).islower() and toned not in _STAND_ALONE)
    closes = found["tail"] or (found["glide"] if alike and _CONSONANTS.fullmatch(head) else None)
    if closes is None and (
        found["glide"] or not _CONSONANTS.fullmatch(head) or toned.lower() in _WORDS_ALONE
    ):
        return found.group()
    word = head + toned + (closes or "")
    return word if is_syllable(word) else found.group()


def _close_up(found: re.Match[str]) -> str:
    """A heading whose letters stand apart: "K Ế  H O Ạ C H"."""
    words = [re.sub(r"\s", "", word) for word in _WIDE.split(found.group().strip())]
    said = [in_syllables(word) for word in words]
    vowels_only = not re.search(r"[bcdđghklmnpqrstvx]", found.group(), re.IGNORECASE)
    return " ".join(said) if all(said) and not vowels_only else found.group()
