"""What the station finds that nodes need, and how pressing it is."""

from datetime import timedelta

from controller.model.bulletins import Recording
from controller.runtime.queries import needs_in_plans
from controller.runtime.wants import Need
from devices.chunks import CHUNK_SIZE, LARGE_CHUNK_SIZE, LARGE_FROM
from devices.ids import Grade
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, Sound

SHORT, LONG = b"short " * 1000, b"long " * 20_000


def test_a_recording_is_needed_at_its_earliest_start(world):
    short, long = world.approved(data=SHORT), world.approved(data=LONG)
    world.plan(long, seconds=3600)
    world.plan(short, areas=[NHA_TRANG], seconds=7200)
    world.plan(short, areas=[BAC_NHA_TRANG], seconds=60)
    assert world.ask(needs_in_plans, world.now) == {}
    world.advance()
    assert world.ask(needs_in_plans, world.now) == {
        Sound(SHORT).recording: Need(Grade.ROUTINE, world.now + timedelta(seconds=60)),
        Sound(LONG).recording: Need(Grade.ROUTINE, world.now + timedelta(seconds=3600)),
    }


def test_a_long_recording_is_cut_as_its_own_manifest_says(world):
    """Those of before have smaller chunks than a new one."""
    data = b"very long " * (LARGE_FROM // 10 + 1)
    bulletin = world.approved(data=data)
    world.plan(bulletin, seconds=60)
    world.advance()
    name = Sound(data).recording
    assert world.ask(needs_in_plans, world.now)[name].chunk_size == LARGE_CHUNK_SIZE
    with world.store.write() as session:
        row = session.get_one(Recording, name)
        row.manifest = row.manifest | {"chunk_size": CHUNK_SIZE}
    assert world.ask(needs_in_plans, world.now)[name].chunk_size == CHUNK_SIZE


def test_a_higher_grade_is_the_more_pressing_need_though_it_starts_later(world):
    bulletin = world.approved(data=SHORT)
    world.plan(bulletin, areas=[NHA_TRANG], seconds=60)
    world.plan(bulletin, areas=[BAC_NHA_TRANG], seconds=7200, grade=Grade.PRIORITY)
    world.advance()
    need = Need(Grade.PRIORITY, world.now + timedelta(seconds=7200))
    assert world.ask(needs_in_plans, world.now) == {Sound(SHORT).recording: need}
