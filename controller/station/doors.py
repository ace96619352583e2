"""Who may sign in at the broker: the file of the nodes' passwords, as the database says; docs/operator.md.

Mosquitto reads it at SIGHUP. The station writes the file whole and runs nothing: a path unit of systemd does.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from controller.fleet.passwords import merged, password_lines
from controller.fleet.tables import Hardware, Node
from controller.station.home import write_private
from controller.store import Store

_LOG = logging.getLogger(__name__)
_GROUP_READS = 0o640


@dataclass
class BrokerDoors:
    """Writes the password file whenever it should say something else; asked by a beat."""

    store: Store
    file: Path | None
    _seen: Any = None
    _failed: str = ""  # what was told of the last failure: the beat comes twice a second, the log line once

    def renew(self) -> bool:
        """Bring the file up to date; return whether it was written. No file is set: nothing to do."""
        if self.file is None:
            return False
        try:
            written = self._bring_up_to_date(self.file)
        except OSError as error:  # airings go on: whoever signed in already stays
            if str(error) != self._failed:
                _LOG.error("the passwords of nodes could not be written to %s: %s", self.file, error)
            self._failed = str(error)
            return False
        self._failed = ""
        return written

    def _bring_up_to_date(self, file: Path) -> bool:
        with self.store.read() as session:
            state = (
                tuple(session.execute(_STATE_OF_HARDWARE).one()),
                tuple(session.execute(_STATE_OF_NODES).one()),
            )
            if state == self._seen:
                return False
            lines = password_lines(session)
            known = set(session.scalars(select(Hardware.node)))
        existing = file.read_text("utf-8") if file.exists() else ""
        wanted = merged(existing, lines, known)
        if wanted != existing:
            self._write(file, wanted)
            _LOG.info("%d nodes may sign in at the broker", len(lines))
        self._seen = state
        return wanted != existing

    @staticmethod
    def _write(file: Path, text: str) -> None:
        """Replace the file; the broker, which is of the folder's group, may read it, others may not."""
        write_private(file, text)
        os.chown(file, -1, file.parent.stat().st_gid)
        file.chmod(_GROUP_READS)


_STATE_OF_HARDWARE = select(func.count(), func.max(Hardware.issued_at), func.max(Hardware.ended_at))
_STATE_OF_NODES = select(
    func.count(Node.quarantined_at),
    func.max(Node.quarantined_at),
    func.count(Node.retired_at),
    func.max(Node.retired_at),
)
"""What changes whenever who may sign in changes; two quick queries a beat."""
