"""Worlds on both engines; after each test the database is asked for what must not exist."""

import pytest

from controller.store.invariants import invariants
from tests.support.postgres import postgres  # noqa: F401 - a fixture
from tests.support.station_world import PostgresWorlds, SqliteWorlds


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def worlds(request, tmp_path_factory):
    if request.param == "sqlite":
        return SqliteWorlds(tmp_path_factory.mktemp("seed"))
    return PostgresWorlds(request.getfixturevalue("postgres"))


@pytest.fixture
def world(worlds, tmp_path):
    world = worlds.world(tmp_path)
    yield world
    try:
        with world.store.read() as session:
            assert invariants(session, now=world.now) == []
    finally:
        world.store.close()
