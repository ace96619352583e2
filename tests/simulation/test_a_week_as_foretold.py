"""A week of a commune: its timetable, as `loa timetable --json` gives it, and what loudspeakers then play.

One day here; `make properties` sets LOA_WEEK_DAYS to 7.
"""

import os
from datetime import UTC, date, datetime, time, timedelta

import pytest

from controller.features.airings.cancellation import cancel_airing
from controller.features.airings.timetables import timetable_of
from controller.features.doctor.invariants import invariants
from controller.features.plans.policy_signing import sign_policy
from controller.features.reports.queries import aired_between
from controller.features.reports.service import note_aired
from controller.features.schedules.service import cancel_occurrence, schedule_bulletin
from controller.model.local_time import ZONE
from devices.chunks import split
from devices.ids import Grade
from devices.node.playing import JOIN_AHEAD
from devices.statements import QuietHours
from schedules.recurrence import WORKDAYS, Daily, Weekly
from schedules.skips import Skips
from tests.simulation.store_station import PERFECT, StoreStation
from tests.support.station_world import BAC_NHA_TRANG, PASSWORD, PROVINCE, Sound, SqliteWorlds

DAYS = int(os.environ.get("LOA_WEEK_DAYS", "1"))
FIRST = date(2026, 12, 1)
TOLERANCE_S = 0.1
NODE = "22333-1"


def vietnam(day, hour, minute=0, second=0):
    wall = datetime.combine(FIRST + timedelta(days=day), time(hour, minute, second), ZONE)
    return wall.astimezone(UTC)


@pytest.fixture
def world(tmp_path):
    world = SqliteWorlds().world(tmp_path)
    world.now = vietnam(-1, 22)
    yield world
    with world.store.read() as session:
        assert invariants(session, now=world.now) == []
    world.store.close()


def spoken(world, station, data, seconds, **asked):
    """An approved bulletin with a recording that loudspeakers can fetch."""
    sound = Sound(data, duration_ms=seconds * 1000)
    bulletin = world.submitted_as(sound, **asked)
    world.approve(bulletin, sound.data)
    station.recordings[sound.recording] = split(sound.data, sound.manifest.chunk_size)
    return bulletin


def rule(world, *quiet):
    world.do(
        sign_policy,
        area=PROVINCE,
        administrator=world.administrator,
        password=PASSWORD,
        quiet_hours=quiet,
        minutes_a_day=45,
        loudest_volume=60,
    )


def fill(world, station):
    """Schedules, quiet hours, one that is cancelled, collisions of grades; emergencies are never planned."""
    news, law, call = (
        spoken(world, station, data * 3000, seconds)
        for data, seconds in ((b"news", 600), (b"law ", 300), (b"call", 90))
    )
    night, noon = QuietHours(begins="21:30", ends="04:45"), QuietHours(begins="11:30", ends="13:30")
    rule(world, night)
    by, here = world.approver, (BAC_NHA_TRANG,)

    def daily(bulletin, hour, minute=0, *, areas=here, **wishes):
        rule = Daily(at=time(hour, minute), first=FIRST)
        return world.do(schedule_bulletin, bulletin, areas=areas, rule=rule, by=by, **wishes).id

    daily(news, 5, areas=(PROVINCE,))
    daily(news, 11, 25)
    evening = daily(news, 17)
    daily(law, 17, 3, grade=Grade.PRIORITY)  # takes the area in the middle of the evening's news
    workdays = Weekly(at=time(16, 58), first=FIRST, weekdays=WORKDAYS)
    world.do(schedule_bulletin, call, areas=here, rule=workdays, skips=Skips(days_off=True), by=by)
    world.do(cancel_occurrence, evening, vietnam(1, 17), by=by)
    alone = world.plan(law, areas=here, seconds=(vietnam(0, 9) - world.now).total_seconds())
    world.do(cancel_airing, alone, by=by)
    rule(world, night, noon)  # signed later: half of what was planned for 11:25 falls silent


def played(station, node):
    return [
        (over.arm.airing, over.arm.volume, over.true_at - over.heard_ms / 1000, over.true_at)
        for over in station.world.heard(node)
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_loudspeakers_play_a_week_as_its_timetable_said(world):
    station = StoreStation(world, world.now)
    fill(world, station)
    since, until = vietnam(0, 0), vietnam(DAYS, 0)
    station.beat()
    told = world.ask(timetable_of, BAC_NHA_TRANG, since, until, world.now)
    node = station.add_node(NODE, (PROVINCE, BAC_NHA_TRANG), **PERFECT)
    station.run_until(until, every=timedelta(minutes=30))

    slots, heard = told.slots, played(station, node)
    assert [(slot.airing, slot.volume) for slot in slots] == [stretch[:2] for stretch in heard]
    for slot, (_, _, began, ended) in zip(slots, heard, strict=True):
        late = began - slot.starts_at.timestamp()
        assert -TOLERANCE_S < late < TOLERANCE_S + (JOIN_AHEAD.total_seconds() if slot.cut else 0)
        assert abs(ended - slot.ends_at.timestamp()) < TOLERANCE_S
    assert {slot.grade for slot in slots} == {Grade.ROUTINE, Grade.PRIORITY}
    assert any(slot.cut for slot in slots)
    assert told.waiting == []
    counted_as_heard(world, slots, since, until)


def counted_as_heard(world, slots, since, until):
    """The as-aired log then says of that loudspeaker what was foretold, to the second."""
    while world.do(note_aired):
        pass
    with world.store.read() as session:
        log = [one for one in aired_between(session, {BAC_NHA_TRANG}, since, until) if one.node == NODE]
    seconds = {}
    for slot in slots:
        seconds[slot.airing] = seconds.get(slot.airing, 0) + slot.seconds
    assert {one.airing for one in log if one.is_heard} == set(seconds)
    for one in log:
        assert abs(one.heard_ms / 1000 - seconds.get(one.airing, 0)) < 1.5
