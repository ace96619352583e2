import asyncio
from random import Random

from devices.link_api import LONGEST_PAUSE_S, BackOff, Pending


def test_a_pending_is_settled_once_and_for_good():
    pending, told = Pending(), []
    pending.then(told.append)
    assert not pending.wait(0)
    pending.settle(acknowledged=False, failure="lost")
    pending.settle(acknowledged=True)
    pending.then(told.append)
    assert (pending.outcome, pending.failure, told) == (False, "lost", [False, False])
    assert not pending.wait(0)


def test_a_pending_can_be_awaited_for_a_bounded_time():
    async def wait():
        pending = Pending()
        early = await pending.settled(0.01)
        asyncio.get_running_loop().call_later(0.01, lambda: pending.settle(acknowledged=True))
        return early, await pending.settled(5)

    assert asyncio.run(wait()) == (False, True)


def test_pauses_grow_are_spread_stay_bounded_and_begin_again():
    back_off = BackOff(Random(1))
    pauses = [back_off.pause() for _ in range(20)]
    assert 0.25 <= pauses[0] <= 0.75
    assert min(pauses[6:]) >= LONGEST_PAUSE_S * 0.5
    assert max(pauses) <= LONGEST_PAUSE_S * 1.5
    assert len(set(pauses)) == 20
    back_off.reset()
    assert back_off.pause() <= 0.75
