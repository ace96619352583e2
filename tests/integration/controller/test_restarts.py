"""What becomes of everything under way when the power goes, a backup is restored, or the calendar turns."""

import shutil
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from controller.features.accounts.rate_limits import Tries
from controller.features.accounts.sessions import IDLE, operator_of_token, sign_in
from controller.features.airings.queries import get_airing
from controller.features.bulletins.renderings import begin_rendering, finish_rendering
from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.doctor.invariants import invariants
from controller.features.reports.monthly import coverage
from controller.features.reports.queries import aired_between
from controller.features.reports.service import note_aired
from controller.features.schedules.occurrence_making import AHEAD, make_occurrences
from controller.features.schedules.service import schedule_bulletin
from controller.host.station_keys import StationSeal
from controller.model.airing_states import AiringState
from controller.model.airings import Airing
from controller.store import Store
from schedules.recurrence import Daily
from tests.support.station_world import NHA_TRANG, NODES, PASSWORD, TEXT, Sound, SqliteWorlds, World
from tests.support.stored_rows import open_airings, published_plans, sqlite_url

NODE, OTHER = NODES[0].id, NODES[1].id
SOUND = Sound(b"sound " * 20_000)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def worlds():
    """SQLite alone: its files can be copied as a power cut leaves them."""
    return SqliteWorlds()


def copied(world, folder):
    """The station as a power cut would leave it now: its files, with what was not merged into them yet."""
    folder.mkdir()
    place = world.store.url.database
    for end in ("", "-wal"):
        shutil.copy(place + end, folder / f"loa.db{end}")
    store = Store(sqlite_url(folder / "loa.db"), signer=StationSeal(world.seed.station_key))
    again = World(store, world.seed)
    again.now = world.now
    return again


class Story:
    """The way of one bulletin, in steps that each ask what is there, so it goes on from anywhere."""

    def __init__(self):
        self.bulletin = self.rendering = self.airing = self.start = None

    def draft(self, world):
        self.bulletin = world.do(draft_bulletin, title="Tin", text=TEXT, by=world.officer).id

    def submit(self, world):
        self.rendering = world.do(submit_bulletin, self.bulletin, by=world.officer).id

    def begin(self, world):
        assert world.do(begin_rendering, self.rendering)

    def finish(self, world):
        world.do(finish_rendering, self.rendering, SOUND, SOUND.manifest)

    def approve(self, world):
        world.approve(self.bulletin)

    def plan(self, world):
        self.airing = world.plan(self.bulletin)
        self.start = world.now + timedelta(seconds=60)

    def deliver(self, world):
        world.advance()
        world.publish()

    def fetch(self, world):
        world.tell(NODE, self.airing, "fetched", id="fetched")

    def sound(self, world):
        world.now = self.start
        world.advance()
        world.tell(NODE, self.airing, "started", id="started", at=self.start)

    def end(self, world):
        world.now = self.start + timedelta(seconds=60)
        world.tell(NODE, self.airing, "finished", id="finished", at=world.now, heard_ms=60_000)

    def close(self, world):
        world.now = self.start + timedelta(seconds=100)
        world.advance()

    def note(self, world):
        world.do(note_aired)


STEPS = tuple(name for name in vars(Story) if not name.startswith("_"))


@pytest.mark.parametrize("lived", range(1, len(STEPS) + 1), ids=STEPS)
def test_a_power_cut_after_any_step_leaves_a_sound_station_that_goes_on(worlds, tmp_path, lived):
    world, story = worlds.world(tmp_path), Story()
    for step in STEPS[:lived]:
        getattr(story, step)(world)
    again = copied(world, tmp_path / "again")
    world.store.close()
    with again.store.read() as session:
        assert invariants(session, now=again.now) == []
    for step in STEPS[lived:]:
        getattr(story, step)(again)
    assert again.ask(get_airing, story.airing).state is AiringState.AIRED
    with again.store.read() as session:
        assert invariants(session, now=again.now) == []
        heard = {one.node: one for one in aired_between(session, {NHA_TRANG}, again.now - DAY, again.now)}
    assert (heard[NODE].heard_ms, heard[OTHER].heard_ms) == (60_000, 0)
    again.store.close()


