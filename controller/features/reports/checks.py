"""Invariants of the journal and the as-aired log; `loa doctor` runs them."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from controller.features.airings.sealed_receipts import unpack
from controller.features.journal.chain import JournalBroken
from controller.features.journal.export import verify_logs
from controller.features.journal.queries import export, head
from controller.features.reports.queries import export_as_aired
from controller.model.accounts import HeldKey
from controller.model.airings import Airing, Delivery, StoredReceipt
from controller.model.reports import AsAired
from devices.ids import Role
from devices.signing import read_payload

_WITNESSES = 20_000
"""Receipts that are read for checkpoints: a day of 1,000 loudspeakers."""


def _logs_are_sound(session: Session, _now: datetime) -> Iterator[str]:
    publics = session.scalars(select(HeldKey.public).where(HeldKey.role == Role.STATION)).all()
    try:
        tree = verify_logs(export(session), export_as_aired(session), publics, _witnessed(session))
    except JournalBroken as broken:
        yield f"journal: {broken}"
        return
    if tree != head(session).tree:
        yield "journal: the tree of its last entry is not the one over its entries"


def _witnessed(session: Session) -> dict[int, str]:
    """Return the checkpoints of the journal in the newest receipts: root by number of entries."""
    query = select(StoredReceipt.sealed, StoredReceipt.kid).order_by(StoredReceipt.received_at.desc())
    found: dict[int, str] = {}
    for sealed, kid in session.execute(query.limit(_WITNESSES)):
        if sealed is None or kid is None:
            continue  # of a version that did not sign receipts
        journal = read_payload(unpack(sealed, kid)).get("journal")
        if journal is not None:
            found[int(journal["size"])] = str(journal["root"])
    return found


def _as_aired_says_what_is_known(session: Session, _now: datetime) -> Iterator[str]:
    newest = select(func.max(AsAired.seq)).group_by(AsAired.airing, AsAired.node)
    query = (
        select(AsAired.airing, AsAired.node)
        .join(Airing, Airing.id == AsAired.airing)
        .join(Delivery, and_(Delivery.airing == AsAired.airing, Delivery.node == AsAired.node))
        .where(AsAired.seq.in_(newest), Airing.noted_at.is_not(None))
        .where(
            or_(
                AsAired.heard_ms != Delivery.heard_ms,
                AsAired.started_at.is_distinct_from(Delivery.started_at),
                AsAired.finished_at.is_distinct_from(Delivery.finished_at),
            )
        )
    )
    for airing, node in session.execute(query):
        yield f"as-aired log: its last word on {airing}/{node} is not what the receipts say"
    lacking = exists().where(AsAired.airing == Delivery.airing, AsAired.node == Delivery.node)
    told = Airing.noted_at.is_not(None) & Airing.delivering_at.is_not(None)
    query = select(Delivery.airing, Delivery.node).join(Airing, Airing.id == Delivery.airing)
    for airing, node in session.execute(query.where(told, ~lacking)):
        yield f"as-aired log: says nothing of {airing}/{node}"


CHECKS = (_logs_are_sound, _as_aired_says_what_is_known)
