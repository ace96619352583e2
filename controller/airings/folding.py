"""Folds receipts into deliveries: hundreds of nodes' receipts in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from controller.airings.facts import Facts, fold
from controller.airings.joining import join
from controller.airings.lifecycle import AiringState, Event, Rung, after
from controller.airings.tables import Airing, Delivery, Received
from controller.emergencies.keeping import fold_keepings
from controller.fleet.tables import Node
from controller.fleet.usecases import note_heard
from controller.journal.usecases import record
from devices.messages import AiringId, NodeId, Receipt, Receipts, RecordingId

_FACTS = tuple(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True)
class Committed:
    """What may be acknowledged to a node once the transaction is committed, not before."""

    node: NodeId
    ids: tuple[str, ...]


def fold_receipts(session: Session, batch: Sequence[Receipts], *, now: datetime) -> list[Committed]:
    """Keep receipts and let deliveries climb; return what to acknowledge after the commit.

    Doing it again changes nothing. A node that came to an airing while it was under way gets its delivery
    now. A receipt for an airing that we do not know, or that was not meant for the
    node, is kept as a fact and acknowledged (else it would be repeated for ever), but moves nothing. Receipts
    of nodes that are not enrolled or in quarantine, and of hardware that was replaced, are not acknowledged.
    """
    floors = _first_sessions(session, {told.node for told in batch})
    heard = [told for told in batch if told.node in floors and told.session >= floors[told.node]]
    known = {told.node for told in heard}
    told = [(told.node, receipt) for told in heard for receipt in told.receipts]
    if not told:
        return []
    keep = _KEEP[session.get_bind().dialect.name]
    session.connection().execute(keep, [_row(node, receipt, now) for node, receipt in told])
    fold_keepings(session, told)
    _climb(session, told, now)
    note_heard(session, known, now=now)
    ids: dict[NodeId, dict[str, None]] = {}
    for node, receipt in told:
        ids.setdefault(node, {})[receipt.id] = None
    return [Committed(node, tuple(of_node)) for node, of_node in ids.items()]


def _first_sessions(session: Session, nodes: set[NodeId]) -> dict[NodeId, int]:
    rows = session.connection().execute(_HEARD_OF, {"nodes": list(nodes)})
    return {node: first for node, first in rows}  # noqa: C416 - typed


_HEARD_OF = select(Node.id, Node.first_session).where(
    Node.id.in_(bindparam("nodes", expanding=True)), Node.quarantined_at.is_(None)
)
_KEEP: dict[str, Insert] = {  # what is there stays: one name on both engines, but not in one place
    "postgresql": postgresql.insert(Received).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(Received).on_conflict_do_nothing(),
}


def _row(node: NodeId, receipt: Receipt, now: datetime) -> dict[str, Any]:
    return {
        "node": node,
        "id": receipt.id,
        "airing": receipt.airing,
        "recording": receipt.recording,
        "kind": receipt.kind,
        "at": receipt.at,
        "offset_ms": receipt.offset_ms,
        "heard_ms": receipt.heard_ms,
        "clock_error_ms": receipt.clock_error_ms,
        "reason": receipt.reason,
        "received_at": now,
    }


def _climb(session: Session, told: Iterable[tuple[NodeId, Receipt]], now: datetime) -> None:
    told = list(told)
    airings = {receipt.airing for _, receipt in told}
    recordings = _recordings(session, airings)
    deliveries = _facts(session, airings, {node for node, _ in told})
    unknown = {
        (receipt.airing, node)
        for node, receipt in told
        if (receipt.airing, node) not in deliveries and recordings.get(receipt.airing) == receipt.recording
    }
    if join(session, unknown):
        deliveries = _facts(session, airings, {node for node, _ in told})
    changed: dict[tuple[AiringId, NodeId], Facts] = {}
    for node, receipt in told:
        place = (receipt.airing, node)
        known = changed.get(place, deliveries.get(place))
        if known is None or recordings.get(receipt.airing) != receipt.recording:
            continue  # not meant for this node, or not what the airing airs: a fact, but no hearing
        if (folded := fold(known, receipt)) != known:
            changed[place] = folded
    if changed:
        _save(session, changed)
        _note_again(session, {airing for airing, _ in changed})
        heard = {airing for (airing, _), facts in changed.items() if facts.rung >= Rung.STARTED}
        _heard_after_all(session, heard, now)


def _recordings(session: Session, airings: set[AiringId]) -> dict[AiringId, RecordingId | None]:
    rows = session.execute(select(Airing.id, Airing.recording).where(Airing.id.in_(airings)))
    return {row[0]: row[1] for row in rows.all()}


def _facts(
    session: Session, airings: set[AiringId], nodes: set[NodeId]
) -> dict[tuple[AiringId, NodeId], Facts]:
    places = {"airings": list(airings), "nodes": list(nodes)}
    rows = session.connection().execute(_KNOWN_FACTS, places)
    return {(airing, node): Facts(Rung(rung), *others) for airing, node, rung, *others in rows}


_KNOWN_FACTS = (
    select(Delivery.airing, Delivery.node, *(getattr(Delivery, name) for name in _FACTS))
    .where(Delivery.airing.in_(bindparam("airings", expanding=True)))
    .where(Delivery.node.in_(bindparam("nodes", expanding=True)))
    .order_by(Delivery.airing, Delivery.node)
    .with_for_update()
)
_SAVE = (
    update(Delivery)
    .where(Delivery.airing == bindparam("of_airing"), Delivery.node == bindparam("of_node"))
    .values({name: bindparam(f"new_{name}") for name in _FACTS})
)


def _save(session: Session, changed: dict[tuple[AiringId, NodeId], Facts]) -> None:
    rows = [
        {"of_airing": airing, "of_node": node}
        | {f"new_{name}": getattr(facts, name) for name in _FACTS}
        | {"new_rung": int(facts.rung)}
        for (airing, node), facts in changed.items()
    ]
    session.connection().execute(_SAVE, rows)


def _note_again(session: Session, airings: set[AiringId]) -> None:
    """Have the as-aired log corrected by what was told only now."""
    noted = Airing.id.in_(airings) & Airing.noted_at.is_not(None)
    session.connection().execute(update(Airing).where(noted).values(noted_at=None))


def _heard_after_all(session: Session, airings: set[AiringId], now: datetime) -> None:
    """An airing that was given up as unheard was heard, behind an outage: say so."""
    missed = session.scalars(
        select(Airing)
        .where(Airing.id.in_(airings), Airing.state == AiringState.MISSED)
        .order_by(Airing.id)
        .with_for_update()
    ).all()
    for airing in missed:
        airing.state = after(airing.state, Event.HEARD_AFTER_ALL)
        airing.reason = None
    for airing in missed:
        record(session, None, "airing.heard-after-all", airing.id, now)
