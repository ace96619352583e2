"""Passwords of nodes as Mosquitto checks them: only a digest is kept; docs/operator.md, "A broker"."""

import base64
import hashlib
import secrets
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.fleet.tables import Hardware, Node

_ROUNDS = 101  # what mosquitto_passwd takes; a password of 256 bits needs no stretching
_SALT_BYTES = 12


def broker_hash(password: str) -> str:
    """Return a password in the form of a line of Mosquitto's password file: `$7$rounds$salt$digest`."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def password_lines(session: Session) -> list[str]:
    """Return the lines of the nodes that may sign in: enrolled by a code, in use, not in quarantine."""
    query = (
        select(Hardware.node, Hardware.broker_hash)
        .join(Node, Node.id == Hardware.node)
        .where(Hardware.ended_at.is_(None), Node.retired_at.is_(None), Node.quarantined_at.is_(None))
        .order_by(Hardware.node)
    )
    return [f"{node}:{digest}" for node, digest in session.execute(query)]


def merged(existing: str, ours: Iterable[str], known: Iterable[str]) -> str:
    """Return a password file with our nodes' lines, and the lines of all who are no nodes of ours; pure."""
    nodes = set(known)
    others = [line for line in existing.splitlines() if line and line.partition(":")[0] not in nodes]
    return "".join(f"{line}\n" for line in (*others, *ours))
