"""Each lifecycle is a table: what it allows, it allows; all else is refused with a sentence."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.errors import Conflict
from controller.model import airing_states as airings
from controller.model import bulletin_states as bulletins
from controller.model import schedule_states as programmes
from controller.model.airing_states import AiringEvent, AiringState, DeliveryStage, advance
from controller.model.bulletin_states import (
    BulletinAction,
    BulletinState,
    RenderingAction,
    RenderingState,
    after_rendering,
)
from controller.model.schedule_states import ScheduleState

BULLETIN_WAYS = {
    (BulletinState.DRAFT, BulletinAction.REVISE): BulletinState.DRAFT,
    (BulletinState.DRAFT, BulletinAction.SUBMIT): BulletinState.SUBMITTED,
    (BulletinState.SUBMITTED, BulletinAction.RECALL): BulletinState.DRAFT,
    (BulletinState.SUBMITTED, BulletinAction.APPROVE): BulletinState.APPROVED,
    (BulletinState.SUBMITTED, BulletinAction.RETURN): BulletinState.RETURNED,
    (BulletinState.RETURNED, BulletinAction.REVISE): BulletinState.DRAFT,
    (BulletinState.APPROVED, BulletinAction.APPROVE): BulletinState.APPROVED,
    (BulletinState.APPROVED, BulletinAction.WITHDRAW): BulletinState.WITHDRAWN,
}


@pytest.mark.parametrize(("state", "action"), list(itertools.product(BulletinState, BulletinAction)))
def test_a_bulletin_goes_only_the_ways_of_its_table(state, action):
    if (state, action) in BULLETIN_WAYS:
        assert bulletins.after(state, action) is BULLETIN_WAYS[state, action]
        assert action in bulletins.actions(state)
    else:
        with pytest.raises(bulletins.IllegalBulletinTransition) as refused:
            bulletins.after(state, action)
        assert bulletins.IN_WORDS[state] in refused.value.sentence
        assert action not in bulletins.actions(state)


def test_nothing_leads_to_approved_but_the_approval_of_what_was_submitted():
    ways = [
        (state, action)
        for state, action in itertools.product(BulletinState, BulletinAction)
        if action in bulletins.actions(state) and bulletins.after(state, action) is BulletinState.APPROVED
    ]
    assert ways == [
        (BulletinState.SUBMITTED, BulletinAction.APPROVE),
        (BulletinState.APPROVED, BulletinAction.APPROVE),
    ]


def test_a_ready_recording_is_made_again_only_by_renewing_it():
    for action in set(RenderingAction) - {RenderingAction.RENEW}:
        with pytest.raises(Conflict):
            after_rendering(RenderingState.READY, action)


@pytest.mark.parametrize("state", [AiringState.AIRED, AiringState.CANCELLED])
@pytest.mark.parametrize("event", AiringEvent)
def test_what_has_ended_stays_ended(state, event):
    assert not airings.is_possible(state, event)
    with pytest.raises(airings.IllegalAiringTransition):
        airings.after(state, event)


@pytest.mark.parametrize("state", airings.OPEN)
def test_what_is_still_to_be_heard_can_be_stopped(state):
    assert airings.after(state, AiringEvent.CANCEL) is AiringState.CANCELLED


def test_a_missed_airing_is_aired_once_an_outage_gives_its_receipts_back():
    assert airings.after(AiringState.MISSED, AiringEvent.HEARD_AFTER_ALL) is AiringState.AIRED


@given(st.lists(st.sampled_from(DeliveryStage)))
def test_a_delivery_only_ever_climbs(reported):
    rung = DeliveryStage.PLANNED
    for one in reported:
        assert advance(rung, one) >= rung
        rung = advance(rung, one)
    assert rung == max([DeliveryStage.PLANNED, *reported])


def test_a_schedule_ends_once():
    ended = programmes.after(ScheduleState.RUNNING, programmes.ScheduleAction.END)
    with pytest.raises(programmes.IllegalScheduleTransition):
        programmes.after(ended, programmes.ScheduleAction.END)
