"""Worlds on SQLite and, where it is marked or by night, on PostgreSQL; see tests/support/nightly.py.

After each test the database is asked for what must not exist.
It is asked on SQLite: writers take turns, so that the same test leaves the same rows on PostgreSQL, whose
planner takes longer for these queries than most tests take. `test_invariants.py` asks on both.
"""

from contextlib import closing

import pytest

from controller.features.doctor.invariants import invariants
from tests.support.hubs import Ministry, Province, served
from tests.support.nightly import databases
from tests.support.postgres import postgres  # noqa: F401 - a fixture
from tests.support.station_world import PostgresWorlds, SqliteWorlds


def pytest_generate_tests(metafunc):
    if "database" in metafunc.fixturenames:
        metafunc.parametrize("database", databases(metafunc.definition), scope="session")


@pytest.fixture(scope="session")
def worlds(database, request):
    if database == "sqlite":
        yield SqliteWorlds()
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


@pytest.fixture(scope="module")
def told_once(database, worlds, tmp_path_factory):
    """Tells a new world once for all tests of a module: its folder to copy, what was told, and its seed.

    None on PostgreSQL, which has one world at a time: there each test tells its own.
    """

    def tell(story):
        if database != "sqlite":
            return None
        folder = tmp_path_factory.mktemp("told")
        world = worlds.world(folder)
        found = story(world, folder)
        world.store.close()
        return folder, found, world.seed

    return tell


@pytest.fixture(scope="session")
def sqlite_worlds():
    """Worlds beside `world`: on PostgreSQL there is one at a time."""
    return SqliteWorlds()


@pytest.fixture
def ministry(sqlite_worlds, tmp_path):
    """A ministry whose station has nothing to do with `world`."""
    folder = tmp_path / "ministry"
    folder.mkdir()
    with closing(Ministry(sqlite_worlds.world(folder), folder)) as found:
        yield found


@pytest.fixture
def address(ministry):
    with served(ministry.folder, lambda: ministry.world.now) as found:
        yield found


@pytest.fixture
def province(world, tmp_path, ministry, address):
    """A province whose station has heard the hub name its approvers."""
    ministry.publish()
    found = Province(world, tmp_path, address, ministry.world.station_key.public_x)
    found.look()
    return found
