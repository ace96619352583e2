"""Script of a recording: chimes, spoken lines and rests in order, before anything is spoken.

Its text decides which recording is made (docs/decisions/011-the-spoken-text-is-the-key.md).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from tts.normalization import Region, Register, read
from tts.normalization.checking import check_readings
from tts.orders import Chimed, Part, RenderOrder, Silent, Sounding, Spoken
from tts.phrases import BREATH_MS, phrases
from tts.sections import AFTER_ALERT_MS, ALERT, CLOSING, OPENING

CLOSING_WORDS = "Xin cảm ơn bà con đã lắng nghe."
REPEAT_WORDS = "Xin nhắc lại."
_AFTER_OPENING_MS = 500
_AFTER_ISSUER_MS = 500
_AFTER_TITLE_MS = 900
_BEFORE_REPEAT_MS = 1000
_AFTER_REPEAT_MS = 700
_BEFORE_CLOSING_MS = 1000
_BEFORE_CLOSING_CHIME_MS = 600
_AT_THE_END_MS = 300


@dataclass(frozen=True, slots=True)
class Line:
    """A spoken phrase, or when `text` is empty a sound, a chime or nothing; and the rest after it."""

    text: str
    rest_ms: int
    chime: str = ""
    sound: Path | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """All lines in order; `text` is what is spoken, from issuer to thanks, a paragraph a line."""

    all: tuple[Line, ...]
    text: str

    @property
    def lines(self) -> tuple[Line, ...]:
        """The spoken lines alone."""
        return tuple(line for line in self.all if line.text)


def script_for(order: RenderOrder) -> Script:
    """The script of an order: of one phrase, a programme or a bulletin; raises TextError."""
    if order.phrase is not None:
        return phrase_script(order.text, order.phrase)
    if order.parts:
        return programme_script(
            order.parts,
            words=order.words,
            region=order.region,
            register=order.register,
            rests=order.rests,
        )
    return script_of(
        order.title,
        order.text,
        framed=order.framed,
        issuer=order.issuer,
        readings=order.readings,
        words=order.words,
        region=order.region,
        register=order.register,
        alert=order.alert,
        rests=order.rests,
    )


def script_of(
    title: str,
    text: str,
    *,
    framed: bool,
    issuer: str = "",
    readings: int = 1,
    words: tuple[tuple[str, str], ...] = (),
    region: Region = "north",
    register: Register = "radio",
    alert: bool = False,
    rests: float = 1.0,
) -> Script:
    """The script of a bulletin; without lines when there is nothing to speak. Raises TextError.

    `framed` puts chimes, the issuer, the title and closing words around it; `words` are the province's
    own. The text alone is read `readings` times, with "Xin nhắc lại." in between, and `rests` times the
    usual rests. `alert`: the alert tone stands before it, and nothing after it.
    """
    check_readings(readings)
    own = dict(words)

    def spoken(written: str) -> str:
        return read(written, words=own, region=region, register=register).spoken if written.strip() else ""

    if framed:
        said = spoken(title), spoken(text)
        return spoken_script(*said, issuer=spoken(issuer), readings=readings, alert=alert, rests=rests)
    body, text_said = _body(spoken(text), readings, rests)
    return Script(_with_last_rest(body, _AT_THE_END_MS), text_said)


def spoken_script(
    title: str, text: str, *, issuer: str = "", readings: int = 1, alert: bool = False, rests: float = 1.0
) -> Script:
    """The script of what was read already, with all that is put around it."""
    body, said = _body(text, readings, rests)
    if not body:
        return Script((), "")
    heading, named = _heading(title, issuer)
    if alert:
        lines = (Line("", AFTER_ALERT_MS, ALERT), *heading, *_with_last_rest(body, _AT_THE_END_MS))
        return Script(lines, "\n".join([*named, said]))
    lines = (
        Line("", _AFTER_OPENING_MS, OPENING),
        *heading,
        *_with_last_rest(body, _BEFORE_CLOSING_MS),
        *_with_last_rest(spoken_lines(CLOSING_WORDS), _BEFORE_CLOSING_CHIME_MS),
        Line("", _AT_THE_END_MS, CLOSING),
    )
    return Script(lines, "\n".join([*named, said, CLOSING_WORDS]))


def phrase_script(spoken: str, place: int) -> Script:
    """The script of one phrase of what is spoken, with its rest; without lines where there is no such one."""
    lines = spoken_lines(spoken)[place : place + 1]
    return Script(lines, "\n".join(line.text for line in lines))


def _heading(title: str, issuer: str) -> tuple[tuple[Line, ...], list[str]]:
    """What is spoken before a text: its issuer, unless the title names it already, and its title."""
    if title.lower().startswith(issuer.lower()):
        issuer = ""
    lines = (
        *_with_last_rest(spoken_lines(issuer), _AFTER_ISSUER_MS),
        *_with_last_rest(spoken_lines(title), _AFTER_TITLE_MS),
    )
    return lines, [named for named in (issuer, title) if named]


def _body(spoken: str, readings: int, rests: float) -> tuple[tuple[Line, ...], str]:
    """The text as often as asked, as lines and as what is spoken; nothing of a text without words."""
    once = spoken_lines(spoken, rests)
    if not once:
        return (), ""
    return _read_again(once, readings), "\n".join([spoken] + [REPEAT_WORDS, spoken] * (readings - 1))


def _read_again(body: tuple[Line, ...], readings: int) -> tuple[Line, ...]:
    """The lines `readings` times, with the announcing words in between."""
    announced = _with_last_rest(spoken_lines(REPEAT_WORDS), _AFTER_REPEAT_MS)
    all_lines = body
    for _ in range(readings - 1):
        all_lines = (*_with_last_rest(all_lines, _BEFORE_REPEAT_MS), *announced, *body)
    return all_lines


def programme_script(
    parts: Iterable[Part],
    *,
    words: tuple[tuple[str, str], ...] = (),
    region: Region = "north",
    register: Register = "radio",
    rests: float = 1.0,
) -> Script:
    """The script of a programme, with a rest after each part; raises TextError."""
    found, said = list[Line](), list[str]()

    def spoken(written: str, of_part: tuple[tuple[str, str], ...]) -> str:
        own = dict(words) | dict(of_part)
        return read(written, words=own, region=region, register=register).spoken if written.strip() else ""

    for part in parts:
        match part:
            case Silent(milliseconds):
                found.append(Line("", milliseconds))
            case Chimed(closing):
                found.append(Line("", _AFTER_OPENING_MS, CLOSING if closing else OPENING))
            case Sounding(path):
                found.append(Line("", _BEFORE_CLOSING_MS, sound=path))
            case Spoken(text, title, issuer, readings, own):
                heading, named = _heading(spoken(title, own), spoken(issuer, own))
                body, text_said = _body(spoken(text, own), readings, rests)
                found += (*heading, *_with_last_rest(body, _BEFORE_CLOSING_MS))
                said += [*named, text_said] if text_said else named
    return Script(tuple(found), "\n".join(said))


def spoken_lines(spoken: str, rests: float = 1.0) -> tuple[Line, ...]:
    """The phrases of what is spoken, with `rests` times their usual rests, but not inside a clause."""

    def rest(usual_ms: int) -> int:
        return usual_ms if usual_ms == BREATH_MS else round(usual_ms * rests)

    return tuple(Line(phrase.text, rest(phrase.pause_ms)) for phrase in phrases(spoken))


def _with_last_rest(lines: tuple[Line, ...], rest_ms: int) -> tuple[Line, ...]:
    return (*lines[:-1], replace(lines[-1], rest_ms=rest_ms)) if lines else ()
