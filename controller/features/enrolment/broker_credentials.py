"""Who may sign in at the broker: the file of the nodes' passwords, as the database says; docs/broker.md.

Mosquitto reads it at SIGHUP. The station writes the file whole and runs nothing: a path unit of systemd does.
"""

import contextlib
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.features.fleet.broker_passwords import foreign_lines, merged, names_in, node_passwords
from controller.host.home_folder import write_private
from controller.model.fleet import Hardware, Node
from controller.settings import Settings
from controller.store import Store

_LOG = logging.getLogger(__name__)
_GROUP_READS = 0o640


@dataclass
class BrokerPasswordFile:
    """Writes the password file when its content must change; called by a beat."""

    store: Store
    file: Path | None
    _seen: Any = None
    _failed: str = ""  # last logged failure: the beat runs twice a second, the log gets one line
    _refused: tuple[str, ...] = ()  # nodes of whom it was told that they get no line

    def renew(self) -> bool:
        """Bring the file up to date; return whether it was written. No file is set: nothing to do."""
        if self.file is None:
            return False
        try:
            written = self._bring_up_to_date(self.file)
        except OSError as error:  # airings go on: nodes that are signed in stay connected
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
                _stamp(file),
            )
            if state == self._seen:
                return False
            ours, made = node_passwords(session), _digests_made(session)
        existing = _read(file)
        wanted = merged(existing, ours, made)
        self._tell(wanted.refused)
        if wanted.text != existing:
            self._write(file, wanted.text)
            _LOG.info("%d nodes may sign in at the broker", len(ours) - len(wanted.refused))
        self._seen = (*state[:2], _stamp(file))
        return wanted.text != existing

    def _tell(self, refused: tuple[str, ...]) -> None:
        for name in sorted(set(refused) - set(self._refused)):
            _LOG.error(
                "node %s cannot sign in at the broker: its name is the station's own or another user's. "
                "Enrol it by another id, retire this one, and give that user a new password there.",
                name,
            )
        self._refused = refused

    @staticmethod
    def _write(file: Path, text: str) -> None:
        """Replace the file; the broker, which is of the folder's group, may read it, others may not."""
        write_private(file, text)
        os.chown(file, -1, file.parent.stat().st_gid)
        file.chmod(_GROUP_READS)


def foreign_names(store: Store, settings: Settings) -> frozenset[str]:
    """Return the user names at the broker that no node may bear: the station's own, and all foreign ones."""
    own = urlsplit(settings.broker_url).username
    names = frozenset() if own is None else frozenset({unquote(own)})
    if settings.broker_passwords is not None:
        with store.read() as session:
            made = _digests_made(session)
        with contextlib.suppress(OSError):  # the beat reports a file that cannot be read
            names |= names_in(foreign_lines(_read(settings.broker_passwords), made))
    return names


def _digests_made(session: Session) -> dict[str, Sequence[str]]:
    made: dict[str, list[str]] = {}
    for node, digest in session.execute(
        select(Hardware.node, Hardware.broker_hash).where(Hardware.broker_hash != "")
    ):
        made.setdefault(node, []).append(digest)
    return dict(made)


def _read(file: Path) -> str:
    """Return the file's text; bytes of foreign lines that are no UTF-8 are written as they came."""
    return file.read_bytes().decode("utf-8", "surrogateescape") if file.exists() else ""


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """Return a value that changes when another program writes the file."""
    if not file.exists():
        return None
    found = file.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


_STATE_OF_HARDWARE = select(func.count(), func.max(Hardware.issued_at), func.max(Hardware.ended_at))
_STATE_OF_NODES = select(
    func.count(Node.quarantined_at),
    func.max(Node.quarantined_at),
    func.count(Node.retired_at),
    func.max(Node.retired_at),
)
"""What changes whenever who may sign in changes; two quick queries a beat."""
