"""Who makes a recording next, and what becomes of one that somebody has begun."""

from datetime import timedelta

import pytest

from controller.features.airings.service import plan_airing
from controller.features.bulletins.claims import Claim, claim_rendering, give_back, hand_over, handed_over
from controller.features.bulletins.queries import get_rendering, waiting_renderings
from controller.features.bulletins.renderings import (
    MOST_ATTEMPTS,
    begin_rendering,
    requeue_rendering,
    requeue_renderings,
)
from controller.model.bulletin_states import RenderingState
from devices.ids import Grade
from tests.support.station_world import PROVINCE

pytestmark = pytest.mark.both_databases


def test_what_may_be_called_is_spoken_first_then_what_starts_soonest(world):
    late = world.submitted(rendered=False)
    old = world.submitted(rendered=False)
    soon = world.submitted(rendered=False)
    alarm = world.submitted(rendered=False, highest=Grade.EMERGENCY)
    for bulletin, hours in ((late, 9), (soon, 3)):
        starts_at = world.now + timedelta(hours=hours)
        world.do(plan_airing, bulletin, areas=[PROVINCE], starts_at=starts_at, by=world.approver)
    waiting = [one.bulletin for one in world.ask(waiting_renderings)]
    assert waiting == [alarm, soon, late, old]
    assert [one.bulletin for one in world.ask(waiting_renderings, urgent_only=True)] == [alarm]


def test_what_a_machine_cannot_make_does_not_hide_what_it_can(world):
    others = [world.submitted(rendered=False) for _ in range(3)]
    waiting = world.ask(waiting_renderings)
    first, second, last = (one.id for one in waiting)
    left = world.ask(waiting_renderings, limit=1, but=[first, second])
    assert [one.id for one in left] == [last]
    assert left[0].bulletin in others


def test_a_start_leaves_what_another_machine_makes_to_it(world):
    world.submitted(rendered=False)
    (rendering,) = world.ask(waiting_renderings)
    until = world.now + timedelta(seconds=30)
    assert world.do(begin_rendering, rendering.id, claim="c", worker="máy khác", claimed_until=until)
    assert world.do(requeue_renderings) == 0
    with world.store.write() as session:
        claim = Claim(rendering.id, "c")
        assert hand_over(session, claim, {"fault": "x", "sentence": "x", "again": True})
        assert not hand_over(session, claim, {"fault": "y", "sentence": "y", "again": True}), "once"
    assert world.do(requeue_renderings) == 0
    assert world.ask(handed_over) == [rendering.id]
    assert world.do(requeue_rendering, rendering.id) is RenderingState.WAITING


def test_a_claim_that_is_given_back_does_not_count_as_a_try(world):
    world.submitted(rendered=False)
    (rendering,) = world.ask(waiting_renderings)
    for _ in range(MOST_ATTEMPTS + 1):
        claim = Claim(rendering.id, "c")
        assert world.do(claim_rendering, claim, worker="đài", life_s=None)
        with world.store.write() as session:
            assert give_back(session, claim)
    assert world.ask(get_rendering, rendering.id).attempts == 0
