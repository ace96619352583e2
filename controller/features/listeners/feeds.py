"""Feeds of a commune for other programs: a calendar (RFC 5545) and a podcast (RSS 2.0)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from controller.features.listeners.calendar_entries import PublicCalendarEntry
from controller.features.listeners.queries import PublicAiring
from controller.http.words import clock, day
from tts.marks import SOURCE_TYPES, VOCABULARY, WORDS, Origin

_MOSTLY = "Bản tin nào do máy đọc (AI) thì có ghi rõ."
_ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_ATOM = "http://www.w3.org/2005/Atom"
ARTWORK: Final = "/cong-khai/tep/anh-bia.png"
"""A square of 1,400 pixels, as directories of podcasts ask for."""


def calendar_of(name: str, entries: Iterable[PublicCalendarEntry]) -> bytes:
    """Return a commune's timetable as iCalendar; what is unchanged is the same at each fetch."""
    from icalendar import Calendar, Event, vText

    calendar = Calendar()
    for key, value in {
        "version": "2.0",
        "prodid": "-//Loa//vi",
        "calscale": "GREGORIAN",
        "method": "PUBLISH",
        "x-wr-calname": vText(
            f"Loa truyền thanh {_printable(name)}"
        ),  # the library has no type for X- properties
        "x-wr-timezone": "Asia/Ho_Chi_Minh",
    }.items():
        calendar.add(key, value)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})  # RFC 7986
    for one in entries:
        event = Event()
        event.add("uid", one.uid)
        event.add("dtstamp", one.changed_at.astimezone(UTC))
        event.add("sequence", one.sequence)
        event.add("dtstart", one.starts_at.astimezone(UTC))
        if one.duration_ms is not None:
            event.add("duration", timedelta(seconds=-(-one.duration_ms // 1000)))
        event.add("summary", _printable(f"Đã hủy: {one.title}" if one.is_cancelled else one.title))
        event.add("status", "CANCELLED" if one.is_cancelled else "CONFIRMED")
        if one.planned_at is not None:
            event.add("description", f"Dời từ {clock(one.planned_at)}, {day(one.planned_at)}.")
        event.add("location", _printable(name))
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


@dataclass(frozen=True, slots=True)
class Podcast:
    """Whose it is. `base`: the site; `place`: the commune's page on it; `mail`: of the owner, or ""."""

    name: str
    owner: str
    mail: str
    base: str
    place: str


def podcast_of(channel_of: Podcast, episodes: Sequence[tuple[PublicAiring, datetime, Origin]]) -> bytes:
    """Return what was aired in a commune as a podcast; each wording is an episode, dated by its first airing.

    Each item states the origin of the voice: in words, and for programs as a category of IPTC's list.
    """
    register_namespace("itunes", _ITUNES)
    register_namespace("atom", _ATOM)
    base, place = channel_of.base, channel_of.place
    rss = Element("rss", {"version": "2.0"})
    channel = SubElement(rss, "channel")
    _head(channel, channel_of)
    for one, first, origin in episodes:
        if one.size is None or one.airing.recording is None:
            continue
        item = SubElement(channel, "item")
        _add(item, "title", one.title)
        _add(item, "link", f"{base}{place}/ban-tin/{one.airing.id}")
        _add(item, "guid", f"{one.airing.bulletin}-{one.airing.revision}").set("isPermaLink", "false")
        _add(item, "pubDate", format_datetime(first.astimezone(UTC), usegmt=True))
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


def _head(channel: Element, of: Podcast) -> None:
    """Say whose it is, as directories of podcasts ask for it."""
    author = f"Loa truyền thanh {of.name}"
    _add(channel, "title", author)
    _add(channel, "link", f"{of.base}{of.place}")
    itself = {"href": f"{of.base}{of.place}/podcast.xml", "rel": "self", "type": "application/rss+xml"}
    SubElement(channel, f"{{{_ATOM}}}link", itself)
    _add(channel, "description", f"Các bản tin đã phát trên loa truyền thanh của {of.name}. {_MOSTLY}")
    _add(channel, "language", "vi")
    _add(channel, f"{{{_ITUNES}}}author", author)
    owner = SubElement(channel, f"{{{_ITUNES}}}owner")
    _add(owner, f"{{{_ITUNES}}}name", of.owner)
    if of.mail:
        _add(owner, f"{{{_ITUNES}}}email", of.mail)
    SubElement(channel, f"{{{_ITUNES}}}image", {"href": f"{of.base}{ARTWORK}"})
    image = SubElement(channel, "image")
    for name, text in (("url", f"{of.base}{ARTWORK}"), ("title", author), ("link", f"{of.base}{of.place}")):
        _add(image, name, text)
    SubElement(channel, f"{{{_ITUNES}}}category", {"text": "Government"})
    _add(channel, f"{{{_ITUNES}}}type", "episodic")
    _add(channel, f"{{{_ITUNES}}}explicit", "false")


def _add(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = _printable(text)
    return child


def _printable(text: str) -> str:
    """Return the text without control characters: XML and iCalendar do not allow them."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
