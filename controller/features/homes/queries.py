"""Reads of homes: what was signed, and which loudspeakers live there."""

import hashlib
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from controller.features.areas.queries import area_tree
from controller.model.accounts import Account
from controller.model.fleet import Node
from controller.model.journal import Entry
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.store import one_read
from devices.enrolment import Home
from devices.ids import AreaCode, NodeId
from devices.wire_types import parse

SIGNED = "home.signed"
"""The journal's act; its detail names the version."""
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class HomeFollowed:
    """A home with those that live there; `strangers` live at one that was never signed here."""

    area: AreaCode
    version: int
    brokers: tuple[str, ...]
    authorities: tuple[str, ...]
    addresses: tuple[str, ...]
    signed_at: datetime
    signed_by: str | None
    followed: int
    nodes: int
    elsewhere: tuple[NodeId, ...]
    strangers: tuple[NodeId, ...]


@one_read
def homes_followed(session: Session) -> list[HomeFollowed]:
    """Return the homes by area."""
    rows = session.execute(
        select(Published, Account.name)
        .outerjoin(Account, Account.id == Published.signed_by)
        .where(Published.kind == DocumentKind.HOME, Published.payload != "")
        .order_by(Published.target)
    ).all()
    return [_followed(session, row, name) for row, name in rows]


def _followed(session: Session, row: Published, signed_by: str | None) -> HomeFollowed:
    home = parse(Home, row.document)
    below = area_tree(session).below([home.target])
    in_use = (Node.area.in_(below), Node.retired_at.is_(None))
    nodes = session.scalar(select(func.count()).where(*in_use)) or 0
    there = session.scalar(select(func.count()).where(*in_use, Node.home == home.version)) or 0
    is_elsewhere = Node.home.is_distinct_from(home.version)
    elsewhere = select(Node.id).where(*in_use, is_elsewhere).order_by(Node.id).limit(MOST_NAMED)
    return HomeFollowed(
        area=home.target,
        version=home.version,
        brokers=home.brokers,
        authorities=tuple(map(fingerprint, home.authorities)),
        addresses=home.addresses,
        signed_at=home.issued_at,
        signed_by=signed_by,
        followed=there,
        nodes=nodes,
        elsewhere=tuple(session.scalars(elsewhere)),
        strangers=tuple(strangers(session)),
    )


def fingerprint(authority: str) -> str:
    """Return a certificate's SHA-256, in hex; `authority`: base64 of DER."""
    return hashlib.sha256(b64decode(authority)).hexdigest()


def strangers(session: Session) -> list[NodeId]:
    """Return nodes that say a home that nobody has signed here: somebody else's document moved them."""
    signed = {
        detail.get("version") for detail in session.scalars(select(Entry.detail).where(Entry.act == SIGNED))
    }
    query = select(Node.id).where(Node.home.is_not(None), Node.retired_at.is_(None))
    if signed:
        query = query.where(Node.home.not_in(signed))
    return list(session.scalars(query.order_by(Node.id).limit(MOST_NAMED)))
