"""An airing in turns as lists and pages show it."""

from datetime import UTC, datetime

import pytest

from controller.features.airings.queries import Reach
from controller.features.airings.views import AiringView
from controller.model.airing_states import AiringState
from controller.model.bulletin_states import BulletinState
from devices.ids import Grade

AT = datetime(2026, 11, 30, 22, 0, tzinfo=UTC)
"""05:00 in Khánh Hòa."""
FIVE_MINUTES = 300_000


def airing(turns, reach=None, duration_ms=FIVE_MINUTES):
    return AiringView(
        id="a1",
        bulletin="b1",
        title="Tin",
        state=AiringState.SOUNDING,
        grade=Grade.ROUTINE,
        volume=70,
        where="Phường Nha Trang",
        targets=("22366",),
        starts_at=AT,
        latest_start_at=AT,
        ended_at=None,
        duration_ms=duration_ms,
        whole_ms=duration_ms,
        recording=None,
        reason=None,
        bulletin_state=BulletinState.APPROVED,
        revision=1,
        turns=turns,
        reach=reach or Reach(),
    )


@pytest.mark.parametrize(
    ("turns", "duration_ms", "words"),
    [
        (1, FIVE_MINUTES, ""),
        (4, FIVE_MINUTES, "4 lượt, 05:00 đến 05:21"),  # 20:15, up to the whole minute
        (2, 57_500, "2 lượt, 05:00 đến 05:03"),
        (2, None, "2 lượt"),
    ],
)
def test_turns_are_said_with_the_minute_in_which_the_last_one_is_over(turns, duration_ms, words):
    assert airing(turns, duration_ms=duration_ms).turns_words == words


@pytest.mark.parametrize(
    ("turns", "reach", "is_heard"),
    [
        (1, Reach(nodes=2, started=1, ended=1), False),
        (2, Reach(nodes=2, started=1, ended=1), True),  # the other one waits for its turn
        (2, Reach(nodes=2, started=2, ended=2), False),
        (2, Reach(nodes=2, started=2, ended=1, sounding=1), True),
    ],
)
def test_between_two_turns_it_has_not_stopped(turns, reach, is_heard):
    assert airing(turns, reach).is_heard_now is is_heard
