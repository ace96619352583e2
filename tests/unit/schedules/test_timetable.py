from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schedules.timetable import Entry, Rank, precedence, timetable, timetables

FIVE = datetime(2026, 11, 24, 22, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SINCE, UNTIL = FIVE - 600 * MINUTE, FIVE + 600 * MINUTE
PROVINCE, COMMUNE, OTHER = "56", "56-22327", "56-22333"
LINEAGE = (COMMUNE, PROVINCE)


def entry(name, start=0, length=10, rank=Rank.ROUTINE, areas=(COMMUNE,)):
    return Entry(name, frozenset(areas), FIVE + start * MINUTE, length * MINUTE, rank)


def rows_of(*entries, lineage=LINEAGE):
    return {row.entry.name: row for row in timetable(entries, lineage, SINCE, UNTIL)}


entries = st.lists(
    st.builds(
        entry,
        st.uuids().map(str),
        st.integers(-60, 60),
        st.integers(0, 30),
        st.sampled_from(Rank),
        st.sampled_from([(COMMUNE,), (PROVINCE,), (OTHER,), (COMMUNE, OTHER)]),
    ),
    max_size=12,
)


def test_entries_stand_in_the_order_of_their_starts():
    rows = timetable([entry("late", 30), entry("early"), entry("between", 15)], LINEAGE, SINCE, UNTIL)
    assert [row.entry.name for row in rows] == ["early", "between", "late"]


def test_the_higher_grade_takes_the_area_even_when_it_starts_later():
    rows = rows_of(entry("notice"), entry("storm", 5, rank=Rank.EMERGENCY))
    assert rows["notice"].yields_to == ("storm",)
    assert rows["storm"].takes_from == ("notice",)
    assert rows["storm"].yields_to == ()


def test_among_equals_the_earlier_one_sounds_and_both_are_marked_level():
    rows = rows_of(entry("first", rank=Rank.PRIORITY), entry("second", 5, rank=Rank.PRIORITY))
    assert rows["second"].yields_to == ("first",)
    assert rows["first"].level_with == ("second",)
    assert rows["second"].level_with == ("first",)


def test_different_grades_are_not_level():
    rows = rows_of(entry("notice"), entry("storm", 5, rank=Rank.EMERGENCY))
    assert rows["notice"].level_with == rows["storm"].level_with == ()


def test_entries_that_only_touch_do_not_meet():
    rows = rows_of(entry("first"), entry("second", 10))
    assert rows["first"].is_clear
    assert rows["second"].is_clear


def test_an_entry_for_the_province_meets_the_one_of_the_commune():
    rows = rows_of(entry("law", areas=(PROVINCE,), rank=Rank.PRIORITY), entry("market"))
    assert rows["market"].yields_to == ("law",)


def test_what_another_commune_airs_is_not_on_this_timetable():
    assert rows_of(entry("theirs", areas=(OTHER,))) == {}


def test_a_stretch_shows_what_reaches_into_it_and_whom_it_meets_outside():
    reaching, outside = entry("reaching", -5), entry("outside", -8, length=5)
    rows = timetable([reaching, outside], LINEAGE, FIVE, UNTIL)
    assert [row.entry.name for row in rows] == ["reaching"]
    assert rows[0].yields_to == ("outside",)


def test_each_area_gets_its_own_timetable():
    both = timetables(
        [entry("law", areas=(PROVINCE,)), entry("market", areas=(OTHER,))],
        {COMMUNE: LINEAGE, OTHER: (OTHER, PROVINCE)},
        SINCE,
        UNTIL,
    )
    assert [row.entry.name for row in both[COMMUNE]] == ["law"]
    assert [row.entry.name for row in both[OTHER]] == ["law", "market"]


@given(entries)
def test_of_two_that_meet_exactly_one_yields(found):
    rows = {row.entry.name: row for row in timetable(found, LINEAGE, SINCE, UNTIL)}
    for row in rows.values():
        assert not set(row.yields_to) & set(row.takes_from)
        assert all(row.entry.name in rows[name].takes_from for name in row.yields_to)
        assert all(row.entry.name in rows[name].yields_to for name in row.takes_from)


@given(entries)
def test_two_meet_exactly_when_their_times_overlap(found):
    rows = timetable(found, LINEAGE, SINCE, UNTIL)
    for row in rows:
        overlapping = {
            other.entry.name
            for other in rows
            if other is not row
            and max(other.entry.starts_at, row.entry.starts_at) < min(other.entry.ends_at, row.entry.ends_at)
        }
        assert {*row.yields_to, *row.takes_from} == overlapping


@given(entries)
def test_the_order_in_which_entries_come_changes_nothing(found):
    assert timetable(found, LINEAGE, SINCE, UNTIL) == timetable(found[::-1], LINEAGE, SINCE, UNTIL)


@given(entries)
def test_the_first_in_precedence_yields_to_nobody(found):
    rows = timetable(found, LINEAGE, SINCE, UNTIL)
    if rows:
        assert min(rows, key=lambda row: precedence(row.entry)).yields_to == ()
