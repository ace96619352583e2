"""A station's parts on a SQLite file of each test, where a folder or a module has no world of its own."""

import pytest

from tests.support.station_world import SqliteWorlds


@pytest.fixture(scope="session")
def worlds():
    return SqliteWorlds()


@pytest.fixture
def world(worlds, tmp_path):
    world = worlds.world(tmp_path)
    yield world
    world.store.close()
