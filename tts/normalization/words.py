"""Words that are no plain syllables: abbreviations, Roman numbers, foreign words, unknown ones."""

import re
import unicodedata
from typing import Final

from tts.normalization.addresses import joined_names, segmented
from tts.normalization.cues import Cues, any_of, compiled
from tts.normalization.documents import code_part
from tts.normalization.initials import SURE, composed, is_alone, meaning_around, meant, no_echo
from tts.normalization.lexicon import ABBREVIATIONS, DOCUMENT_CODES, FOREIGN, LETTERS, UNITS, table
from tts.normalization.mending import put_tones
from tts.normalization.roman import ROMAN_RULES, in_headline
from tts.normalization.scene import Hit, Rule, Scene
from tts.normalization.syllables import as_syllable, in_syllables, is_syllable
from tts.normalization.templates import say, simple_rules, spell
from tts.normalization.transliteration import in_pieces, transliterated

_CUE: Final = Cues("words")

LETTER: Final = r"[^\W\d_]"
_DOTTED: Final = table("dotted")
_STANDS_BEFORE: Final = table("dotted", value="before")
_UPPER: Final = "A-ZĐĂÂÊÔƠƯ"
_TITLE_WORD: Final = compiled(  # "X. Diên An", "X. DIÊN AN"
    rf" ?(?:[{_UPPER}À-Ỹ][^\W\d_A-ZĐ]|(?=[A-ZĐ]*[À-Ỹ])[A-ZĐÀ-Ỹ]{{2,7}}(?!\w))"
)
_DATED: Final = frozenset({"date", "month", "number"})
_CALENDARS: Final = {"ÂL": "âm lịch", "AL": "âm lịch", "DL": "dương lịch"}
_PHONE_FOLLOWS: Final = re.compile(r" ?:? ?(?:\(?0|\+84|1[89]00)")
_NUMBER: Final = re.compile(r" ?\d")
_SOUNDS: Final = {one: f"{one}ờ" for one in "bcdđghlmnprstvx"} | {"k": "cờ", "ch": "chờ", "kh": "khờ"}
_COMPASS: Final = {"Đ": "đông", "T": "tây", "N": "nam", "B": "bắc"}
_OURS: Final = str.maketrans("EWSN", "ĐTNB")
_HOUR_BEFORE: Final = re.compile(r"(\d{1,2})(?:[:hg]\d{0,2})?$")
_EVENING, _NOON = 6, 12
_JOINED_WORDS: Final = compiled(r"(?<=[a-zđà-ỹ])(?=[A-ZĐÀ-Ỹ])")
_CITIES: Final = frozenset({"HCM", "HN", "NT", "CR"})
_OFFICE: Final = re.compile(r" ?([A-ZĐ][A-ZĐ&-]{1,9})(?!\w)")
_LONGEST_INITIALS = 12
_LETTERS_ONLY: Final = re.compile(r"[A-ZĐƯÔƠ]*")
_FULL_NAME = 3  # initials; fewer need a word before that tells of a person
_SHORTEST_ORGAN = 3  # a shorter sign of documents says too little by itself


def _dotted(scene: Scene, found: re.Match[str]) -> Hit | None:
    spoken, before = _DOTTED[found.group()], _STANDS_BEFORE[found.group()]
    here = _dotted_here(scene, found)
    if here or not _may_stand(scene, found.end(), before):
        return here
    title = found.group()[0].isupper() and found.group()[-1] == "." and before == "any"
    closes = title and not scene.after(found.end())  # "có đơn BS.": its point ends the sentence too
    return Hit(found.end() - closes, spoken, "abbreviation", sure=_is_address(scene, found))


def _is_address(scene: Scene, found: re.Match[str]) -> bool:
    """Whether a single letter with its point is part of an address, not somebody's initial: "Ảnh: Đ.HỢP"."""
    if len(found.group().strip(".")) > 1 or scene.follows(_NUMBER, found.end()):
        return True
    return scene.before(found.start())[-1:] in {",", "-", "("} or scene.cue(_CUE.place_before, 1)


def _dotted_here(scene: Scene, found: re.Match[str]) -> Hit | None:
    """What a shortened word means because of what is around it: "đàn GS." ends a sentence."""
    written, end = found.group(), found.end()
    meant = meaning_around(scene, written[:-1], found.start(), end - 1) if written[-1] == "." else None
    if meant and meant != _DOTTED[written]:
        return Hit(end - 1, meant, "abbreviation")
    office = _office(scene, end) if written == "P." else None
    if written == "P." and scene.follows(_NUMBER, end) and _CUE.indoors.search(scene.around(*found.span())):
        office = "phòng"  # "khám tại P.12"
    head = scene.follows(_OFFICE, end) if written == "TP." else None
    if head and head[1] in ABBREVIATIONS and head[1] not in _CITIES:
        office = "trưởng phòng"  # "TP. QLĐĐ"
    if written == "Q." and scene.follows(_CUE.acting, end):
        office = "quyền"  # "Q. GIÁM ĐỐC"
    if written == "TT.":
        standing, centre = scene.follows(_CUE.standing, end), scene.follows(_CUE.centre, end)
        office = "thường trực" if standing else "trung tâm" if centre else None
    return Hit(end, office, "abbreviation") if office else None


