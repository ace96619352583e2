import re
from datetime import UTC, datetime, timedelta

import pytest

from controller.http import words
from controller.http.render import TEMPLATES

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # 17:00 in Khánh Hòa, a Tuesday


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(0), "17:00 hôm nay"),
        (timedelta(hours=12), "05:00 ngày mai"),
        (timedelta(hours=-18), "23:00 hôm qua"),
        (timedelta(days=2), "17:00, Thứ Năm, 26/11/2026"),
        (timedelta(days=5), "17:00, Chủ nhật, 29/11/2026"),
    ],
)
def test_an_instant_is_said_by_the_wall_clock_of_the_province(away, said):
    assert words.day_and_clock(NOW + away, NOW) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 giây"),
        (59.4, "59 giây"),
        (60, "1 phút"),
        (425, "7 phút 5 giây"),
        (3600, "1 giờ"),
        (7859, "2 giờ 10 phút"),
        (-3, "0 giây"),
    ],
)
def test_a_length_is_said_in_at_most_two_units(seconds, said):
    assert words.length(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "vừa xong"),
        (-2, "vừa xong"),
        (30, "30 giây trước"),
        (200, "3 phút trước"),
        (7200, "2 giờ trước"),
        (90000, "1 ngày trước"),
    ],
)
def test_how_long_ago_is_said_roughly(seconds, said):
    assert words.ago(NOW - timedelta(seconds=seconds), NOW) == said


def test_numbers_are_written_as_in_vietnam():
    assert words.number(1234.56, 1) == "1.234,6"
    assert words.number(-16.1, 1) == "−16,1"
    assert words.signed(0.25, 1) == "+0,2"
    assert words.signed(-3.5, 1) == "−3,5"
    assert words.megabytes(1_850_000_000) == "1,9 GB"
    assert words.megabytes(2_400_000) == "2,4 MB"
    assert words.megabytes(48_000) == "48 kB"


def test_a_running_clock_never_shows_less_than_nothing():
    assert words.seconds_clock(timedelta(seconds=-5)) == "0:00"
    assert words.seconds_clock(timedelta(seconds=65)) == "1:05"
    assert words.seconds_clock(timedelta(seconds=3723)) == "1:02:03"
    assert words.until(NOW, NOW) == "đến giờ"
    assert words.until(NOW + timedelta(seconds=5), NOW) == "còn 5 giây"


UNSAID = frozenset(
    [
        "bulletin",
        "revision",
        "schedule",
        "occurrence",
        "airing",
        "area",
        "node",
        "recording",
        "plan",
        "policy",
        "reach",
        "receipt",
        "vitals",
        "operator",
        "journal",
        "payload",
        "job",
        "misfire",
        "broker",
        "stream",
        "server",
        "click",
        "login",
        "user",
        "error",
    ]
)
"""English names of things and other words that an officer need not know: pages have Vietnamese ones."""


def shown_of(template):
    """What a template itself says: no Jinja, no tags, but what is read out of attributes."""
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", template, flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|placeholder|alt|title)="([^"]*)"', text)
    return " ".join([re.sub(r"<code>.*?</code>|<[^>]*>", " ", text, flags=re.DOTALL), *spoken])


def test_no_page_says_an_english_word_for_what_has_a_vietnamese_one():
    found = {
        path.name: said
        for folder in TEMPLATES
        for path in folder.rglob("*.html")
        if (
            said := UNSAID
            & set(re.findall(r"[a-zà-ỹđ]+", shown_of(path.read_text(encoding="utf-8")).lower()))
        )
    }
    assert found == {}
