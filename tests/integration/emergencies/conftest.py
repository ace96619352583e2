"""Worlds on SQLite; what depends on the engine is tested on both, in ../controller/test_emergencies.py."""

import pytest

from controller.features.doctor.invariants import invariants


@pytest.fixture
def world(worlds, tmp_path):
    world = worlds.world(tmp_path)
    yield world
    try:
        with world.store.read() as session:
            assert invariants(session, now=world.now) == []
    finally:
        world.store.close()
