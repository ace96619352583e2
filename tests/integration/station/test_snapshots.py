"""Copies of a database at whatever address the station has it."""

from contextlib import closing

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from controller.features.backups.snapshots import copy_database, load_database
from tests.support.postgres import postgres  # noqa: F401 - a fixture


def behind_two_hosts(address):
    """Return an address as docs/several-machines.md has it, whose second host answers, too."""
    url = make_url(address)
    host = f"{url.host}:{url.port}"
    query = {"host": (host, host), "target_session_attrs": "read-write"}
    named = URL.create(url.drivername, url.username, url.password, database=url.database, query=query)
    return named.render_as_string(hide_password=False)


def asked_of(address, order):
    engine = create_engine(address)
    with closing(engine.raw_connection()), engine.begin() as connection:
        found = connection.execute(text(order))
        told = found.all() if found.returns_rows else []
    engine.dispose()
    return told


def test_a_database_that_follows_a_fail_over_is_copied_and_brought_back(postgres, tmp_path):  # noqa: F811
    here, there = behind_two_hosts(postgres.create()), behind_two_hosts(postgres.create())
    asked_of(here, "CREATE TABLE kept AS SELECT 7 AS number")
    copy_database(here, tmp_path / "copy")
    load_database(there, tmp_path / "copy")
    assert asked_of(there, "SELECT number FROM kept") == [(7,)]


@pytest.mark.parametrize(
    "address", ["loa:secret@db/loa?sslmode=require", "loa@db/loa?password=secret&sslmode=require"]
)
def test_a_password_is_among_no_arguments(address, tmp_path, monkeypatch):
    told = tmp_path / "told"
    tool = tmp_path / "bin" / "pg_dump"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\necho "$PGPASSWORD" "$@" > {told}\n')
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", str(tool.parent), prepend=":")
    copy_database(f"postgresql+psycopg://{address}", tmp_path / "copy")
    password, arguments = told.read_text().split(maxsplit=1)
    assert password == "secret"
    assert "secret" not in arguments
    assert "sslmode=require" in arguments
