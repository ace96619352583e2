"""One station a database, on both engines: the second is told who is first, a crash blocks nobody."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from controller.clocks import steady_seconds
from controller.errors import StartFailed, Unavailable
from controller.model.leadership import Leadership
from controller.store import Store
from controller.store.station_lease import Lease, stations_there
from controller.store.station_lock import lock_of
from tests.support.waiting import WITHIN, wait_until

on_postgresql = pytest.mark.parametrize("kind", ["postgresql"])
"""A file's lock is the kernel's: it has neither epoch nor deadline."""
ROOT = Path(__file__).parents[3]
HOLDER = """
import sys, time
from pathlib import Path
from controller.store import Store
from controller.store.station_lock import lock_of
from tests.support.waiting import wait_until
store = Store(sys.argv[1])
lock = lock_of(store, Path(sys.argv[2]))
lock.take()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def lock(store, tmp_path):
    """Returns a maker of locks on one database, each of a station of its own; all are released at the end."""
    made = []

    def of(home):
        one = Store(store.url.render_as_string(hide_password=False), wait_seconds=2.0)
        made.append((lock_of(one, tmp_path / home), one))
        made[-1][0].life_s = 1.5
        return made[-1][0]

    of.store = lambda lock: next(one for found, one in made if found is lock)
    yield of
    for one, its_store in made:
        one.release()
        its_store.close()


def test_the_second_home_is_told_who_holds_the_database_and_comes_in_when_it_is_free(lock):
    first, second = lock("first"), lock("second")
    first.life_s = second.life_s = 60.0  # no expiry, however slow the machine is
    first.take()
    assert first.is_held
    with pytest.raises(StartFailed) as refused:
        second.take()
    assert refused.value.code == "station.database_in_use"
    assert f"tiến trình {os.getpid()}" in refused.value.sentence
    assert "Chỉ một đài được gửi kế hoạch" in refused.value.sentence
    assert not second.is_held
    assert (first.check(), second.check()) == (True, False)
    first.release()
    assert not first.is_held
    second.take()
    assert second.is_held


def test_what_a_killed_station_held_does_not_block_its_own_restart(lock, store, tmp_path):
    url = store.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, url, str(tmp_path / "home")], stdout=subprocess.PIPE, cwd=ROOT
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StartFailed):
            lock("other").take()
        holder.send_signal(signal.SIGKILL)
        holder.wait(20)
    mine = lock("home")
    mine.take()
    assert mine.is_held


def test_a_lock_that_was_lost_is_not_held_until_it_was_taken_again(lock):
    first, second = lock("first"), lock("second")
    first.take()
    _lose(first)
    second.take()
    assert wait_until(lambda: not first.check()), "somebody else has it now"
    second.release()
    assert wait_until(first.check)


@on_postgresql
def test_each_taking_is_a_new_epoch(lock):
    first, second = lock("first"), lock("second")
    first.take()
    before = first.epoch
    assert abs(before / 1000 - time.time()) < 60, "it is the time in milliseconds"
    first.release()
    second.take()
    assert second.epoch > before


@on_postgresql
def test_a_lease_holds_until_its_deadline_and_nothing_revives_its_epoch(lock):
    """A process that was stopped wakes up past the deadline: the row may still be its own."""
    one, lost = lock("home"), threading.Event()
    one.on_lost = lost.set
    one.take()
    epoch = one.epoch
    assert one.is_held
    one.clock = lambda: steady_seconds() + one.life_s
    assert not one.is_held
    assert lost.wait(WITHIN), "its renewing thread says so"
    assert one.check(), "it takes the lease anew"
    assert one.epoch > epoch


@on_postgresql
def test_a_fault_of_our_own_ends_the_lease_and_is_said(lock):
    one, lost = lock("home"), threading.Event()
    one.on_lost, one.facts = lost.set, lambda: 1 / 0
    one.take()
    assert lost.wait(WITHIN)
    assert not one.is_held


@on_postgresql
def test_a_standby_waits_for_the_expiry_and_can_be_asked_to_give_up(lock):
    first, second, third = lock("first"), lock("second"), lock("third")
    first.life_s = 6.0  # enough to renew it in time on a loaded machine
    first.take()
    given_up = threading.Event()
    given_up.set()
    assert not third.wait(given_up)
    led = threading.Event()
    waiting = threading.Thread(target=lambda: second.wait(threading.Event()) and led.set())
    waiting.start()
    assert not led.wait(1.5 * first.life_s), "the first renews it"
    first._ending.set()  # as a stopped process, it renews nothing more
    assert led.wait(WITHIN)
    waiting.join(WITHIN)
    assert second.is_held


@on_postgresql
def test_a_transaction_of_the_former_leader_never_ends_after_another_leads(lock):
    """Stopped in the middle of a transaction, or awake again: it writes nothing, and blocks nobody."""
    first, second = lock("first"), lock("second")
    first.life_s = second.life_s = 60.0  # no expiry but the one below, however slow the machine is
    first.take()
    led = lock.store(first).guarded(first.guard)

    def write_while_another_takes_it():
        with led.write() as session:
            session.add(Leadership(epoch=1, token="t", host="h", taken_at=datetime.now(UTC)))
            session.flush()
            first._ending.set()
            _expire(first)
            second.take()

    with pytest.raises(Unavailable):
        write_while_another_takes_it()
    assert second.is_held
    with pytest.raises(Unavailable) as refused, led.write():
        pass
    assert refused.value.code == "station.not-leading"
    first._until = float("inf")  # whatever its own clock says
    with pytest.raises(Unavailable), led.write():
        pass
    with lock.store(second).guarded(second.guard).write() as session:
        assert session.get(Leadership, 1) is None


def _expire(lease):
    engine = create_engine(lease.url)
    with engine.begin() as other:
        other.execute(text("UPDATE station_leases SET expires_at = 'epoch'"))
    engine.dispose()


def _lose(lock):
    """Take it from its holder, as a hung process or a hand that deletes the file would."""
    if isinstance(lock, Lease):
        lock._ending.set()
        lock.clock = lambda: steady_seconds() + lock.life_s
        lock._thread.join(WITHIN)
        lock._keep = lambda: None
    else:
        lock.path.unlink()


@on_postgresql
def test_who_leads_counts_the_stations_that_stand_by(lock, store):
    def there():
        with store.read() as session:
            return stations_there(session)

    first, second = lock("first"), lock("second")
    assert there() == 0
    first.take()
    assert there() == 1
    given_up = threading.Event()
    waiting = threading.Thread(target=second.wait, args=(given_up,))
    waiting.start()
    assert wait_until(lambda: there() == 2)
    given_up.set()
    waiting.join()
    assert wait_until(lambda: there() == 1)
