"""Writes checkpoints of the journal to where this server's owner cannot change them: a file, and syslog."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from controller.features.journal.export import checkpoint_line
from controller.features.journal.queries import head
from controller.features.journal.security_log import syslog_at
from controller.settings import Settings
from controller.store import Store
from schedules.clock import Beat

EVERY = timedelta(hours=1)
"""At most so often, some 300 bytes each: less than 3 MB a year."""
_LOG = logging.getLogger(__name__)


@dataclass
class Checkpoints:
    """Writes one line whenever the journal has grown; docs/commands.md, `loa journal verify`."""

    store: Store
    now: Callable[[], datetime]
    file: Path | None
    send: Callable[[str], None] | None
    """To syslog; it logs its own failures."""
    _written: int = 0
    """Entries of the last checkpoint that was written since the start."""

    def beat(self) -> Beat:
        """Return the periodic task."""
        return Beat("checkpoint", EVERY, self.write)

    def write(self) -> None:
        """Write a checkpoint if the journal has grown; a file that refuses it is tried again next time."""
        if self.store.signer is None or (self.file is None and self.send is None):
            return
        with self.store.read() as session:
            tree = head(session).tree
        if tree.size == self._written:
            return
        line = checkpoint_line(tree, self.store.signer, self.now())
        if self.send is not None:
            self.send(line)
        if self.file is not None:
            try:
                with self.file.open("a", encoding="utf-8") as end:
                    end.write(f"{line}\n")
            except OSError as error:
                _LOG.error("no checkpoint of the journal can be written to %s: %s", self.file, error)
                return
        self._written = tree.size


def checkpoints_by(settings: Settings, store: Store, now: Callable[[], datetime]) -> Checkpoints:
    """Return what writes them to where the settings say."""
    syslog = syslog_at(settings.security_syslog, "loa-journal")
    return Checkpoints(store, now, settings.journal_checkpoints, syslog)
