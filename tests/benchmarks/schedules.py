"""What schedules cost a beat: those that are due, and those that are not; run by `make bench`, or alone.

python -m tests.benchmarks.schedules --schedules 100000
"""

import argparse
import random
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path

from sqlalchemy import bindparam, func, insert, select, update

from controller.features.accounts.service import create_operator, make_keys
from controller.features.airings.timetables import timetable_of
from controller.features.area_changes.service import load_areas
from controller.features.areas.queries import areas
from controller.features.bulletins.service import draft_bulletin
from controller.features.fleet.service import NewNode, enrol_nodes
from controller.features.schedules.occurrence_making import AHEAD, MOST_AT_ONCE, make_occurrences
from controller.features.schedules.year_conflicts import AskedRules, conflicts_of_year
from controller.host.station_keys import StationSeal
from controller.model.airings import Airing
from controller.model.areas import Area
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Bulletin
from controller.model.local_time import ZONE
from controller.model.permissions import OperatorRole
from controller.model.schedules import Schedule, ScheduleTarget
from controller.store import Store
from devices.ids import AreaCode, Grade, NodeId
from schedules.icalendar import from_text, to_text
from schedules.recurrence import Daily
from schedules.skips import Skips
from tests.support.stored_rows import sqlite_url

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
PROVINCE = AreaCode("56")
YEAR_AT = 10_000
"""Schedules against which a year is compared."""
VILLAGES = 20
"""Of each commune."""


def station(folder):
    """A founded station with two nodes in each of 1,300 villages; its maker of schedules, and a bulletin."""
    store = Store(sqlite_url(Path(folder) / "bench.sqlite"))
    store.upgrade()
    with store.write() as session:
        keys = make_keys(session, now=NOW)
    store.signer = StationSeal(keys.station)
    with store.write() as session:
        load_areas(session)
        villages = [
            Area(code=AreaCode(f"{commune.code}.{n}"), name=f"Thôn {n}", kind="thôn", parent=commune.code)
            for commune in areas(session, PROVINCE)
            for n in range(1, VILLAGES + 1)
        ]
        session.add_all(villages)
        session.flush()
        places = [village.code for village in villages]
        nodes = [NewNode(NodeId(f"{code}-{n}"), code, f"Cụm {n}") for code in places for n in (1, 2)]
        enrol_nodes(session, nodes, by=None, now=NOW)
        officer = create_operator(
            session,
            name="canbo",
            display_name="Cán bộ",
            roles={OperatorRole.OFFICER},
            area=PROVINCE,
            password="một mật khẩu đủ dài",
            by=None,
            now=NOW,
        )
        bulletin = draft_bulletin(session, title="Tin", text="Mời bà con.", by=officer, now=NOW)
        return store, officer.id, bulletin.id, places


def first_start(number):
    """The wall time of a schedule, the same whenever it is asked, and its first start."""
    rng = random.Random(number)
    at = wall_time(rng.randrange(5, 21), rng.randrange(60))
    today = datetime.combine(NOW.astimezone(ZONE).date(), at, ZONE).astimezone(UTC)
    return at, today if today >= NOW else today + timedelta(days=1)


def lay_down(store, made_with, first, count, next_at):
    """Write schedules as the use case would, some thousand a second, each for one village."""
    officer, bulletin, places = made_with
    rows, targets = [], []
    for number in range(first, first + count):
        at, _ = first_start(number)
        rows.append(
            {
                "id": f"s{number:08d}",
                "bulletin": bulletin,
                "state": "running",
                "rule": to_text(Daily(at=at, first=date(2026, 11, 1))),
                "latest_after_s": 600,
                "grade": "routine",
                "volume": 70,
                "created_by": officer,
                "created_at": NOW,
                "next_at": next_at,
            }
        )
        targets.append({"schedule": f"s{number:08d}", "area": places[number % len(places)]})
    with store.write() as session:
        session.execute(insert(Schedule), rows)
        session.execute(insert(ScheduleTarget), targets)


def make_due(store, count):
    """Have each be due as the station itself notes it: nothing of it is made from its first start on."""
    due = update(Schedule).where(Schedule.id == bindparam("of")).values(next_at=bindparam("at"))
    with store.write() as session:
        rows = [{"of": f"s{number:08d}", "at": first_start(number)[1]} for number in range(count)]
        session.connection().execute(due, rows)


