"""Counters of rate limits behave the same in memory and in the database that several processes share."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from controller.store import Store
from controller.store.rate_counters import KEPT_S, SharedCounters
from tests.support.postgres import migrated

FIVE = RateLimitItemPerMinute(5)


@pytest.fixture(params=["memory", "database"])
def counters(request):
    if request.param == "memory":
        yield MemoryStorage()
        return
    server = request.getfixturevalue("postgres")
    store = Store(server.create(migrated(server)))
    yield SharedCounters(store)
    store.close()


def test_so_many_and_no_more_each_key_by_itself(counters):
    limiter = MovingWindowRateLimiter(counters)
    assert [limiter.hit(FIVE, "sign-in", "canbo") for _ in range(6)] == [True] * 5 + [False]
    assert not limiter.test(FIVE, "sign-in", "canbo")
    assert limiter.test(FIVE, "sign-in", "duyet")
    left = limiter.get_window_stats(FIVE, "sign-in", "canbo")
    assert left.remaining == 0
    assert 50 < left.reset_time - time.time() <= 60
    counters.clear(FIVE.key_for("sign-in", "canbo"))
    assert limiter.test(FIVE, "sign-in", "canbo")


def test_tries_at_the_same_time_are_not_more_than_the_limit(counters):
    limiter = MovingWindowRateLimiter(counters)
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda _: limiter.hit(FIVE, "code", "x" * 400), range(16)))
    assert counted.count(True) == 5


@pytest.mark.parametrize("counters", ["database"], indirect=True)
def test_a_limit_of_another_kind_is_not_counted_wrongly_in_silence(counters):
    with pytest.raises(RuntimeError, match="moving windows alone"):
        FixedWindowRateLimiter(counters).hit(FIVE, "sign-in", "canbo")


@pytest.mark.parametrize("counters", ["database"], indirect=True)
def test_another_process_counts_on_and_what_counts_nowhere_goes(counters, monkeypatch):
    with closing(Store(counters._store.url.render_as_string(hide_password=False))) as store:
        other = SharedCounters(store)
        with counters._store.write():  # whatever the caller has open
            assert MovingWindowRateLimiter(counters).hit(FIVE, "a")
        assert other.get_moving_window(FIVE.key_for("a"), 5, 60)[1] == 1
        later = time.time() + KEPT_S + 1
        monkeypatch.setattr(time, "time", lambda: later)
        other.sweep()
    monkeypatch.undo()
    assert counters.get_moving_window(FIVE.key_for("a"), 5, 60)[1] == 0
