"""A loudspeaker's last deliveries and receipts are the newest of all, however many a page shows."""

from datetime import timedelta

import pytest

from controller.features.airings.page_queries import receipts_of
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


def told(world, limit):
    receipts = world.ask(receipts_of, HERE, limit, now=world.now)
    return [(receipt.airing, str(receipt.kind)) for receipt in receipts]


@pytest.mark.both_databases
def test_so_are_the_newest_receipts(world):
    airings = []
    for _ in range(3):
        airings.append(aired(world)[0])
        world.later(hours=1)
    kinds = ("finished", "started", "fetched")
    newest_first = [(airing, kind) for airing in reversed(airings) for kind in kinds]
    for limit in (1, 2, 3, 5, 20):  # up to three all are of the last airings
        assert told(world, limit) == newest_first[:limit]


@pytest.mark.both_databases
def test_a_loudspeaker_that_was_silent_of_late_shows_what_it_told_before(world):
    heard, _ = aired(world)
    world.later(hours=1)
    silent, _ = aired(world, nodes=())
    assert names(world, 1, until=world.now) == [silent]
    assert told(world, 1) == [(heard, "finished")]