def beat(store, now):
    """One transaction of the beat; returns what it did and its seconds of processor.

    Where other work runs beside, the clock on the wall would measure that.
    """
    began = time.process_time()
    with store.write() as session:
        made = make_occurrences(session, now=now)
    return made, time.process_time() - began


def beats(store, now):
    """Beats until nothing is due; returns airings made, and the processor's seconds of each."""
    airings, taken = 0, []
    while True:
        now += timedelta(milliseconds=1)  # as time does, and ids with it
        made, seconds = beat(store, now)
        airings += len(made.airings)
        taken.append(seconds)
        if made.is_all:
            return airings, taken


def idle(store):
    """The mean milliseconds of a beat that finds nothing due."""
    taken = sum(beat(store, NOW)[1] for _ in range(200))
    return taken / 200 * 1000


def timetables(store, made_with):
    """How long a village's timetable takes once all is approved (the median), and how much is in it."""
    _, bulletin, places = made_with
    with store.write() as session:
        session.execute(update(Bulletin).where(Bulletin.id == bulletin).values(state=BulletinState.APPROVED))
    taken, slots = [], 0
    for place in places[::60]:
        began = time.process_time()
        with store.read() as session:
            slots = len(timetable_of(session, place, NOW, NOW + timedelta(days=1), NOW).slots)
        taken.append(time.process_time() - began)
    return f"{statistics.median(taken) * 1000:,.0f} ms ({slots} slots)"


def a_year(store):
    """How long a daily schedule for the whole province takes to be held against all of them, a year ahead.

    No rule is known beforehand: what was read is forgotten before each.
    """
    rule = Daily(at=wall_time(5, 30), first=date(2027, 2, 5), last=date(2027, 2, 12))
    asked = AskedRules([rule], Skips(), [PROVINCE], Grade.ROUTINE, 7 * 60_000)
    taken = []
    for _ in range(3):
        from_text.cache_clear()
        began = time.process_time()
        with store.read() as session:
            found = conflicts_of_year(session, asked, now=NOW)
        taken.append(time.process_time() - began)
    return f"{min(taken) * 1000:,.0f} ms, {found.total:,} met"


def at_one_time(store, to_all):
    """Give every schedule the same time of day, or each its own again."""
    with store.write() as session:
        for row in session.scalars(select(Schedule)):
            at = wall_time(5, 30) if to_all else first_start(int(row.id[1:]))[0]
            row.rule = to_text(Daily(at=at, first=date(2026, 11, 1)))


def measuring(most):
    """Yield rows of a table."""
    with tempfile.TemporaryDirectory() as folder:
        store, *made_with = station(folder)
        yield "a beat with no schedule at all", f"{idle(store):.2f} ms"
        there, far = 0, NOW + AHEAD + timedelta(days=1)
        for count in (1_000, 10_000, 100_000):
            if count > most:
                break
            lay_down(store, made_with, there, count - there, far)
            there = count
            if count == YEAR_AT:
                yield f"a year of one more, against {count:,} at other times", a_year(store)
                at_one_time(store, to_all=True)
                yield f"a year of one more, against {count:,} at its very time", a_year(store)
                at_one_time(store, to_all=False)
            yield f"a beat with {count:,} schedules, none due", f"{idle(store):.2f} ms"
        make_due(store, there)
        airings, taken = beats(store, NOW)
        yield (
            f"14 days of {there:,} daily schedules made: {airings:,} airings",
            f"{sum(taken):,.0f} s, {airings / sum(taken):,.0f} airings a second",
        )
        yield f"the longest of its transactions ({MOST_AT_ONCE} schedules)", f"{max(taken) * 1000:,.0f} ms"
        yield "a beat afterwards, none due", f"{idle(store):.2f} ms"
        airings, taken = beats(store, NOW + timedelta(days=1))
        yield (
            f"the next day of all of them: {airings:,} airings",
            f"{sum(taken):,.0f} s, {statistics.median(taken) * 1000:,.0f} ms a transaction",
        )
        yield "a day's timetable of one village, of all that is made", timetables(store, made_with)
        with store.read() as session:
            assert session.scalar(select(func.count()).select_from(Airing)) == there * 15
        store.close()


def main():
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--schedules", type=int, default=100_000)
    print("| what | processor time |\n|---|---|")  # noqa: T201
    for what, figure in measuring(options.parse_args().schedules):
        print(f"| {what} | {figure} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
