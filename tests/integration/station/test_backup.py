"""A backup is a whole, checked, private copy, however often and whenever it is made."""

import sqlite3
from contextlib import closing

import pytest
from typer.testing import CliRunner

from controller.backup import back_up
from controller.bulletins.queries import bulletins
from controller.cli import app
from controller.errors import BadInput, NotFound, Unavailable
from controller.settings import Settings
from controller.store import Store
from controller.store.engine import sqlite_url
from controller.store.invariants import invariants


@pytest.fixture
def settings(world, tmp_path):
    return Settings(home=tmp_path, database_url=str(world.store.url))


def copies(folder):
    return sorted(folder.iterdir())


def test_a_backup_holds_what_was_committed_and_is_sound(world, settings, tmp_path):
    world.plan(world.approved())
    back_up(settings, tmp_path / "backup", now=world.now)
    (made,) = copies(tmp_path / "backup")
    copy = Store(sqlite_url(made))
    with copy.read() as session:
        assert len(bulletins(session)) == 1
        assert invariants(session, now=world.now) == []
    copy.close()


def test_a_second_backup_is_a_second_file_even_in_the_same_second(world, settings, tmp_path):
    for _ in range(3):
        back_up(settings, tmp_path / "backup", now=world.now)
    assert [made.name for made in copies(tmp_path / "backup")] == [
        "loa-20261125T030000Z-2.sqlite",
        "loa-20261125T030000Z-3.sqlite",
        "loa-20261125T030000Z.sqlite",
    ]


def test_a_backup_is_for_its_owner_alone(world, settings, tmp_path):
    back_up(settings, tmp_path / "backup", now=world.now)
    (made,) = copies(tmp_path / "backup")
    assert made.stat().st_mode & 0o777 == 0o600
    assert made.parent.stat().st_mode & 0o777 == 0o700


def test_a_backup_in_the_middle_of_a_write_waits_for_nobody_and_holds_no_half(world, settings, tmp_path):
    with closing(sqlite3.connect(world.store.url.database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM nodes")
        back_up(settings, tmp_path / "backup", now=world.now)
        writer.execute("ROLLBACK")
    (made,) = copies(tmp_path / "backup")
    with closing(sqlite3.connect(made)) as copy:
        assert copy.execute("SELECT count(*) FROM nodes").fetchone()[0] == 4


def test_it_tells_where_recordings_and_keys_lie(world, settings, tmp_path):
    told = "\n".join(back_up(settings, tmp_path / "backup", now=world.now))
    assert str(settings.recordings_dir) in told
    assert str(settings.keys_dir) in told


def test_a_spoilt_database_makes_no_backup_and_leaves_the_earlier_one(world, settings, tmp_path):
    back_up(settings, tmp_path / "backup", now=world.now)
    world.store.close()
    database = tmp_path / "loa.db"
    spoilt = bytearray(database.read_bytes())
    spoilt[8192:40960] = b"\xff" * (40960 - 8192)
    database.write_bytes(bytes(spoilt))
    with pytest.raises(Unavailable) as refused:
        back_up(settings, tmp_path / "backup", now=world.later(hours=1))
    assert "Chưa sao lưu được" in refused.value.sentence
    assert len(copies(tmp_path / "backup")) == 1


def test_a_folder_that_cannot_be_written_is_named(world, settings, tmp_path):
    (tmp_path / "backup").write_text("a file, not a folder")
    with pytest.raises(Unavailable) as refused:
        back_up(settings, tmp_path / "backup", now=world.now)
    assert str(tmp_path / "backup") in refused.value.sentence


def test_a_home_without_a_station_is_told_apart(world, tmp_path):
    with pytest.raises(NotFound):
        back_up(Settings(home=tmp_path / "none"), tmp_path / "backup", now=world.now)
    assert not (tmp_path / "backup").exists()


def test_another_database_is_sent_to_its_own_tool(world, tmp_path):
    elsewhere = Settings(home=tmp_path, database_url="postgresql+psycopg://loa@localhost/loa")
    with pytest.raises(BadInput) as refused:
        back_up(elsewhere, tmp_path / "backup", now=world.now)
    assert "pg_dump" in refused.value.sentence


def test_the_command_says_what_it_made(settings, tmp_path):
    env = {"LOA_HOME": str(settings.home), "LOA_DATABASE_URL": settings.database_url}
    done = CliRunner().invoke(app, ["backup", str(tmp_path / "backup")], env=env)
    (made,) = copies(tmp_path / "backup")
    assert done.exit_code == 0
    assert str(made) in done.stdout
