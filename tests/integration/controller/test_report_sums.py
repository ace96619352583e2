"""Reports read sums of the as-aired log, and say what its entries say, however far it is summed."""

import pytest
from sqlalchemy import delete, select, update

from controller.features.doctor.invariants import invariants
from controller.features.reports import sums
from controller.features.reports.coverage import Group
from controller.features.reports.monthly import coverage
from controller.features.reports.months import month_of
from controller.features.reports.sum_queries import summed_among
from controller.features.reports.sums import sum_aired
from controller.model.reports import ReportProgress, ReportSum
from tests.integration.controller.test_as_aired import HERE, THERE, aired, heard, note
from tests.support.station_world import NHA_TRANG, NOW, PROVINCE

FIRST = month_of(NOW)


def report_in(session, **asked):
    return coverage(session, PROVINCE, FIRST, 3, **asked)


def report(world, **asked):
    with world.store.read() as session:
        return report_in(session, **asked)


def of_entries(world):
    """Return the report of a station that has no sums."""
    with world.store.write() as session:
        without = session.begin_nested()
        session.execute(delete(ReportProgress))
        told = report_in(session)
        without.rollback()
    return told


def is_summed(world, month=FIRST):
    with world.store.read() as session:
        return summed_among(session, {NHA_TRANG}, [month]) == [month]


def step(world):
    with world.store.write() as session:
        return sum_aired(session)


def sum_all(world):
    while step(world):
        assert report(world) == of_entries(world)


@pytest.fixture
def two_months(world):
    """Two airings of one month and one of the next, each heard by other loudspeakers."""
    aired(world, nodes=(HERE,))
    world.later(days=1)
    aired(world, nodes=(HERE, THERE))
    world.later(days=14)
    told = aired(world, nodes=())
    note(world)
    return told


@pytest.mark.both_databases
@pytest.mark.usefixtures("two_months")
def test_a_log_from_before_there_were_sums_is_summed_in_steps_that_change_no_report(world, monkeypatch):
    monkeypatch.setattr(sums, "_MOST_FILLED", 1)
    before = report(world)
    assert not is_summed(world)
    sum_all(world)
    assert is_summed(world)
    assert is_summed(world, month_of(world.now))
    assert report(world) == before
    assert next(before.records())["airings"] == 3


@pytest.mark.both_databases
def test_what_is_noted_later_is_told_at_once_and_summed_by_the_next_step(world, two_months):
    sum_all(world)
    airing, start = two_months
    world.later(hours=5)
    heard(world, airing, THERE, start)  # it was away: a correction
    note(world)
    assert not is_summed(world, month_of(start))
    assert is_summed(world)
    assert next(report(world).records())["minutes_heard"] == 4.0
    sum_all(world)
    assert is_summed(world, month_of(start))
    assert next(report(world).records())["minutes_heard"] == 4.0


@pytest.mark.usefixtures("two_months")
def test_a_correction_that_comes_while_its_month_is_summed_is_not_lost(world, monkeypatch):
    monkeypatch.setattr(sums, "_MOST_FILLED", 1)
    airing, start = aired(world, nodes=())
    note(world)
    for _ in range(3):
        assert step(world)
    with world.store.read() as session:
        assert session.scalars(select(ReportProgress.filling)).one() == month_of(start)
    heard(world, airing, THERE, start)
    note(world)
    sum_all(world)
    assert is_summed(world, month_of(start))


def test_a_month_that_begins_while_the_first_are_summed_is_summed_too(world):
    aired(world)
    note(world)
    for _ in range(2):  # where the log ends; the bulletins of its newest month
        assert step(world)
    world.later(days=31)
    aired(world)
    note(world)
    sum_all(world)
    assert is_summed(world, month_of(world.now))


def test_a_station_that_sums_from_its_first_entry_on_has_nothing_to_fill(world):
    for _ in range(2):  # where the log ends; there is nothing before that
        assert step(world)
    assert not step(world)
    aired(world)
    note(world)
    assert step(world)
    assert not step(world)
    assert report(world) == of_entries(world)


@pytest.mark.usefixtures("two_months")
def test_a_page_that_shows_one_kind_of_rows_says_of_them_what_a_report_of_all_says(world):
    sum_all(world)
    whole = report(world)
    for group in set(Group) - {Group.TOTAL}:
        wanted = [row for row in whole.rows if row[0] in {Group.TOTAL, group}]
        assert list(report(world, groups=[group]).rows) == wanted


@pytest.mark.usefixtures("two_months")
def test_the_doctor_finds_a_sum_that_the_log_does_not_bear_out(world):
    sum_all(world)
    assert world.ask(invariants, now=world.now) == []
    with world.store.write() as session:
        session.execute(update(ReportSum).values(heard_ms=ReportSum.heard_ms + 1))
    found = world.ask(invariants, now=world.now)
    assert found
    assert all(line.startswith("report sums:") for line in found)
    with world.store.write() as session:
        session.execute(delete(ReportProgress))
    sum_all(world)
    assert world.ask(invariants, now=world.now) == []