def test_yesterdays_database_makes_each_occurrence_once_and_its_plans_are_newer(worlds, tmp_path):
    world = worlds.world(tmp_path)
    rule = Daily(at=time(17), first=date(2026, 11, 25))
    bulletin = world.approved()
    schedule = world.do(schedule_bulletin, bulletin, areas=[NHA_TRANG], rule=rule, by=world.officer).id
    backup = copied(world, tmp_path / "backup")
    for _ in range(4):
        world.later(hours=6)
        world.do(make_occurrences)
        world.advance()
        world.publish()
    seen = max(plan.version for plan in world.ask(published_plans, NHA_TRANG))
    backup.now = world.now + timedelta(hours=2)
    world.store.close()
    while backup.do(make_occurrences).airings:
        pass
    backup.advance()
    backup.publish()
    assert min(plan.version for plan in backup.ask(published_plans, NHA_TRANG)) > seen
    with backup.store.read() as session:
        made = session.scalars(select(Airing.asked_at).where(Airing.schedule == schedule)).all()
        assert invariants(session, now=backup.now) == []
    assert len(made) == len(set(made)) == len([at for at in made if at < backup.now + AHEAD])
    backup.store.close()


TURNS = {
    "midnight": datetime(2026, 11, 25, 16, 59, 30, tzinfo=UTC),
    "month end": datetime(2026, 11, 30, 16, 59, 30, tzinfo=UTC),
    "into 29 February": datetime(2028, 2, 28, 16, 59, 30, tzinfo=UTC),
    "out of 29 February": datetime(2028, 2, 29, 16, 59, 30, tzinfo=UTC),
    "giao thừa": datetime(2027, 2, 5, 16, 59, 30, tzinfo=UTC),
}
"""Starts half a minute before midnight in Vietnam."""


@pytest.mark.parametrize("start", TURNS.values(), ids=TURNS)
def test_an_airing_over_a_turn_of_the_calendar_is_one_airing_of_its_first_day(worlds, tmp_path, start):
    world, story = worlds.world(tmp_path), Story()
    world.now = start - timedelta(seconds=60)
    for step in STEPS:
        getattr(story, step)(world)
    with world.store.read() as session:
        assert get_airing(session, story.airing).state is AiringState.AIRED
        local = start + timedelta(hours=7)
        total = next(coverage(session, NHA_TRANG, f"{local:%Y-%m}").records())
        assert (total["airings"], total["nodes_heard"], total["minutes_heard"]) == (1, 1, 1.0)
        assert invariants(session, now=world.now) == []
    world.store.close()


def test_six_hours_without_a_broker_cost_what_was_due_then_and_nothing_else(worlds, tmp_path):
    world = worlds.world(tmp_path)
    bulletin = world.approved()
    due = world.plan(bulletin, seconds=3600)
    later = world.plan(bulletin, seconds=7 * 3600)
    for _ in range(12):  # nothing that is signed is taken by anybody
        world.advance()
        world.refresh()
        world.later(minutes=30)
    world.advance()
    assert world.ask(get_airing, due).state is AiringState.MISSED
    assert "Mất kết nối" in world.ask(get_airing, due).reason
    world.publish()
    world.later(seconds=30)
    world.advance()
    assert world.ask(get_airing, later).state is AiringState.DELIVERING
    assert [one.id for one in world.ask(open_airings)] == [later]
    world.store.close()


def test_a_session_outlives_a_restart_and_a_clock_that_jumps_and_ends_after_its_idle_time(worlds, tmp_path):
    world = worlds.world(tmp_path)
    token = sign_in(world.store, name="canbo", password=PASSWORD, address="t", tries=Tries(), now=world.now)
    again = copied(world, tmp_path / "again")
    world.store.close()
    hour = timedelta(hours=1)
    with again.store.read() as session:
        for at in (again.now, again.now - hour, again.now + hour):
            assert operator_of_token(session, token, at).name == "canbo"
        assert operator_of_token(session, token, again.now + IDLE) is None
    again.store.close()
