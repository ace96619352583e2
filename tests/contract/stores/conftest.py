"""The same suite on both engines, each test on a database of its own."""

import pytest

from controller.store import Store
from controller.store.engine import sqlite_url
from tests.support.postgres import postgres  # noqa: F401 - a fixture


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "loa.db")
    return request.getfixturevalue("postgres").create()


@pytest.fixture
def empty_store(url):
    store = Store(url, wait_seconds=2.0)
    yield store
    store.close()


@pytest.fixture
def store(empty_store):
    empty_store.upgrade()
    return empty_store
