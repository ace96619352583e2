"""Attempts to back up: where they go by the settings, how they are noted, and one at a time."""

import pyrage
import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.errors import Conflict
from controller.features.backups.backup import last_backup
from controller.features.backups.run_notes import BackupMaker, BackupTurn, BackupWay, is_running, last_run
from controller.features.backups.runs import begin_child, run_here
from tests.integration.station.test_backup import only, safe, settings  # noqa: F401 - two are fixtures
from tests.support.station_world import NOW
from tests.support.waiting import wait_until


def test_the_command_takes_folder_and_key_of_the_settings_and_notes_how_it_went(settings, safe, tmp_path):  # noqa: F811
    mine = pyrage.x25519.Identity.generate()
    env = {"LOA_HOME": str(settings.home), "LOA_DATABASE_URL": settings.database_url}
    done = CliRunner().invoke(app, ["backup"], env=env)
    assert "LOA_BACKUPS" in done.stderr
    assert done.exit_code != 0
    assert last_run(settings.home) is None
    env |= {"LOA_BACKUPS": str(safe), "LOA_BACKUP_TO": str(mine.to_public())}
    assert CliRunner().invoke(app, ["backup"], env=env).exit_code == 0
    made = last_backup(settings.home)
    assert (made.file, made.is_encrypted, made.by.way) == (str(only(safe)), True, BackupWay.TIMER)
    assert (last_run(settings.home).by, last_run(settings.home).fault) == (made.by, "")
    (tmp_path / "file").write_text("a file, not a folder")
    assert CliRunner().invoke(app, ["backup", str(tmp_path / "file")], env=env).exit_code == 1
    assert str(tmp_path / "file") in last_run(settings.home).fault
    assert last_backup(settings.home) == made


def test_a_second_backup_at_the_same_time_is_refused(settings, safe):  # noqa: F811
    turn = BackupTurn(settings.home)
    turn.take()
    try:
        with pytest.raises(Conflict) as refused:
            run_here(settings, safe, (), is_typed=True, now=NOW)
    finally:
        turn.release()
    assert refused.value.code == "backup.running"
    assert not safe.exists()
    assert run_here(settings, safe, (), is_typed=True, now=NOW)


def test_a_child_that_ends_without_a_word_is_told_of_and_the_next_may_begin(settings, safe):  # noqa: F811
    crashing = settings.model_copy(update={"backups": safe, "port": -1})
    turn = BackupTurn(settings.home)
    turn.take()
    begin_child(crashing, turn, BackupMaker(BackupWay.PAGE, "Mai"), NOW)
    assert wait_until(lambda: last_run(settings.home).ended_at is not None)
    assert "bị ngắt giữa chừng" in last_run(settings.home).fault
    assert "ValidationError" in (settings.home / "backup.log").read_text()
    assert wait_until(lambda: not is_running(settings.home))
    assert last_backup(settings.home) is None
