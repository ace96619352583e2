"""Killed while it archives a year, or while its receipts go: done whole or not at all, each step."""

import multiprocessing
import os
import signal
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from controller.features.archives.operations import make_archive
from controller.features.archives.queries import archives
from controller.features.archives.removal import remove_receipts
from controller.features.archives.stranger import verify_archive
from controller.features.doctor.invariants import invariants
from controller.host.station_keys import StationSeal
from controller.model.airings import StoredReceipt
from controller.runtime.receipt_removal import ReceiptRemover
from controller.settings import Settings
from controller.store import Store
from tests.integration.controller.test_archives import FEBRUARY, aired
from tests.support.station_world import NODES, PROVINCE, SqliteWorlds

KILLS = 6
_APART = multiprocessing.get_context("fork")


@pytest.fixture(scope="module")
def worlds():
    return SqliteWorlds()


@pytest.fixture
def world(worlds, tmp_path):
    world = worlds.world(tmp_path)
    for _ in range(2):
        aired(world, NODES[0].id, NODES[1].id)
    world.now = FEBRUARY
    yield world
    world.store.close()


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", province=PROVINCE, archives=tmp_path / "archives")


def killed(act, world, settings, after):
    """Have a process act on the same database; return whether it ended before it was killed.

    The kernel kills it after so much processor time, wherever it is then, however slow the machine is.
    """

    def run():
        signal.setitimer(signal.ITIMER_PROF, after)
        store = Store(world.store.url.render_as_string(hide_password=False))
        store.signer = StationSeal(world.station_key)
        act(store, world, settings)
        os._exit(0)

    process = _APART.Process(target=run)
    process.start()
    process.join(60)
    assert process.exitcode in {0, -signal.SIGPROF}
    return process.exitcode == 0


def make(store, world, settings):
    root = world.root_key.public_x
    return make_archive(store, settings, 2026, root, by=world.administrator, now=world.now)


def rows(world, table):
    return world.ask(lambda session: session.scalar(select(func.count()).select_from(table)))


def test_an_archive_is_noted_whole_or_not_at_all(world, settings):
    was_killed = 0
    for kill in range(KILLS):
        if not world.ask(archives):
            was_killed += not killed(make, world, settings, 0.012 * (kill + 1))
            assert rows(world, StoredReceipt) == 12
    assert was_killed
    if not world.ask(archives):
        make(world.store, world, settings)
    [archive] = world.ask(archives)
    file = settings.archives_dir / archive.file
    assert verify_archive(file, world.root_key.public_x).facts.receipts == 12
    assert [one.name for one in settings.archives_dir.iterdir() if one.suffix == ".gz"] == [archive.file]


def remove(store, world, settings):
    """Do what the station's housekeeping does, a receipt at a time."""
    kept = settings.model_copy(update={"receipts_kept_years": 1})
    going = ReceiptRemover(store, kept, lambda: world.now, lambda: True, batches=20, at_once=1)
    going.look()
    going.look()


def test_receipts_go_on_where_the_killed_one_was(world, settings):
    make(world.store, world, settings)
    world.now = FEBRUARY + timedelta(days=365)
    sha256 = world.ask(archives)[0].sha256
    kept = settings.model_copy(update={"receipts_kept_years": 1})
    world.do(remove_receipts, 2026, sha256, kept, by=world.administrator)
    was_killed, left = 0, 12
    while left:
        was_killed += not killed(remove, world, settings, 0.012 * (was_killed + 1))
        [archive] = world.ask(archives)
        left = rows(world, StoredReceipt)
        assert left + archive.removal.removed == 12
        assert archive.removal.removed == archive.removal.went_through
        with world.store.read() as session:
            assert invariants(session, now=world.now) == []
    assert was_killed
    remove(world.store, world, settings)
    assert world.ask(archives)[0].removal.ended_at == world.now
    with world.store.read() as session:
        assert invariants(session, now=world.now) == []
