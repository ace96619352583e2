"""Web and e-mail addresses, spoken part by part."""

import re
from functools import lru_cache
from typing import Final

from tts.normalization.fields import WebAddress
from tts.normalization.lexicon import DOMAINS, FOREIGN, table
from tts.normalization.numbers import spell_digits
from tts.normalization.scene import Hit, Rule, Scene, hit_of
from tts.normalization.syllables import as_syllable, fewest_pieces, is_syllable
from tts.normalization.templates import spell
from tts.normalization.transliteration import transliterated


def _names(part: str) -> str:
    return "|".join(table("names", "typed", "name", part=part))


_LONGEST_SYLLABLE = 7  # "nghiêng"
_LONGEST_KNOWN = 20  # letters of a name that the list knows
_SHORTEST_KNOWN = 4
_UNMARKED_RIME: Final = re.compile(
    r"[uy]ye(?:n|t)$|(?:i|y)e(?:u|n|ng|m)$|u(?:e|ech|enh)$|u(?:o(?:n|ng|i|m|c|t|p|u)|an|ay|at|ang)$"
)
"""Rimes that only marks make whole: "chuyen", "nguoi", "dien"."""
_NAMES: Final = table("names", "typed", "name")
_PERSON: Final = re.compile(  # "tranvanhai", "lethihoa"
    rf"(?P<family>{_names('family')})(?P<middle>{_names('middle')})(?P<given>[a-z]|(?!et|eu|ti)[a-z]{{2,16}})"
)
_INITIALS_LAST: Final = re.compile(
    r"(?P<name>[a-z]{1,20}?[aeiouy][a-z]{0,2})(?P<initials>[bcdghklmnpqrstvx]{3,5})"
)
_OFFICES: Final = {"so": "sở", "phong": "phòng", "cuc": "cục", "bo": "bộ", "truong": "trường"}
_OFFICE: Final = re.compile(rf"({'|'.join(_OFFICES)})([bcdghklmnpqrstvx]{{3,6}})")
_INITIALS_FIRST: Final = re.compile(r"([A-Z]{2,6})((?:[A-Z][a-z]+){1,5})")  # "CATKhanhHoa"
_NO_WORD: Final = re.compile(r"[bcdghklmnpqrstvx]{3}")
_MOST_INITIALS = 5
_LONGEST_LABEL = 40  # a longer run of letters is no name; its letters are read
_LED_NAME: Final = re.compile(r"(?P<lead>[ie])(?P<rest>(?:[A-Z][a-z]+)+)")  # "iKhanhHoa"
_NAMES_JOINED: Final = re.compile(r"[A-Z][a-z]+|[A-Z]{2,}(?![a-z])")
_SIGNS: Final = table("signs", "sign", "address")
_TOP: Final = (
    "vn|com|net|org|gov|edu|info|io|me|tv|asia|mobi|biz"
    r"|(?:ly|gl|gle|be|app|link|page|site|shop|store|top|xyz|cc|pro|club|co|ai)(?=/)"
)


@lru_cache(maxsize=4096)
def segmented(word: str) -> str | None:
    """A run of letters as the fewest syllables that spell it ("khanhhoa" → "khanh hoa"), or None."""
    if len(word) > _LONGEST_LABEL:
        return None
    found = fewest_pieces(word, _LONGEST_KNOWN, lambda piece: _known(piece) or _unmarked(piece))
    return " ".join(found) or None


@lru_cache(maxsize=4096)
def joined_names(written: str) -> str | None:
    """Two known names written as one: "ShopeeFood"."""
    led = _LED_NAME.fullmatch(written)
    rest = (FOREIGN.get(led["rest"].lower()) or segmented(led["rest"].lower())) if led else None
    if led and rest:
        return f"{'ai' if led['lead'] == 'i' else 'i'} {rest}"
    parts = _NAMES_JOINED.findall(written)
    said = [FOREIGN.get(part.lower()) for part in parts]
    return (
        " ".join(filter(None, said)) if len(parts) > 1 and "".join(parts) == written and all(said) else None
    )


def _known(piece: str) -> str | None:
    return DOMAINS.get(piece) if len(piece) >= _SHORTEST_KNOWN else None


def _unmarked(piece: str) -> str | None:
    """One syllable written without its marks; single letters are left to spelling."""
    if not 2 <= len(piece) <= _LONGEST_SYLLABLE:  # noqa: PLR2004
        return None
    if is_syllable(piece):
        return piece
    if piece[0] in "fjwz" or (piece[-1] not in "cpth" and not _UNMARKED_RIME.search(piece)):
        return None
    return as_syllable(piece)


