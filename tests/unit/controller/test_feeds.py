import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.features.listeners.calendar_entries import PublicCalendarEntry
from controller.features.listeners.feeds import calendar_of

NOW = datetime(2026, 11, 25, 5, 1, 2, 345_678, tzinfo=UTC)
SEQUENCE = str((NOW - datetime(2020, 1, 1, tzinfo=UTC)) // timedelta(minutes=1))
HANOI = timezone(timedelta(hours=7))
LETTERS = st.characters(exclude_categories=["C", "Zl", "Zp"]) | st.sampled_from(",;:\\n\n\tạ")
ESCAPED = {"\\n": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}


def entry(title, number=1, starts_at=NOW, duration_ms=None):
    return PublicCalendarEntry(f"airing-{number}@loa", title, starts_at, duration_ms, changed_at=NOW)


def read(feed):
    """The calendar's own properties and its events, by RFC 5545 and no library: unfolded, then unescaped."""
    assert feed.endswith(b"\r\n")
    assert max(len(line) for line in feed.split(b"\r\n")) <= 75
    for line in feed.split(b"\r\n"):
        line.decode()  # folded between letters, never inside one
    own, events = {}, []
    into = own
    for line in feed.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n"):
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line)
        name, value = line.split(":", 1)
        if (name, value) == ("BEGIN", "VEVENT"):
            events.append(into := {})
        elif (name, value) == ("END", "VEVENT"):
            into = own
        elif name not in {"BEGIN", "END"}:
            assert name not in into
            into[name] = re.sub(r"\\.", lambda found: ESCAPED[found[0]], value)
    return own, events


def test_a_calendar_says_what_it_is_and_whose():
    own, events = read(calendar_of("Bắc Nha Trang", []))
    assert own == {
        "VERSION": "2.0",
        "PRODID": "-//Loa//vi",
        "CALSCALE": "GREGORIAN",
        "METHOD": "PUBLISH",
        "X-WR-CALNAME": "Loa truyền thanh Bắc Nha Trang",
        "X-WR-TIMEZONE": "Asia/Ho_Chi_Minh",
        "REFRESH-INTERVAL;VALUE=DURATION": "PT1H",
    }
    assert events == []


def test_each_airing_is_an_event_known_by_its_id_at_its_instant():
    first = entry("Họp thôn", 1, datetime(2026, 11, 26, 5, 0, tzinfo=HANOI), 59_001)
    second = entry("Tin xã", 2, datetime(2026, 11, 26, 10, 30, tzinfo=UTC))
    _, events = read(calendar_of("Nha Trang", [first, second]))
    assert events == [
        {
            "UID": "airing-1@loa",
            "DTSTAMP": "20261125T050102Z",
            "SEQUENCE": SEQUENCE,
            "DTSTART": "20261125T220000Z",
            "DURATION": "PT1M",
            "SUMMARY": "Họp thôn",
            "STATUS": "CONFIRMED",
            "LOCATION": "Nha Trang",
        },
        {
            "UID": "airing-2@loa",
            "DTSTAMP": "20261125T050102Z",
            "SEQUENCE": SEQUENCE,
            "DTSTART": "20261126T103000Z",
            "SUMMARY": "Tin xã",
            "STATUS": "CONFIRMED",
            "LOCATION": "Nha Trang",
        },
    ]


@given(st.text(LETTERS, max_size=200))
def test_a_title_comes_out_as_it_went_in(title):
    own, (event,) = read(calendar_of(title, [entry(title)]))
    expected = "".join(letter for letter in title if letter.isprintable() or letter in "\n\t")
    assert event["SUMMARY"] == event["LOCATION"] == expected
    assert own["X-WR-CALNAME"] == f"Loa truyền thanh {expected}"


@pytest.mark.parametrize(
    "title", ["Họp\x0b thôn", "\x00Họp thôn", "Họp\r thôn", "Họp\x7f thôn", "Họp\u2028 thôn"]
)
def test_control_characters_that_no_calendar_may_hold_are_left_out(title):
    _, (event,) = read(calendar_of("Nha Trang", [entry(title)]))
    assert event["SUMMARY"] == "Họp thôn"


def test_a_title_adds_no_event_and_no_property():
    title = "Họp\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Giả"
    _, events = read(calendar_of("Nha Trang", [entry(title)]))
    assert [event["SUMMARY"] for event in events] == [title.replace("\r", "")]
