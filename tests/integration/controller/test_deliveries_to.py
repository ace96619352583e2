"""A loudspeaker's last deliveries are the newest of all that it had, however many a page shows."""

from datetime import timedelta

import pytest

from controller.features.airings.queries import deliveries_to
from tests.integration.controller.test_as_aired import HERE, aired


def names(world, limit, *, until):
    with world.store.read() as session:
        return [airing.id for _, airing in deliveries_to(session, HERE, limit, until=until)]


@pytest.mark.both_databases
def test_the_newest_deliveries_are_shown_those_of_later_airings_not(world):
    first, _ = aired(world)
    world.later(days=30)  # longer ago than what is looked through first
    second, _ = aired(world)
    world.later(hours=1)
    before_third = world.now
    third, start = aired(world)
    until = start + timedelta(minutes=1)
    assert [names(world, limit, until=until) for limit in (1, 2, 3)] == [
        [third],
        [third, second],
        [third, second, first],
    ]
    assert names(world, 1, until=before_third) == [second]
    assert names(world, 9, until=None) == [third, second, first]
