"""One backup from its beginning to its end: by the command, or in a child process that the page begins."""

import getpass
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from controller.clocks import utc_now
from controller.errors import BadInput, LoaError
from controller.features.backups.backup import back_up
from controller.features.backups.run_notes import (
    BROKEN_OFF,
    BackupMaker,
    BackupRun,
    BackupTurn,
    BackupWay,
    last_run,
    note_run,
)
from controller.host import child_process
from controller.settings import Settings

MOST_SECONDS: Final = 6 * 3600.0
"""Four hours are left to pg_dump, and two to a million recordings on a slow disk."""
_LOG_FILE: Final = "backup.log"
_LOG = logging.getLogger(__name__)


def run_here(
    settings: Settings, folder: Path | None, recipients: Sequence[str], *, is_typed: bool, now: datetime
) -> list[str]:
    """Make a backup in this process, as a command does, and return what to tell the person.

    Folder and public keys that are not given are those of the settings. Raises as `back_up`, or Conflict
    while another one is made.
    """
    folder = folder or settings.backups
    if folder is None:
        raise BadInput(
            "Hãy cho biết thư mục nhận bản sao: «loa backup DIR», hoặc đặt LOA_BACKUPS.",
            code="backup.no-folder",
        )
    turn = BackupTurn(settings.home)
    turn.take()
    try:
        run = BackupRun(now, BackupMaker(BackupWay.COMMAND if is_typed else BackupWay.TIMER, _account()))
        note_run(settings.home, run)
        return _to_its_end(settings, folder, recipients or settings.backup_keys, run)
    finally:
        turn.release()


def begin_child(settings: Settings, turn: BackupTurn, by: BackupMaker, now: datetime) -> None:
    """Have a child process make a backup as the settings say, and return at once.

    The turn, which the caller has taken, is released when the child has ended. How it ended is noted in the
    home folder; a child that outlasts `MOST_SECONDS` is stopped, and one whose station ends is, too.
    """
    note_run(settings.home, BackupRun(now, by))
    threading.Thread(target=_run_child, args=(settings, turn), name="backup", daemon=True).start()


def run_in_child(settings: Settings) -> None:
    """Make the backup that was noted as begun, in the child process; raises as `back_up`."""
    run = last_run(settings.home)
    if run is None or settings.backups is None:  # never: the parent has looked
        raise RuntimeError("no backup was begun here")
    _to_its_end(settings, settings.backups, settings.backup_keys, run)


def _to_its_end(settings: Settings, folder: Path, keys: Sequence[str], run: BackupRun) -> list[str]:
    try:
        lines = back_up(settings, folder, keys, now=run.began_at, by=run.by)
    except LoaError as error:
        note_run(settings.home, replace(run, ended_at=utc_now(), fault=error.sentence))
        raise
    note_run(settings.home, replace(run, ended_at=utc_now()))
    return lines


def _run_child(settings: Settings, turn: BackupTurn) -> None:
    """Start the child and wait for it: the kernel ends a child with the thread that started it."""
    try:
        chosen = settings.model_dump(mode="json", include=settings.model_fields_set)
        child = child_process.start(
            [sys.executable, "-m", "controller.features.backups"],
            log=settings.home / _LOG_FILE,
            stdin=subprocess.PIPE,
        )
        try:
            child.communicate(json.dumps(chosen).encode(), timeout=MOST_SECONDS)
        except subprocess.TimeoutExpired:
            _LOG.error("the backup took more than %.0f s and is stopped", MOST_SECONDS)
        finally:
            child_process.stop(child)
    except OSError:
        _LOG.exception("the backup could not be started")
    finally:
        run = last_run(settings.home)
        if run is not None and run.ended_at is None:
            note_run(settings.home, replace(run, ended_at=utc_now(), fault=BROKEN_OFF))
        turn.release()


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name
        return ""
