"""The same suite on both engines, each test on a database of its own."""

import pytest

from controller.store import Store, migrating
from tests.support.postgres import migrated, postgres  # noqa: F401 - a fixture
from tests.support.stored_rows import sqlite_url


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request):
    return request.param


@pytest.fixture
def migrations_run(monkeypatch):
    """No database of this test is a copy of one that was migrated before."""
    monkeypatch.setattr(migrating, "upgrade", migrating.upgrade.__wrapped__)


@pytest.fixture
def url(kind, tmp_path, request):
    """Of an empty database."""
    request.getfixturevalue("migrations_run")
    if kind == "sqlite":
        return sqlite_url(tmp_path / "empty.db")
    return request.getfixturevalue("postgres").create()


@pytest.fixture
def store(kind, tmp_path, request):
    """On a database as the migrations leave it."""
    if kind == "sqlite":
        store = Store(sqlite_url(tmp_path / "loa.db"), wait_seconds=2.0)
        store.upgrade()
    else:
        server = request.getfixturevalue("postgres")
        store = Store(server.create(migrated(server)), wait_seconds=2.0)
    yield store
    store.close()
