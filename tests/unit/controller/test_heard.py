"""What counts as heard whole: how long it sounded against how long it should have."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from controller.features.airings.heard import is_whole, percent_heard, whole_ms
from controller.model.airing_states import AiringState, DeliveryStage

START = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)


def airing(duration_ms, every_ms=None, *, ended_after=None):
    state = AiringState.AIRED if ended_after is None else AiringState.CANCELLED
    ended_at = None if ended_after is None else START + timedelta(seconds=ended_after)
    return SimpleNamespace(
        state=state, starts_at=START, ended_at=ended_at, duration_ms=duration_ms, every_ms=every_ms
    )


def test_of_a_repeated_emergency_the_rounds_count_without_the_pauses():
    assert whole_ms(airing(60_000)) == 60_000
    assert whole_ms(airing(42_000, 22_000)) == 40_000
    assert whole_ms(airing(3_600_000, 22_000, ended_after=30)) == 28_000
    assert whole_ms(airing(None)) is None


@pytest.mark.parametrize(
    ("rung", "heard_ms", "of_ms", "whole"),
    [
        (DeliveryStage.FINISHED, 60_000, 60_000, True),
        (DeliveryStage.FINISHED, 59_000, 60_000, True),
        (DeliveryStage.FINISHED, 26_000, 60_000, False),
        (DeliveryStage.FINISHED, 588_000, 600_000, True),
        (DeliveryStage.FINISHED, 587_000, 600_000, False),
        (DeliveryStage.STARTED, 60_000, 60_000, False),
        (DeliveryStage.FINISHED, 60_000, None, False),
    ],
)
def test_next_to_nothing_may_lack(rung, heard_ms, of_ms, whole):
    assert is_whole(rung, heard_ms, of_ms) is whole


def test_a_hundred_percent_is_not_said_of_what_lacks_some():
    assert percent_heard(59_900, 60_000) == 99
    assert percent_heard(70_000, 60_000) == 100
    assert percent_heard(1, 0) is None
