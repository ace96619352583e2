"""The database is destroyed in the middle of a delivery and restored to its last second; docs/restore.md."""

import os
import random
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from controller.model.plans import Published
from tests.support.brokers import BrokerProcess
from tests.support.database_backups import Marks, backed_up
from tests.support.nightly import amount
from tests.support.pair import PATIENCE_S, Pair
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.nightly,
    pytest.mark.timeout(3600),
    # The reason to skip: PostgreSQL's tools run as the user postgres.
    pytest.mark.skipif(os.geteuid() != 0, reason="becomes the user postgres"),
]

MOST_LOST_S, MOST_AWAY_S = 60.0, 900.0
MEGABYTES = amount(20, 2000)
"""Of rows in the database."""
FILL = (
    "INSERT INTO filling_of_a_test SELECT n, repeat(md5(n::text), 31) "
    "FROM generate_series(%s::bigint, %s::bigint) AS n"
)
_ROWS_OF_A_MEGABYTE = 1000


def test_a_destroyed_database_is_restored_to_the_last_second_and_the_station_goes_on(tmp_path):
    broker = BrokerProcess("mosquitto", tmp_path)
    broker.start()
    with backed_up() as server:
        pair = Pair(tmp_path, server.url, broker.url)
        try:
            figures = told(pair, server)
        finally:
            pair.close()
            broker.stop()
    print(figures)  # noqa: T201 - figures for docs/restore.md
    assert figures["lost_s"] <= MOST_LOST_S
    assert figures["away_s"] <= MOST_AWAY_S


def told(pair, server):
    fill(server)
    pair.start("one")
    pair.wait_for_leader("one")
    assert wait_until(pair.watch.epoch, PATIENCE_S), pair.logs()
    began = time.monotonic()
    server.copy()
    figures = {"megabytes": MEGABYTES, "copy_s": round(time.monotonic() - began, 1)}
    marks = Marks(server)
    marks.start()
    airing = pair.plan()
    time.sleep(random.uniform(1.0, 11.0))  # before, while or after it sounds
    versions, epoch = versions_of(pair), pair.watch.epoch()

    destroyed_at = time.monotonic()
    server.destroy()
    marks.stop()
    assert pair.members["one"].exit_code(PATIENCE_S) == os.EX_TEMPFAIL, "without a database nobody leads"
    pair.start("one")  # as systemd does; it waits for the database
    server.restore()
    figures["restore_s"] = round(time.monotonic() - destroyed_at, 1)
    assert wait_until(lambda: pair.watch.first_above(epoch) is not None, PATIENCE_S), pair.logs()
    figures["away_s"] = round(pair.watch.first_above(epoch) - destroyed_at, 1)
    figures["lost_s"] = round(marks.committed[-1] - marks.newest(), 3)

    pair.wait_for_leader("one")
    assert wait_until(lambda: pair.is_heard(airing), PATIENCE_S), pair.logs()
    again = pair.plan()
    assert wait_until(lambda: pair.is_heard(again), PATIENCE_S), pair.logs()
    now = versions_of(pair)
    assert all(now[key] >= version for key, version in versions.items())
    assert any(now[key] > version for key, version in versions.items())
    server.begin_anew()  # the next disaster may come at once
    pair.close()
    pair.check([airing, again], [])  # doctor's questions; each node heard each once; no receipt lacks
    return figures


def fill(server):
    with server.connect() as connection:
        connection.execute("CREATE TABLE filling_of_a_test (n bigint PRIMARY KEY, words text NOT NULL)")
        connection.execute("ALTER TABLE filling_of_a_test ALTER words SET STORAGE PLAIN")
        for n in range(0, MEGABYTES, 100):
            first, many = n * _ROWS_OF_A_MEGABYTE, min(100, MEGABYTES - n) * _ROWS_OF_A_MEGABYTE
            connection.execute(FILL, [first, first + many - 1])


def versions_of(pair):
    with pair.store.read() as session:
        return {(one.kind, one.target): one.version for one in session.scalars(select(Published))}


def test_what_somebody_did_by_mistake_is_undone_by_going_back_to_the_minute_before():
    with backed_up() as server:
        server.copy()
        marks = Marks(server)
        marks.start()
        assert wait_until(lambda: len(marks.committed) > 20)
        before = datetime.now(UTC)
        time.sleep(1)
        with server.connect() as connection:
            connection.execute("CREATE TABLE mistake (n int)")
        time.sleep(1)
        server.destroy()
        marks.stop()
        server.restore(before.isoformat(sep=" "))
        with server.connect() as connection:
            assert connection.execute("SELECT to_regclass('mistake')").fetchone()[0] is None
        assert 0 <= before.timestamp() - marks.newest() < 1
