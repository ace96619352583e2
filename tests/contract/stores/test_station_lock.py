"""One station a database, on both engines: the second is told who is first, a crash blocks nobody."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from controller.errors import StartFailed
from controller.store.station_lock import CHECKED_WITHIN, FileLock, SessionLock, lock_of

ROOT = Path(__file__).parents[3]
HOLDER = """
import sys, time
from pathlib import Path
from sqlalchemy import make_url
from controller.store.station_lock import lock_of
lock = lock_of(make_url(sys.argv[1]), Path(sys.argv[2]))
lock.take()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def lock(url, tmp_path):
    """Returns a maker of locks on one database for homes by name; all are released at the end."""
    made = []

    def of(home):
        made.append(lock_of(make_url(url), tmp_path / home))
        return made[-1]

    yield of
    for one in made:
        one.release()


def test_the_second_home_is_told_who_holds_the_database_and_comes_in_when_it_is_free(lock):
    first, second = lock("first"), lock("second")
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


def test_what_a_killed_station_held_does_not_block_its_own_restart(lock, url, tmp_path):
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


def test_a_lock_that_was_lost_is_not_held_until_it_was_taken_again(lock, url):
    first, second = lock("first"), lock("second")
    first.take()
    _lose(first, url)
    second.take()
    assert not first.check(), "somebody else has it now"
    assert not first.is_held
    second.release()
    end = time.monotonic() + 20
    while not first.check() and time.monotonic() < end:
        time.sleep(0.1)
    assert first.is_held


def test_a_look_that_hangs_is_no_lock(lock):
    one = lock("home")
    if isinstance(one, FileLock):
        one.take()
        assert one.check(), "the kernel's lock needs no look"
        return
    one.take()
    later = time.monotonic() + CHECKED_WITHIN
    one.clock = lambda: later
    assert not one.is_held


def _lose(lock, url):
    """Take it from its holder, as a server that restarts or a hand that deletes the file would."""
    if isinstance(lock, SessionLock):
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as other:
            ended = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'loa-%'"
            )
            assert other.execute(text(ended)).all()
        engine.dispose()
    else:
        lock.path.unlink()
