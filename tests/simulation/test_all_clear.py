"""Between an alarm and its all-clear nothing else is heard, however quick a loudspeaker is to join in."""

from datetime import UTC, datetime, timedelta

import pytest

from controller.features.airings.queries import get_airing
from controller.features.emergencies.service import WantedCall, call_alone, sound_all_clear
from controller.features.emergencies.stopping import stop_in
from controller.model.emergency_states import Kind
from controller.model.times import Times
from devices.chunks import split
from simulator.speakers import Began
from tests.simulation.store_station import PERFECT, StoreStation
from tests.support.alarms import SOUNDS, prepared
from tests.support.station_world import NHA_TRANG, PASSWORD, PROVINCE, Sound, SqliteWorlds

START = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
QUICK = timedelta(milliseconds=20)
"""A board that needs so long to open a recording in its middle; ours waits 0.3 s, and hid the leak by it."""
TIMES = Times(least_lead=timedelta(seconds=5))
TALK = Sound(b"a talk " * 9_000, duration_ms=600_000)


class Street:
    """A commune with a routine bulletin that an alarm has interrupted."""

    def __init__(self, world):
        self.world = world
        world.now = START
        self.station = StoreStation(world, START)
        self.alarm, self.clear = (prepared(world, kind, PROVINCE) for kind in (Kind.ALARM, Kind.ALL_CLEAR))
        for sound in (TALK, *SOUNDS.values()):
            self.station.recordings[sound.recording] = split(sound.data, sound.manifest.chunk_size)
        talk = world.submitted_as(TALK)
        world.approve(talk, TALK.data)
        self.node = self.station.add_node("22333-1", (PROVINCE, NHA_TRANG), join_ahead=QUICK, **PERFECT)
        self.talk = world.plan(talk, seconds=20)
        self.run(30, every=5.0)  # nothing changes but that the talk begins
        self.called = self.do(
            call_alone, WantedCall([PROVINCE], self.alarm), "Lũ về.", password=PASSWORD, times=TIMES
        )
        self.run(7)

    def do(self, use_case, *args, **how):
        """Have the approver do something now, and the station say what it changes."""
        self.world.now = self.station.world.now
        done = self.world.do(use_case, *args, by=self.world.approver, **how)
        self.station.beat()
        return done

    def run(self, seconds, every=1.0):
        self.station.run_until(self.station.world.now + timedelta(seconds=seconds), timedelta(seconds=every))

    def begins(self, since):
        sounds = self.station.world.sounds
        return [one for one in sounds if isinstance(one, Began) and one.true_at > since.timestamp()]


@pytest.fixture
def street(tmp_path):
    world = SqliteWorlds().world(tmp_path)
    yield Street(world)
    world.store.close()


@pytest.mark.parametrize("after_s", [0, 14], ids=["in a round", "in a pause"])
def test_the_interrupted_bulletin_is_not_heard_between_an_alarm_and_its_all_clear(street, after_s):
    street.run(after_s)
    asked_at = street.station.world.now
    cleared = street.do(sound_all_clear, street.called.row.id, street.clear, password=PASSWORD, times=TIMES)
    street.run(30)
    street.run(30, every=5.0)  # the talk goes on
    first, *_ = began = street.begins(asked_at)
    assert first.arm.airing == cleared.row.airing
    starts_at = street.world.ask(get_airing, cleared.row.airing).starts_at
    assert first.true_at == pytest.approx(starts_at.timestamp(), abs=0.1)
    assert {one.arm.airing for one in began} == {cleared.row.airing, street.talk}, "it goes on afterwards"


def test_an_all_clear_after_a_stop_does_not_bring_the_alarm_back(street):
    street.do(stop_in, [PROVINCE])
    street.run(5)
    asked_at = street.station.world.now
    cleared = street.do(sound_all_clear, street.called.row.id, street.clear, password=PASSWORD, times=TIMES)
    street.run(30)
    street.run(30, every=5.0)  # the talk goes on
    assert {one.arm.airing for one in street.begins(asked_at)} == {cleared.row.airing, street.talk}
