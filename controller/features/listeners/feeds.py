"""What other programs read of a commune: a calendar (RFC 5545) and a podcast (RSS 2.0); pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from controller.features.listeners.queries import Aired
from controller.model.airings import Airing
from tts.marks import SOURCE_TYPES, VOCABULARY, WORDS, Origin

_LINE = 74
"""Bytes of a line of iCalendar before it is folded: the standard allows 75."""
_MOSTLY = "Bản tin nào do máy đọc (AI) thì có ghi rõ."
_ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""}


def calendar_of(name: str, coming: Iterable[tuple[Airing, str]], now: datetime) -> str:
    """Return a commune's timetable as iCalendar."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Loa//vi",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(f'Loa truyền thanh {name}')}",
        "X-WR-TIMEZONE:Asia/Ho_Chi_Minh",
    ]
    for airing, title in coming:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{airing.id}@loa",
            f"DTSTAMP:{_instant(now)}",
            f"DTSTART:{_instant(airing.starts_at)}",
            *([] if airing.duration_ms is None else [f"DURATION:PT{-(-airing.duration_ms // 1000)}S"]),
            f"SUMMARY:{_escaped(title)}",
            f"LOCATION:{_escaped(name)}",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def podcast_of(name: str, base: str, place: str, aired: Sequence[tuple[Aired, Origin]]) -> bytes:
    """Return what was aired in a commune as a podcast; `base`: the site, `place`: its page on it.

    Each item says whose voice it is: in words, and for programs as a category of IPTC's list.
    """
    register_namespace("itunes", _ITUNES)
    rss = Element("rss", {"version": "2.0"})
    channel = SubElement(rss, "channel")
    _add(channel, "title", f"Loa truyền thanh {name}")
    _add(channel, "link", f"{base}{place}")
    _add(channel, "description", f"Các bản tin đã phát trên loa truyền thanh của {name}. {_MOSTLY}")
    _add(channel, "language", "vi")
    _add(channel, f"{{{_ITUNES}}}explicit", "false")
    for one, origin in aired:
        if one.size is None or one.airing.recording is None:
            continue
        item = SubElement(channel, "item")
        _add(item, "title", one.title)
        _add(item, "link", f"{base}{place}/ban-tin/{one.airing.id}")
        _add(item, "guid", one.airing.id).set("isPermaLink", "false")
        _add(item, "pubDate", format_datetime(one.airing.starts_at.astimezone(UTC), usegmt=True))
        said = WORDS.get(origin)
        _add(item, "description", f"{one.text}\n\n{said}" if said else one.text)
        if origin in SOURCE_TYPES:
            _add(item, "category", SOURCE_TYPES[origin]).set("domain", VOCABULARY)
        if one.duration_ms is not None:
            seconds = round(timedelta(milliseconds=one.duration_ms).total_seconds())
            _add(item, f"{{{_ITUNES}}}duration", str(seconds))
        sound = {"url": f"{base}/cong-khai/tep/{one.airing.recording}.mp3", "length": str(one.size)}
        SubElement(item, "enclosure", sound | {"type": "audio/mpeg"})
    told: bytes = tostring(rss, encoding="utf-8", xml_declaration=True)
    return told


def _add(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
    return child


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in text)


def _folded(line: str) -> str:
    """Return the line cut where it is too long, never inside a letter."""
    parts, size = [""], 0
    for letter in line:
        width = len(letter.encode())
        if size + width > _LINE:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += width
    return "\r\n".join(parts)
