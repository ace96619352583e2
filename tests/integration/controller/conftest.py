"""Worlds on SQLite and, where it is marked or by night, on PostgreSQL; see tests/support/nightly.py.

After each test the database is asked for what must not exist.
It is asked on SQLite: writers take turns, so that the same test leaves the same rows on PostgreSQL, whose
planner takes longer for these queries than most tests take. `test_invariants.py` asks on both.
"""

from contextlib import closing

import pytest

from controller.features.doctor.invariants import invariants
from tests.support.nightly import databases
from tests.support.postgres import postgres  # noqa: F401 - a fixture
from tests.support.station_world import PostgresWorlds, SqliteWorlds


def pytest_generate_tests(metafunc):
    if "database" in metafunc.fixturenames:
        metafunc.parametrize("database", databases(metafunc.definition), scope="session")


@pytest.fixture(scope="session")
def worlds(database, request, tmp_path_factory):
    if database == "sqlite":
        yield SqliteWorlds(tmp_path_factory.mktemp("seed"))
    else:
        with closing(PostgresWorlds(request.getfixturevalue("postgres"))) as worlds:
            yield worlds


@pytest.fixture
def world(worlds, tmp_path):
    world = worlds.world(tmp_path)
    yield world
    try:
        if world.store.is_sqlite:
            with world.store.read() as session:
                assert invariants(session, now=world.now) == []
    finally:
        world.store.close()
