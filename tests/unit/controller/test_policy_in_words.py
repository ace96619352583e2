"""What two administrators read of a policy before they sign it."""

from datetime import UTC, datetime

from controller.features.plans.operations import changes_in_words
from devices.ids import AreaCode
from devices.statements import LoudHours, Policy

FREE = {"quiet_hours": (), "loudest_volume": 100, "minutes_a_day": 1440, "volumes": (), "alone_days": 7}
SOFTER = LoudHours(begins="05:00", ends="06:30", loudest_volume=50)
NOON = datetime(2026, 11, 25, 5, tzinfo=UTC)


def policy(**limits):
    return Policy(target=AreaCode("56"), version=1, issued_at=NOON, expires_at=NOON, **FREE | limits)


def test_what_a_policy_takes_away_or_adds_is_said_beside_what_was():
    with_it, without = "âm lượng lớn nhất 100%, 05:00–06:30 tối đa 50%", "âm lượng lớn nhất 100%"
    assert changes_in_words(policy(volumes=(SOFTER,)), FREE) == f"{without} (trước: {with_it})"
    assert changes_in_words(policy(), {**FREE, "volumes": (SOFTER,)}) == f"{with_it} (trước: {without})"
