"""Beginning a backup from the page or by JSON: refused where it would be worth nothing, else begun beside."""

from contextlib import ExitStack

from controller.errors import Conflict
from controller.features.accounts.viewer import Caller
from controller.features.backups.queries import why_not
from controller.features.backups.run_notes import BackupMaker, BackupTurn, BackupWay
from controller.features.backups.runs import begin_child
from controller.features.backups.service import note_begun
from controller.model.permissions import Act


def begin_backup(caller: Caller) -> None:
    """Begin a backup into the folder of the settings; how it goes is read by `backups_shown`.

    Raises NotAllowed, and Conflict where none can be begun from here, or one is being made.
    """
    caller.viewer.need_province(Act.RULE)
    station = caller.station
    refused = why_not(station)
    if refused is not None:
        raise Conflict(refused.sentence, code=refused.code)
    turn = BackupTurn(station.settings.home)
    turn.take()
    with ExitStack() as unless_begun:
        unless_begun.callback(turn.release)
        note_begun(caller, str(station.settings.backups), **caller.stamp)
        begin_child(station.settings, turn, BackupMaker(BackupWay.PAGE, caller.by.display_name), caller.now())
        unless_begun.pop_all()
