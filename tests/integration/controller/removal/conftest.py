"""Worlds with an archived year whose receipts may go; after each test the database is sound on both."""

import shutil
from copy import deepcopy
from dataclasses import replace

import pytest

from controller.host.station_keys import StationSeal
from controller.store import Store
from tests.support.removed_year import LATER, healthy, settings_in, told
from tests.support.station_world import World
from tests.support.stored_rows import sqlite_url


@pytest.fixture(scope="module")
def kept(told_once):
    return told_once(told)


@pytest.fixture
def world(database, worlds, kept, tmp_path):
    if database == "sqlite":
        folder, year, seed = kept
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        store = Store(sqlite_url(tmp_path / "loa.db"), signer=StationSeal(seed.station_key))
        world = World(store, seed)
        world.signer = deepcopy(year.signer)
        world.year = replace(year, file=tmp_path / "archives" / year.file.name)
    else:
        world = worlds.world(tmp_path)
        world.year = told(world, tmp_path)
    world.now = LATER
    yield world
    try:
        assert healthy(world) == []
    finally:
        world.store.close()


@pytest.fixture
def year(world):
    return world.year


@pytest.fixture
def settings(tmp_path):
    return settings_in(tmp_path)