def _label(part: str) -> str | None:
    led = _INITIALS_FIRST.fullmatch(part)
    if led and part not in FOREIGN:
        return f"{DOMAINS.get(led[1].lower()) or spell(led[1])} {_part(led[2].lower())}"
    known = DOMAINS.get(part.lower()) or FOREIGN.get(part) or FOREIGN.get(part.lower())
    if known is None and len(part) >= _SHORTEST_KNOWN:
        known = FOREIGN.get(part.upper())
    ways = (_person, _office, _of_known, segmented, _spelt_then_said)
    return known or next(filter(None, (way(part.lower()) for way in ways)), None)


def _guessed(part: str) -> str | None:
    """A name that no list and no spelling knows, near its sound."""
    return None if _NO_WORD.match(part) else transliterated(part)


def _office(part: str) -> str | None:
    """An office and the initials of its field: "sokhdt", "phongvhxh"."""
    found = _OFFICE.fullmatch(part)
    return f"{_OFFICES[found[1]]} {spell(found[2])}" if found else None


def _person(part: str) -> str | None:
    """A person's name without marks: the family's and the middle one are known."""
    found = _PERSON.fullmatch(part)
    if found is None:
        return None
    given = found["given"]
    said = segmented(given) or (given if is_syllable(given) else None) if len(given) > 1 else spell(given)
    family, middle = found["family"], found["middle"]
    return f"{_NAMES[family]} {_NAMES[middle]} {said}" if said else None


def _of_known(part: str) -> str | None:
    """Two names that the list knows, written as one: "congankhanhhoa"."""
    for cut in range(3, min(len(part), _LONGEST_LABEL) - 2):
        if part[:cut] in DOMAINS and part[cut:] in DOMAINS:
            return f"{DOMAINS[part[:cut]]} {DOMAINS[part[cut:]]}"
    return None


def _spelt_then_said(part: str) -> str | None:
    """Initials and syllables, or the reverse, as offices name mail boxes: "ubndxa", "phongvhxh"."""
    office = _INITIALS_LAST.fullmatch(part)
    head = office and (DOMAINS.get(office["name"]) or segmented(office["name"]))
    if office and head:
        return f"{head} {spell(office['initials'])}"
    for length in range(len(part) - 2, 1, -1):
        head, rest = DOMAINS.get(part[:length]), part[length:]
        said = DOMAINS.get(rest) or segmented(rest)
        if head and said:
            return f"{head} {said}"
    for length in range(1, min(_MOST_INITIALS, len(part) - 2) + 1):
        said = DOMAINS.get(part[length:]) or segmented(part[length:])
        if said and not (len(said) == 2 and length > 2):  # noqa: PLR2004 -- "bqlda" are initials throughout
            return f"{spell(part[:length])} {said}"
    return None


def address_of(written: str) -> WebAddress:
    """An address part by part: names as syllables where they can be, signs by name."""
    return WebAddress(tuple((part, _part(part)) for part in re.findall(r"\d+|[^\W\d_]+|[^\w\s]|_", written)))


def _part(part: str) -> str:
    if part.isdecimal():
        return spell_digits(part)
    if not part.isalpha():
        return _SIGNS.get(part, "")
    return _label(part) or _guessed(part.lower()) or spell(part)


def _address(_scene: Scene, found: re.Match[str]) -> Hit:
    written = found.group().rstrip(".,;:!?)'\"/")
    bare = re.sub(r"^https?://", "", written, flags=re.IGNORECASE)
    address = address_of(bare)
    names = [part for part, _ in address.parts if part.isalpha()]
    sure = all(_label(name) or not _guessed(name.lower()) for name in names)
    return hit_of(found.start() + len(written), address, "address", sure=sure)


def _handle(scene: Scene, found: re.Match[str]) -> Hit | None:
    """#chuyendoiso and @ubndxa: a name that begins with a sign."""
    if not (scene.spaced or scene.at_start):
        return None
    return hit_of(found.end(), address_of(found.group().lstrip("#")), "address")


HANDLE: Final[Rule] = Rule(r"(?P<sign>[#@])(?P<name>[A-Za-z][A-Za-z0-9_]{1,39})(?![\w@.])", _handle)
_PATH: Final = r"(?:[/?#][A-Za-z0-9./?#&=%_~:+@-]*)?"
ADDRESS_RULES: Final[tuple[Rule, ...]] = (
    Rule(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+", _address),
    Rule(rf"(?i:https?://)[A-Za-z0-9.-]+(?::\d+)?{_PATH}", _address),
    Rule(rf"(?:[A-Za-z0-9-]{{1,63}}\.){{1,8}}(?i:{_TOP})(?![\w@]){_PATH}", _address),
)
