"""What one process commits on PostgreSQL, another hears of."""

import queue
from contextlib import ExitStack, closing

import pytest

from controller.model.areas import Area
from controller.model.rate_hits import RateHit
from controller.store import Store
from controller.store.announcements import Announcements, announce_urgent

pytestmark = pytest.mark.parametrize("kind", ["postgresql"])
SOON_S = 60.0


@pytest.fixture
def heard(store):
    """Of another process: how many decisions it knows of, at each call of its listeners; what is urgent."""
    told, urgent = queue.Queue(), queue.Queue()
    with closing(Store(store.url.render_as_string(hide_password=False))) as other, ExitStack() as parts:
        other.on_commit(lambda: told.put((other.decisions, other.plan_decisions)))
        listening = Announcements(other, on_urgent=urgent.put)
        listening.start()
        parts.callback(listening.stop)
        told.get(timeout=SOON_S)  # it listens
        yield other, told, urgent


def test_a_commit_is_heard_with_what_may_follow_from_it(store, heard):
    _, told, _ = heard
    with store.write(decides=False) as session:
        session.add(RateHit(key="a", at=1.0))
    assert told.get(timeout=SOON_S) == (1, 1), "as it began: nothing follows"
    with store.write(is_report=True) as session:
        session.add(RateHit(key="b", at=1.0))
    assert told.get(timeout=SOON_S) == (2, 1)
    with store.write() as session:
        session.add(RateHit(key="c", at=1.0))
    assert told.get(timeout=SOON_S) == (3, 2)


def write_and_fail(store):
    with store.write() as session:
        session.add(RateHit(key="a", at=1.0))
        session.flush()
        raise ZeroDivisionError


def test_nobody_hears_of_what_changes_nothing_is_rolled_back_or_is_its_own(store, heard):
    other, told, _ = heard
    with store.write() as session:
        session.get(Area, "56")
    with pytest.raises(ZeroDivisionError):
        write_and_fail(store)
    with other.write() as session:
        session.add(RateHit(key="own", at=1.0))
    assert told.get(timeout=SOON_S) == (2, 2), "its own listeners, once"
    with store.write() as session:
        session.add(RateHit(key="b", at=1.0))
    assert told.get(timeout=SOON_S) == (3, 3)
    assert told.empty()


def test_what_is_urgent_is_heard_at_the_commit_with_its_areas(store, heard):
    _, _, urgent = heard
    with store.write() as session:
        announce_urgent(session, {"56", "22366"})
        assert urgent.empty()
    assert urgent.get(timeout=SOON_S) == ["22366", "56"]
