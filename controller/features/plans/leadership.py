"""Who leads: a database that came into another home begins a new epoch; docs/protocol.md, "Epoch".

On SQLite, the home and the database hold the same token. A copy of either without the other (a restored
backup, a second machine) has no match, so its station takes the lead. On PostgreSQL, the lease says who
leads, and each taking of it is a new epoch. The former leader keeps the lower epoch, and loudspeakers refuse
what it says when it wakes up.
"""

import secrets
import socket
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from controller.features.journal.service import record
from controller.host.home_folder import write_private
from controller.model.base import ID_LENGTH
from controller.model.leadership import Leadership
from controller.model.plan_states import DocumentKind, next_version
from controller.model.plans import Published
from controller.store import Store, one_read
from controller.store.locks import Lock, hold

LEADER_FILE = "leader"


def take_lead(store: Store, home: Path, *, now: datetime) -> int:
    """Return the epoch of the station of this home; a new one if another home led, or none did."""
    file = home / LEADER_FILE
    token = file.read_text("ascii").strip() if file.exists() else ""
    with store.read() as session:
        newest = session.scalars(select(Leadership).order_by(Leadership.epoch.desc()).limit(1)).first()
        if newest is not None and newest.token == token:
            return newest.epoch
    token = secrets.token_hex(16)
    with store.write() as session:
        epoch = next_version(epoch_of(session), now)
        _begin(session, epoch, token, now)
        write_private(file, token + "\n")
    return epoch


def note_lead(store: Store, epoch: int, *, now: datetime) -> None:
    """Begin the epoch of a lease that was taken: every plan is issued again in it."""
    with store.write() as session:
        hold(session, Lock.PUBLISHED)
        _begin(session, epoch, store.session_name, now)


@one_read
def epoch_of(session: Session) -> int:
    """Return the epoch of the station that leads; 0: none took the lead yet."""
    return session.scalar(select(func.max(Leadership.epoch))) or 0


def _begin(session: Session, epoch: int, token: str, now: datetime) -> None:
    host = socket.gethostname()[:ID_LENGTH]
    session.add(Leadership(epoch=epoch, token=token, host=host, taken_at=now))
    # no content has this digest, so each plan is issued again, in the new epoch
    session.execute(
        update(Published)
        .where(Published.kind == DocumentKind.PLAN, Published.payload != "")
        .values(digest="")
    )
    record(session, None, "station.lead-taken", str(epoch), now, detail={"host": host})
