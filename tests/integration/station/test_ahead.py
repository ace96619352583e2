"""What is aired on the coming day is fetched in quiet hours, and forgotten by nobody."""

from datetime import timedelta

import pytest

from controller.features.accounts.queries import operator_named
from controller.features.plans.desired_state import wanted_plans
from controller.features.plans.policy_signing import sign_policy
from controller.features.plans.prefetch import REACH
from controller.runtime.queries import needs_in_plans
from controller.runtime.wants import Need
from devices.ids import Grade
from devices.statements import QuietHours
from tests.support.station_world import NHA_TRANG, PASSWORD, PROVINCE, Sound

DATA = b"tomorrow " * 1000
HOURS = 3600


@pytest.fixture
def quiet_world(world):
    """A province that is quiet from 22:00 to 04:30, at 21:00 in Vietnam; something starts at ten."""
    with world.store.write() as session:
        sign_policy(
            session,
            area=PROVINCE,
            administrator=operator_named(session, "quantri"),
            password=PASSWORD,
            quiet_hours=(QuietHours(begins="22:00", ends="04:30"),),
            loudest_volume=90,
            minutes_a_day=1440,
            now=world.now,
        )
    world.later(hours=11)
    world.plan(world.approved(data=DATA), areas=[NHA_TRANG], seconds=13 * HOURS)
    return world


def _kept(world):
    plans = world.ask(wanted_plans, world.now)
    return {area: [one.recording for one in content.keep] for area, content in plans.items()}


def test_by_day_nothing_is_fetched_ahead(quiet_world):
    assert _kept(quiet_world) == {}


def test_at_night_the_coming_day_is_fetched_and_by_its_start(quiet_world):
    world = quiet_world
    starts_at = world.now + timedelta(hours=13)
    world.later(hours=1)
    recording = Sound(DATA).recording
    assert _kept(world) == {NHA_TRANG: [recording]}
    assert world.ask(needs_in_plans, world.now) == {recording: Need(Grade.ROUTINE, starts_at)}
    assert not any(world.ask(wanted_plans, world.now)[NHA_TRANG].airings)


def test_what_is_named_at_night_is_named_as_an_airing_six_hours_before_its_start_whoever_has_it(quiet_world):
    world = quiet_world
    world.later(hours=7, minutes=1)
    world.advance()
    content = world.ask(wanted_plans, world.now)[NHA_TRANG]
    assert [one.recording for one in content.airings] == [Sound(DATA).recording]
    assert content.keep == ()


def test_what_starts_later_than_a_day_ahead_waits_for_the_next_night(quiet_world):
    world = quiet_world
    world.plan(
        world.approved(data=b"later" * 1000), areas=[PROVINCE], seconds=REACH.total_seconds() + 2 * HOURS
    )
    world.later(hours=1)
    assert list(_kept(world)) == [NHA_TRANG]


def test_what_is_not_approved_is_not_fetched_ahead(quiet_world):
    world = quiet_world
    world.plan(world.submitted(data=b"not yet" * 1000), areas=[PROVINCE], seconds=13 * HOURS)
    world.later(hours=1)
    assert list(_kept(world)) == [NHA_TRANG]