def _may_stand(scene: Scene, end: int, before: str) -> bool:
    """Whether what follows is what the shortened word stands before."""
    follows = scene.after(end)[:1]
    if before == "number":
        return follows.isdecimal()
    if before == "phone":
        return scene.follows(_PHONE_FOLLOWS, end) is not None
    if before == "word" and not scene.follows(_TITLE_WORD, end):
        return False  # "T. A" are a person's initials
    named = (follows.isupper() or follows.isdecimal()) and not scene.cue(_CUE.place, 1)
    return named or before == "any"


def _person(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A person's initials, as the police write them: "ông Đ.V.K.", "N.T.H (sinh năm 1990)"."""
    letters = re.findall(r"[^\W\d_]", found.group())
    if len(found.group().strip(".").split(".")) < _FULL_NAME and not scene.cue(_CUE.person, 4):
        return None
    if "".join(letters) in ABBREVIATIONS and len(letters) > _FULL_NAME:
        return None
    ends = found.end() - (found.group().endswith(".") and scene.after(found.end())[:1] in {"", '"'})
    return Hit(ends, " ".join(LETTERS[letter.upper()] for letter in letters), "letter")


def _office(scene: Scene, end: int) -> str | None:
    """What P. means before an office, a title or the number of a room: "P.TCKH", "P.GĐ", "P.102"."""
    if scene.follows(_CUE.room, end):
        return "phòng"
    if scene.follows(_CUE.deputy_of, end):
        return "phó"
    initials = scene.follows(_OFFICE, end)
    known = initials and (initials[1] in ABBREVIATIONS or initials[1] in DOCUMENT_CODES)
    return "phòng" if known else None


def _initials(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Capitals (and what is written like them: TTg, ThS, LĐTB&XH)."""
    written = found.group()
    if is_syllable(written) and (len(written) == 1 or in_headline(scene, found)):
        told = meaning_around(scene, written, found.start(), found.end()) if len(written) > 1 else None
        return Hit(found.end(), told, "abbreviation", sure=False) if told else None  # "TRƯỞNG CA XÃ"
    if scene.cue(_CUE.syntax, 8) and scene.follows(_CUE.sent_to, found.end()):
        return Hit(found.end(), spell(written), "letter")
    told = _told_by_form(scene, found)
    defined = None if told else scene.meaning(written)
    if told or defined:
        said = no_echo(scene, found.start(), told or defined or "")
        return Hit(found.end(), said, "defined" if defined else "abbreviation")
    return _listed_initials(scene, found)


def _listed_initials(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Initials that a list holds, with the meaning that most of what is around them speaks for."""
    written = found.group()
    usual = ABBREVIATIONS.get(written)
    if usual is None and len(written) >= _SHORTEST_ORGAN:
        usual = DOCUMENT_CODES.get(written)
    spoken, margin = meant(scene, written, found.start(), found.end(), usual)
    if spoken:
        said = no_echo(scene, found.start(), spoken)
        return Hit(found.end(), said, "abbreviation", margin >= SURE, margin=margin)
    if written in FOREIGN:
        return Hit(found.end(), FOREIGN[written], "foreign")
    meaning = code_part(written) if "&" in written or written[-1].isdecimal() else None
    known = all(is_alone(part, ABBREVIATIONS.get(part)) for part in written.rstrip("0123456789").split("&"))
    return Hit(found.end(), meaning, "abbreviation", sure=known) if meaning else None


def _told_by_form(scene: Scene, found: re.Match[str]) -> str | None:
    """What the initials stand for because of a date, a number or a form that they belong to."""
    written, line, end = found.group(), scene.line, found.end()
    if (scene.rule in _DATED or written == "ÂL") and written in _CALENDARS:
        return "âm" if scene.last_words() == "lịch" else _CALENDARS[written]
    kind = DOCUMENT_CODES.get(written)
    numbered = _CUE.number_follows.match(line, end) if kind else None
    if numbered and numbered["code"] and numbered["code"].upper().startswith(written):
        return DOCUMENT_CODES.get(numbered["code"], kind)  # "CT số 05/CTr-HĐND"
    if numbered or (kind and _CUE.filed.search(scene.before(found.start()))):
        return kind
    slash = "/" in line[max(0, found.start() - 1) : end + 1]
    glued = line[max(0, found.start() - 1) : found.start()] == "-" and len(written) == len("TS")
    of_form = ((slash or glued) and scene.cue(_CUE.form, 4)) or (
        re.search(r"\d-$", line[max(0, found.start() - 2) : found.start()]) and scene.cue(_CUE.form, 12)
    )
    return spell(written) if of_form and not scene.meaning(written) else None


def _ward(scene: Scene, found: re.Match[str]) -> Hit | None:
    """A place by one letter without its point: "P Vĩnh Hải", "P5, Q3"."""
    before = scene.before(found.start())
    apart = not before or before[-1] in ",-(:.;" or scene.cue(_CUE.place_before, 1)
    if not (found["number"] or apart):
        return None
    return say(found, "{place:place}[ {number}]", "abbreviation", sure=False)


def _directions(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Points of the compass, where a way is spoken of: "hướng T-TB", "gió ĐB", "hướng WNW"."""
    if not scene.cue(_CUE.way, 3):
        return None
    way = found["ours"] or (found["english"][:-2] + found["english"][:-3:-1]).translate(_OURS)
    parts = [" ".join(_COMPASS[letter] for letter in part) for part in way.split("-")]
    return Hit(found.end(), ", ".join(parts), "letter")


def _half_day(scene: Scene, found: re.Match[str]) -> Hit | None:
    """AM and PM after a time of the clock."""
    hour = _HOUR_BEFORE.search(scene.before(found.start()))
    if scene.rule != "time" or hour is None:
        return None
    late = "trưa" if int(hour[1]) == _NOON else "tối" if _EVENING <= int(hour[1]) < _NOON else "chiều"
    return Hit(found.end(), "sáng" if found.group()[0] in "aA" else late, "time")


def _licence(scene: Scene, found: re.Match[str]) -> Hit | None:
    """Classes of driving licences, which may look like words: hạng BE, DE, FC."""
    listed = scene.rule in {"letter", "mixed"} or _CUE.class_before.search(scene.before(found.start()))
    if not (listed and scene.cue(_CUE.licences, 24)) and not scene.cue(_CUE.licence, 2):
        return None
    return Hit(found.end(), spell(found.group()), "letter")


def _apostrophe(_scene: Scene, found: re.Match[str]) -> Hit:
    """The first sound of a highland name: H'Ler, K'Ho, M'nông."""
    return Hit(found.end(), _SOUNDS[found[1].lower()], "respelt", sure=False)


def _foreign(_scene: Scene, found: re.Match[str]) -> Hit | None:
    written = found.group()
    forms = (written, written.lower(), written.replace("-", "").lower())
    spoken = next((FOREIGN[form] for form in forms if form in FOREIGN), None) or joined_names(written)
    return Hit(found.end(), spoken, "foreign") if spoken else None


def _single(scene: Scene, found: re.Match[str]) -> Hit | None:
    """One letter by itself is called by its name; a vowel with a tone is a word."""
    letter = found.group()
    if is_syllable(letter):
        if letter == "Á" and not in_headline(scene, found):
            return Hit(found.end(), letter, "plain")  # "Đông Nam Á"
        health = (
            letter == "Y" and re.match(r" tế(?!\w)", scene.line[found.end() : found.end() + 4]) is not None
        )
        return Hit(found.end(), letter if health else letter.lower(), "plain")
    name = LETTERS.get(letter.upper())
    return Hit(found.end(), name, "letter") if name else None


def _unit_after_slash(scene: Scene, found: re.Match[str]) -> Hit | None:
    spoken = UNITS.get(found.group())
    return Hit(found.end(), spoken, "unit") if spoken and scene.last_words() == "trên" else None


def say_unknown(word: str) -> tuple[str, bool]:
    """Words for a word that no list knows, and whether they are near enough not to warn."""
    near = as_syllable(word)
    if word.isupper() and len(word) <= _LONGEST_INITIALS:  # "QUYÊT" only lost its mark
        words = None if _LETTERS_ONLY.fullmatch(word) else near or in_syllables(word.lower())
        return words or spell(word), False  # "THÔNGBÁO"
    if near:
        return near, word[0].isupper() or not word.isascii()
    cluster = _CUE.cluster.match(word.lower())
    if cluster:
        near = as_syllable(word[cluster.end() :])
        if near:
            return f"{_SOUNDS[cluster.group()]} {near}", True
    pieces = in_pieces(word) if word.istitle() or not word.isascii() else None
    if pieces:
        return pieces, True
    return segmented(word.lower()) or transliterated(word) or spell(_bare(word)), False


def _bare(word: str) -> str:
    """The letters of a word without tone marks, as spelling knows them."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if c.isascii() or c in "đĐ")


def _in_small_letters(scene: Scene, found: re.Match[str]) -> str | None:
    """What initials mean that somebody typed small: "ubnd xã", "gđ 2021-2025"."""
    large = found.group().upper()
    if not found.group()[1:].islower():
        return None
    return meaning_around(scene, large, found.start(), found.end()) or ABBREVIATIONS.get(large)


def unknown_word(scene: Scene, found: re.Match[str]) -> Hit:
    """A word that no list knows: near its sound, as initials that are taken apart, or letter by letter."""
    written = found.group()
    storm = transliterated(written) if written.isupper() and scene.cue(_CUE.storm, 6) else None
    if storm:
        return Hit(found.end(), storm, "respelt", sure=False)
    meant = _in_small_letters(scene, found)
    if meant:
        return Hit(found.end(), meant, "abbreviation", sure=False)
    parts = _JOINED_WORDS.split(written)
    glued = len(parts) > 1 and not written.isascii()
    if glued and all(len(part) > 1 and is_syllable(part) for part in parts):
        shown = (part.lower() if part.isupper() else part for part in parts)
        return Hit(found.end(), " ".join(shown), "respelt", sure=False)  # "cứNghị", "sốBA"
    said, near = say_unknown(written)
    said = put_tones(said)
    if near:
        if written.istitle() and len(said.split()[0]) > 1:  # a single capital would be a letter's name
            said = said[0].upper() + said[1:]
        return Hit(found.end(), said, "respelt", sure=False)
    guessed = composed(written)
    if guessed:
        problem = ("unknown-capitals", f"Đoán chữ viết tắt “{written}” là “{guessed}”. Hãy xem lại.")
        return Hit(found.end(), guessed, "spelt", sure=False, warning=problem)
    if written.isupper():
        problem = ("unknown-capitals", f"Không rõ chữ viết tắt “{written}”, đang đọc là “{said}”.")
    else:
        problem = ("unknown-word", f"Từ lạ “{written[:40]}”, đang đọc là “{said[:120]}”.")
    return Hit(found.end(), said, "spelt", sure=False, warning=problem)


_SPACED: Final = any_of(  # "TT-Huế" has more than capitals
    written for written in ABBREVIATIONS if compiled(r"[ .,/]|-.*[à-ỹ]").search(written)
)
_CAPITALS: Final = rf"[{_UPPER}][{_UPPER}a-zđ]{{0,24}}"
_NAME_PART: Final = rf"(?:[CGKNPT]h|Ng|Tr|[{_UPPER}])"
WORD_RULES: Final[tuple[Rule, ...]] = (
    Rule(r"(?P<place>[PX])(?P<number>)(?=:? [A-ZĐÀ-Ỹ][a-zđà-ỹ]+ [A-ZĐÀ-Ỹ][a-zđà-ỹ])", _ward),
    *simple_rules("short words"),
    Rule(r"(?:[AaPp][Mm]|[ap]\.m\.)(?!\w)", _half_day),
    Rule(r"(?:[A-F]|[B-D]E|F[B-E])(?!\w|\.0\d)", _licence),
    Rule(
        rf"(?:{_SPACED}|TP\.HCM)(?!\w)",
        lambda _, found: Hit(found.end(), ABBREVIATIONS[found.group()], "abbreviation"),
    ),
    Rule(rf"{_NAME_PART}(?:\.{_NAME_PART}){{1,4}}(?!\w)\.?", _person),
    Rule(rf"(?:{any_of(_DOTTED)})(?<=[.\w])(?:(?<=\.)|(?!\w))", _dotted),
    *ROMAN_RULES,
    Rule(rf"{_CAPITALS}(?:[&-]{_CAPITALS}){{0,5}}\d{{0,2}}(?!\w)", _initials),
    Rule(rf"{_CAPITALS}(?:&{_CAPITALS}){{0,5}}(?!\w)", _initials),
    *simple_rules("sums"),
    Rule(r"([BCDĐGHKLMNPRSTVX])'(?=[^\W\d_])", _apostrophe),
    Rule(r"[A-Za-z]{1,20}(?:-[A-Za-z]{1,20}){1,3}(?!\w)", _foreign),
    Rule(rf"{LETTER}+(?!\w)", _foreign),
    Rule(rf"{LETTER}(?![\w])", _single),
)
WARD: Final[Rule] = Rule(
    r"(?P<place>[PQ])\.?(?P<number>\d{1,2})(?=, ?(?:[PQ]\.? ?\d|Q\.|TP|Tp|TX|[A-ZĐÀ-Ỹ][a-zđà-ỹ]+ [A-ZĐÀ-Ỹ]))",
    _ward,
)
DIRECTIONS: Final[Rule] = Rule(
    r"(?:(?P<ours>[ĐTNB]{1,3}(?:-[ĐTNB]{1,3}){0,2})|(?P<english>[NSEW]{1,3}))(?!\w| ?=)", _directions
)
UNIT_AFTER_SLASH: Final[Rule] = Rule(r"(?:m[23²³]|\w+)(?!\w)", _unit_after_slash)
