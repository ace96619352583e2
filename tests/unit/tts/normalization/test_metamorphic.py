"""What stands around a text, its capitals, spaces and the lexicon must not change how the rest is read.

Rows of the table of readings are read again with something neutral changed: every 25th row each time, all
by night (6 s of processor time). What still differs is counted: `_LEFT` holds the number for each kind of
change, each time and by night. It may only shrink: lower it when a rule mends more. Rows that are a cue only
because they are the whole line ("1/10", "4-1", a spaced heading) are among them.
"""

import re
import zlib
from pathlib import Path

from tests.support.nightly import amount
from tts.normalization import read
from tts.normalization.cleaning import clean

_BEFORE = (
    "Bà con lưu ý, ",
    "Kính thưa bà con, ",
    "Xin nhắc lại: ",
    "Đài truyền thanh xin thông báo: ",
    "Mời bà con nghe tin. ",
)
_AFTER = (". Xin cảm ơn bà con.", "; mong bà con lưu ý.", ", xin bà con biết")
_IS_A_LINES_START = re.compile(r"\W|(?:\d[\d.]*|[IVX]{1,5}|[A-Za-zĐđ])(?:[.)/](?: |$)|[.)/]?[A-ZĐ.]+\d)")
"""What is read as it is only where a line begins: the numbers and dashes of a list, a minus."""
_TAUGHT = "quýt"  # a word that no rule looks for
_LEFT = {
    kind: amount(each_time, by_night)
    for kind, each_time, by_night in [
        ("before", 0, 2),
        ("after", 1, 15),
        ("capitals", 3, 92),
        ("spaces", 0, 0),
        ("lines", 0, 0),
        ("lexicon", 0, 0),
    ]
}


def _chosen(written, of):
    """The same number below `of` for the same row, wherever it stands in the table."""
    return zlib.crc32(written.encode()) % of


_ROWS = [
    (written, spoken)
    for line in (Path(__file__).parent / "spoken.tsv").read_text("utf-8").splitlines()[1:]
    for _, written, spoken in [line.split("\t")]
    if zlib.adler32(written.encode()) % amount(25, 1) == 0
]


def _plain(spoken):
    """Words in small letters: marks between them are none of this test's business."""
    return re.sub(r"[ ,.:;!?]+", " ", spoken.lower()).strip()


def _differ(changed, kind):
    """Rows whose rest is read otherwise, given (written, read now, expected)."""
    wrong = [(written, now, then) for written, now, then in changed if now != then]
    assert len(wrong) == _LEFT[kind], (len(wrong), wrong[:40])


def test_words_before_a_text_do_not_change_how_it_is_read():
    changed = []
    for written, spoken in _ROWS:
        if _chosen(written, 2) or _IS_A_LINES_START.match(written):
            continue
        before = _BEFORE[_chosen(written, len(_BEFORE))]
        changed.append(
            (before + written, _plain(read(before + written).spoken), _plain(f"{before} {spoken}"))
        )
    _differ(changed, "before")


def test_words_after_a_text_do_not_change_how_it_is_read():
    changed = []
    for written, spoken in _ROWS:
        if _chosen(written, 2) == 0:
            continue
        after = _AFTER[_chosen(written, len(_AFTER))]
        changed.append((written + after, _plain(read(written + after).spoken), _plain(f"{spoken} {after}")))
    _differ(changed, "after")


def test_lines_above_and_below_do_not_change_how_a_line_is_read():
    changed = []
    for written, spoken in _ROWS:
        if _chosen(written, 3) == 0:
            text = f"Kính thưa bà con.\n{written}\nXin cảm ơn bà con."
            changed.append((written, _plain(read(text).spoken.split("\n")[1]), _plain(spoken)))
    _differ(changed, "lines")


def test_one_more_space_does_not_change_how_a_text_is_read():
    changed = []
    for written, spoken in _ROWS:
        places = [place for place, letter in enumerate(written) if letter == " "]
        if places and _chosen(written, 3) == 1:
            place = places[_chosen(written, len(places))]
            text = f"{written[:place]} {written[place:]}"
            changed.append((text, _plain(read(text).spoken), _plain(spoken)))
    _differ(changed, "spaces")


def test_ordinary_words_in_capitals_do_not_change_how_the_rest_is_read():
    changed = []
    for written, spoken in _ROWS:
        if _chosen(written, 3) != 2:
            continue
        text = _in_capitals(written)
        changed.append((text, _plain(read(text).spoken), _plain(spoken)))
    _differ(changed, "capitals")


def _in_capitals(written):
    reading = read(written)
    if reading.written != written:
        return written  # the spans are those of the mended text
    letters = list(written)
    for span in reading.spans:
        if span.rule == "plain":
            letters[span.start : span.end] = span.written.upper()
    return "".join(letters)


def test_a_taught_word_does_not_change_how_the_rest_is_read():
    changed = []
    for written, _ in _ROWS:
        if _chosen(written, 4):
            continue
        base = read(written)
        entry = _entry(base, written)
        if entry is None:
            continue
        own = read(written, words={entry: _TAUGHT})
        places = [(one.start, one.end) for one in own.spans if one.rule == "province"]
        rest = [one for one in own.spans if one.rule != "province" and entry not in one.written]
        then = [
            one
            for one in base.spans
            if entry not in one.written
            and not any(start < one.end and one.start < end for start, end in places)
        ]
        changed.append((f"{written} ({entry})", _said(rest), _said(then)))
    _differ(changed, "lexicon")


def _entry(reading, written):
    """Something of the text that a province may teach: initials, a foreign word, or an ordinary word."""
    found = []
    for span in reading.spans:
        if span.rule in {"abbreviation", "foreign"} and span.written == clean(span.written)[0]:
            found.append(span.written)
        elif span.rule == "plain":
            found += re.findall(r"[^\W\d_]{2,}", span.written)[:3]
    found = [one for one in found if one[0].isalpha() and one[-1].isalnum()]
    return found[_chosen(written, len(found))] if found else None


def _said(spans):
    """What is said otherwise than written, and where."""
    return [(one.start, one.end, _plain(one.spoken)) for one in spans if one.rule != "plain" and one.spoken]
