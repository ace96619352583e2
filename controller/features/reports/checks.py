"""Invariants of the journal and the as-aired log; `loa doctor` runs them."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from controller.features.journal.chain import JournalBroken
from controller.features.journal.export import verify_logs
from controller.features.journal.queries import export, head
from controller.features.reports.queries import export_as_aired
from controller.model.accounts import HeldKey
from controller.model.airings import Airing, Delivery
from controller.model.reports import AsAired
from devices.ids import Role


def _logs_are_sound(session: Session, _now: datetime) -> Iterator[str]:
    publics = session.scalars(select(HeldKey.public).where(HeldKey.role == Role.STATION)).all()
    try:
        tree = verify_logs(export(session), export_as_aired(session), publics)
    except JournalBroken as broken:
        yield f"journal: {broken}"
        return
    if tree != head(session).tree:
        yield "journal: the tree of its last entry is not the one over its entries"


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
