"""What waits for a board's brain is bounded, whatever the broker sends."""

import asyncio

import pytest

from devices.board.inbox import MOST_BYTES, MOST_WAITING, Inbox
from devices.node.events import Booted, Connected, Received

MEGABYTE = bytes(1024 * 1024)


@pytest.fixture
def inbox():
    return Inbox()


def offered(inbox, count, payload=b"", topic="loa/v1/plan/56"):
    return sum(inbox.offer(Received(topic, payload)) for _ in range(count))


def test_events_are_taken_in_order_and_waited_for(inbox):
    async def story():
        taken = asyncio.create_task(inbox.wait())
        await asyncio.sleep(0)
        assert not taken.done()
        inbox.put(Booted())
        inbox.offer(Received("loa/v1/plan/56", b"x"))
        inbox.put(Connected())
        await asyncio.wait_for(taken, 5)
        return [inbox.take() for _ in range(3)]

    booted, message, connected = asyncio.run(story())
    assert (booted, message.payload, connected) == (Booted(), b"x", Connected())
    assert len(inbox) == 0


def test_a_flood_is_dropped_by_its_bytes_and_what_was_read_makes_room(inbox):
    most = MOST_BYTES // len(MEGABYTE)
    assert offered(inbox, 2 * most, MEGABYTE) == most
    inbox.put(Connected())
    for _ in range(3):
        inbox.take()
    assert offered(inbox, 10, MEGABYTE) == 3


def test_a_flood_of_little_is_dropped_by_its_number_chunks_first(inbox):
    assert offered(inbox, 2 * MOST_WAITING, topic="loa/v1/recording/ab/chunk/1") == MOST_WAITING + 1
    assert offered(inbox, 2 * MOST_WAITING) == MOST_WAITING
    inbox.put(Connected())
    assert len(inbox) == 2 * MOST_WAITING + 2
