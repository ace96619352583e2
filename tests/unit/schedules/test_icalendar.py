from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from schedules.icalendar import from_text, to_text
from schedules.recurrence import ZONE, MonthlyByWeekday, Once, RuleError, Weekday, Weekly, occurrences
from tests.support.nightly import examples
from tests.support.rules import DAY, rules

FIVE = time(5)
START = "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000"
CHANGED = "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20261124T050000"


@examples(100)
@given(rules())
def test_a_rule_read_back_from_its_text_is_the_same(rule):
    assert from_text(to_text(rule)) == rule


@given(rules(changed=False), st.integers(0, 6))
@examples(40)
def test_another_reader_of_icalendar_finds_the_same_instants_in_the_text(rule, later):
    rule = replace(rule, added=frozenset(), zone=ZONE)  # dateutil reads no RDATE with a zone
    since = datetime.combine(rule.first, time(), UTC) + later * 10 * DAY - DAY
    until = since + 70 * DAY
    others = rrulestr(to_text(rule), forceset=True, compatible=isinstance(rule, Once)).between(
        since, until - DAY / 86_400, inc=True
    )
    assert tuple(instant.astimezone(UTC) for instant in others) == occurrences(rule, since, until)


def test_the_text_is_icalendar():
    rule = Weekly(
        at=FIVE,
        first=date(2026, 11, 23),
        last=date(2026, 12, 31),
        weekdays=frozenset({Weekday.FRIDAY, Weekday.MONDAY}),
        left_out=frozenset({date(2026, 11, 27)}),
    )
    assert to_text(rule) == (
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\n"
        "RRULE:FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20261230T220000Z\n"
        "EXDATE;TZID=Asia/Ho_Chi_Minh:20261127T050000"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "every day",
        "RRULE:FREQ=DAILY",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nRRULE:FREQ=HOURLY",
        f"{START}\nRRULE:FREQ=DAILY;COUNT=x",
        f"{START}\nRRULE:FREQ=DAILY;COUNT=3;UNTIL=20261230T220000Z",
        f"{START}\nRRULE:FREQ=DAILY;FREQ=WEEKLY",
        f"{START}\nRRULE:FREQ=DAILY;INTERVAL=2",
        f"{START}\nRRULE:FREQ=MONTHLY",
        f"{START}\nRRULE:FREQ=MONTHLY;BYMONTHDAY=32",
        f"{START}\nRRULE:FREQ=MONTHLY;BYDAY=MO",
        f"{START}\nRRULE:FREQ=MONTHLY;BYDAY=6MO",
        f"{START}\nRRULE:FREQ=MONTHLY;BYDAY=1MO,2MO",
        f"{START}\nRRULE:FREQ=DAILY\nRRULE:FREQ=DAILY",
        f"{START}\nRRULE:FREQ=DAILY\nSUMMARY:x",
        f"{START}\nRRULE:FREQ=DAILY\nEXDATE;TZID=Asia/Ho_Chi_Minh:20261123T060000",
        f"{START}\n{CHANGED}",
        f"{START}\n{CHANGED}\nSTATUS:CONFIRMED",
        f"{START}\n{CHANGED}\nSTATUS:CANCELLED\n{CHANGED}\nDTSTART;TZID=Asia/Ho_Chi_Minh:20261124T170000",
        f"{START}\n" + "RDATE;TZID=Asia/Ho_Chi_Minh:20261123T050000" * 9000,
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nRRULE:FREQ=DAILY;BYDAY=MO",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nRRULE:FREQ=WEEKLY",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nRRULE:FREQ=WEEKLY;BYDAY=XX",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nRRULE:DAILY",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261323T050000",
        "DTSTART;TZID=Asia/Nowhere:20261123T050000",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000\nEXDATE;TZID=UTC:20261123T050000",
    ],
)
def test_a_text_that_is_no_rule_of_ours_is_refused(text):
    with pytest.raises(RuleError):
        from_text(text)


def test_the_text_of_a_rule_with_all_that_can_stand_in_it():
    text = (
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261101T050000\n"
        "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=12\n"
        "RDATE;TZID=Asia/Ho_Chi_Minh:20261130T170000,20261201T170000\n"
        "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20261127T050000\n"
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261128T163000\n"
        "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20261225T050000\n"
        "STATUS:CANCELLED"
    )
    rule = from_text(text)
    assert isinstance(rule, MonthlyByWeekday)
    assert (rule.nth, rule.weekday, rule.times) == (-1, Weekday.FRIDAY, 12)
    assert to_text(rule) == text


def test_folded_lines_and_carriage_returns_are_read_as_rfc_5545_says():
    text = f"{START}\r\nRRULE:FREQ=WEEKLY;BYD\r\n AY=MO,FR\r\n"
    assert from_text(text) == from_text(f"{START}\nRRULE:FREQ=WEEKLY;BYDAY=MO,FR")
