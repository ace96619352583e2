"""Passwords of nodes in Mosquitto's format: only a digest is stored; docs/broker.md, "A broker"."""

import base64
import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.fleet.node_names import is_reserved
from controller.model.fleet import Hardware, Node

MARK = "# loa: lines below are written by the station; put others above"
"""Parts foreign lines from ours. It has a colon, or `mosquitto_passwd` would call the file corrupt."""

_ROUNDS = 101  # the default of mosquitto_passwd; a random password of 256 bits needs no key stretching
_SALT_BYTES = 12


def broker_hash(password: str) -> str:
    """Return a password in the form of a line of Mosquitto's password file: `$7$rounds$salt$digest`."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


@dataclass(frozen=True, slots=True)
class Merged:
    """The wanted content of a password file."""

    text: str
    refused: tuple[str, ...]
    """Nodes that get no line, because their name is the station's own or somebody else's."""


def node_passwords(session: Session) -> dict[str, str]:
    """Return the digests of the nodes that may sign in: enrolled by a code, in use, not in quarantine."""
    query = (
        select(Hardware.node, Hardware.broker_hash)
        .join(Node, Node.id == Hardware.node)
        .where(Hardware.broker_hash != "")
        .where(Hardware.ended_at.is_(None), Node.retired_at.is_(None), Node.quarantined_at.is_(None))
        .order_by(Hardware.node)
    )
    return {node: digest for node, digest in session.execute(query)}  # noqa: C416 - typed


def foreign_lines(existing: str, made: Mapping[str, Collection[str]]) -> list[str]:
    """Return the lines of a password file that the station must not change, including comments; pure.

    `made`: by name, every digest that the station made for a node. A line is ours if it is below `MARK` (in a
    file without a mark: anywhere) and has a node's name. A line with a reserved name is ours only if its
    digest is ours: an earlier release wrote such a line over the station's own.
    """
    lines = [line for line in existing.split("\n") if line]
    mark = lines.index(MARK) if MARK in lines else -1
    foreign = []
    for at, line in enumerate(lines):
        name, _, digest = line.partition(":")
        is_ours = at > mark and name in made and (not is_reserved(name) or digest in made[name])
        if not is_ours and line != MARK:
            foreign.append(line)
    return foreign


def names_in(lines: Iterable[str]) -> frozenset[str]:
    """Return the user names of lines of a password file."""
    return frozenset(line.partition(":")[0] for line in lines if not line.startswith("#"))


def merged(existing: str, ours: Mapping[str, str], made: Mapping[str, Collection[str]]) -> Merged:
    """Return a password file with all foreign lines unchanged and the lines of our nodes below them; pure."""
    foreign = foreign_lines(existing, made)
    theirs = names_in(foreign)
    refused = tuple(name for name in ours if name in theirs or is_reserved(name))
    lines = [f"{name}:{digest}" for name, digest in ours.items() if name not in refused]
    if not existing and not lines:
        return Merged("", refused)
    return Merged("".join(f"{line}\n" for line in (*foreign, MARK, *lines)), refused)
