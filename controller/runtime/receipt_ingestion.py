"""Applies receipts to deliveries: receipts of hundreds of nodes in one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from controller.features.airings.delivery_state import Facts, dated, fold
from controller.features.airings.heard import planned_to_sound
from controller.features.airings.late_joins import join
from controller.features.bulletins.renditions import renditions_by_recording
from controller.features.emergencies.held_recordings import fold_keepings
from controller.features.fleet.service import note_heard
from controller.features.journal.service import record
from controller.features.notices.service import take_back
from controller.model.airing_states import AiringEvent, AiringState, DeliveryStage, after
from controller.model.airings import Airing, Delivery, StoredReceipt
from controller.model.notices import NoticeKind
from controller.model.reports import AsAired
from controller.runtime.receipt_chains import KnownNodes, follow_chains, known_nodes, note_refusals
from controller.runtime.receipt_judging import JudgedReceipts, SignedReceipt
from controller.store.locks import Lock, hold
from controller.store.many import Many, insert_told, told_as
from controller.store.name_lists import named_by
from devices.ids import AiringId, NodeId, RecordingId
from devices.messages import Receipt, ReceiptKind, RefusedReceipt

MOST_ENTRIES: Final = 10
"""Most entries of the as-aired log for one node and airing. Each late stretch adds one; later reports of a
node that keeps changing its reports are ignored, or it could fill the log."""
_FACTS = Facts._fields


@dataclass(frozen=True, slots=True)
class Committed:
    """The receipts that may be acknowledged to a node after the commit, not before, and those refused."""

    node: NodeId
    ids: tuple[str, ...]
    refused: tuple[RefusedReceipt, ...] = ()


def fold_receipts(session: Session, batch: Sequence[JudgedReceipts], *, now: datetime) -> list[Committed]:
    """Store receipts and advance deliveries; return what to acknowledge after the commit.

    Idempotent; each receipt was judged alone. One of an unknown kind is stored and counted as nothing. A node
    that was in an airing's area while it was in progress, but has no delivery, gets one now. A receipt for an
    unknown airing, or one not meant for the node, is stored and acknowledged (otherwise the node would repeat
    it for ever), but advances nothing. Receipts of nodes that are not enrolled or in quarantine, and of
    hardware that was replaced, are not acknowledged.
    """
    known = known_nodes(session, {told.node for told in batch})
    heard = [told for told in batch if _is_believed(told, known)]
    if not heard:
        return []
    follow_chains(session, known, heard, now)
    note_refusals(session, heard, now)
    signed = {(told.node, one.id): (told.kid, one) for told in heard for one in told.good}
    _KEEP.execute(session, [_row(kid, one, now) for kid, one in signed.values()])
    told = [
        (node, dated(one.receipt, now))
        for (node, _), (_, one) in signed.items()
        if one.receipt.kind in _KINDS
    ]
    fold_keepings(session, told)
    _climb(session, told, now)
    note_heard(session, {node for node, _ in signed}, now=now)
    return _answers(heard)


def _answers(heard: Iterable[JudgedReceipts]) -> list[Committed]:
    ids: dict[NodeId, dict[str, None]] = {}
    refused: dict[NodeId, dict[str, RefusedReceipt]] = {}
    for told in heard:
        ids.setdefault(told.node, {}).update((one.id, None) for one in told.good)
        refused.setdefault(told.node, {}).update((one.id, one) for one in told.refused)
    return [Committed(node, tuple(of_node), tuple(refused[node].values())) for node, of_node in ids.items()]


def _is_believed(told: JudgedReceipts, known: KnownNodes) -> bool:
    # the key may have changed since the receipts were judged
    first = known.first_sessions.get((told.node, told.public))
    return first is not None and told.session >= first


_KINDS = frozenset(ReceiptKind)
_COLUMNS = ("node", "id", "airing", "recording", "kind", "at", "offset_ms", "heard_ms", "clock_error_ms")
_MORE = ("volume", "level_dbfs", "reason", "received_at", "kid", "seq", "sealed")
_KEEP = Many(  # existing rows stay
    sqlite.insert(StoredReceipt).on_conflict_do_nothing(),
    insert_told(cast("Table", StoredReceipt.__table__), (*_COLUMNS, *_MORE), "DO NOTHING"),
)


def _row(kid: str, one: SignedReceipt, now: datetime) -> dict[str, Any]:
    receipt = one.receipt
    return {
        "node": receipt.node,
        "id": one.id,
        "airing": receipt.airing,
        "recording": receipt.recording,
        "kind": receipt.kind,
        "at": receipt.at,
        "offset_ms": receipt.offset_ms,
        "heard_ms": receipt.heard_ms,
        "clock_error_ms": receipt.clock_error_ms,
        "volume": receipt.volume,
        "level_dbfs": receipt.level_dbfs,
        "reason": receipt.reason,
        "received_at": now,
        "kid": kid,
        "seq": receipt.seq,
        "sealed": one.sealed,
    }


def _climb(session: Session, told: Iterable[tuple[NodeId, Receipt]], now: datetime) -> None:
    told = list(told)
    hold(session, Lock.HEARD)
    airings = {receipt.airing for _, receipt in told}
    aired = _aired(session, airings)
    deliveries = _facts(session, airings, {node for node, _ in told})
    unknown = {
        (receipt.airing, node)
        for node, receipt in told
        if (receipt.airing, node) not in deliveries and _is_of(aired, receipt)
    }
    if join(session, unknown):
        deliveries = _facts(session, airings, {node for node, _ in told})
    closed = _closed(session, [one for one in airings if one in aired and aired[one].has_ended], deliveries)
    changed: dict[tuple[AiringId, NodeId], Facts] = {}
    for node, receipt in told:
        place = (receipt.airing, node)
        known = changed.get(place, deliveries.get(place))
        if known is None or place in closed or not _is_of(aired, receipt):
            continue  # wrong node, over the limit, or other recording: stored, not counted as heard
        if (folded := fold(known, receipt, aired[receipt.airing].most_ms)) != known:
            changed[place] = folded
    if changed:
        _save(session, changed)
        _note_again(session, {airing for airing, _ in changed if aired[airing].is_noted})
        heard = {airing for (airing, _), facts in changed.items() if facts.rung >= DeliveryStage.STARTED}
        _heard_after_all(session, {airing for airing in heard if aired[airing].is_missed}, now)


@dataclass(frozen=True, slots=True)
class _Aired:
    """The columns of an airing that are needed to judge a receipt."""

    sounds: frozenset[RecordingId]
    """The recording and its renditions."""
    most_ms: int
    """Longest duration of the sound, over all rounds."""
    has_ended: bool
    """If true, the as-aired log may already contain it."""
    is_noted: bool
    """Whether that log is up to it."""
    is_missed: bool


def _aired(session: Session, airings: set[AiringId]) -> dict[AiringId, _Aired]:
    rows = session.connection().execute(_AIRED, {"airings": airings}).all()
    sounds: dict[RecordingId | None, set[RecordingId]] = {of: {of} if of else set() for _, of, *_ in rows}
    for rendition, of in renditions_by_recording(session, {of for of in sounds if of}).items():
        sounds[of].add(rendition)
    return {
        one: _Aired(
            frozenset(sounds[of]),
            most or 0,
            ended is not None,
            noted is not None,
            state is AiringState.MISSED,
        )
        for one, of, most, ended, noted, state in rows
    }


_AIRED = select(
    Airing.id, Airing.recording, planned_to_sound(), Airing.ended_at, Airing.noted_at, Airing.state
).where(named_by(Airing.id, "airings"))


def _is_of(aired: Mapping[AiringId, _Aired], receipt: Receipt) -> bool:
    one = aired.get(receipt.airing)
    return one is not None and receipt.recording in one.sounds


def _closed(
    session: Session, ended: Collection[AiringId], deliveries: Collection[tuple[AiringId, NodeId]]
) -> set[tuple[AiringId, NodeId]]:
    """Return the pairs of airing and node whose as-aired entries have reached the limit."""
    if not ended:
        return set()
    query = (
        select(AsAired.airing, AsAired.node)
        .where(AsAired.airing.in_(ended), AsAired.node.in_({node for _, node in deliveries}))
        .group_by(AsAired.airing, AsAired.node)
        .having(func.count() >= MOST_ENTRIES)
    )
    return {(row[0], row[1]) for row in session.execute(query)}


def _facts(
    session: Session, airings: set[AiringId], nodes: set[NodeId]
) -> dict[tuple[AiringId, NodeId], Facts]:
    rows = session.connection().execute(_KNOWN_FACTS, {"airings": airings, "nodes": nodes})
    return {(airing, node): Facts(DeliveryStage(rung), *others) for airing, node, rung, *others in rows}


_KNOWN_FACTS = (
    select(Delivery.airing, Delivery.node, *(getattr(Delivery, name) for name in _FACTS))
    .where(named_by(Delivery.airing, "airings"), named_by(Delivery.node, "nodes"))
    .order_by(Delivery.airing, Delivery.node)
    .with_for_update()
)
_OF_SAVE = {"of_airing": Delivery.airing, "of_node": Delivery.node} | {
    f"new_{name}": getattr(Delivery, name) for name in _FACTS
}
_SAVE = Many(
    update(Delivery)
    .where(Delivery.airing == bindparam("of_airing"), Delivery.node == bindparam("of_node"))
    .values({name: bindparam(f"new_{name}") for name in _FACTS}),
    f"UPDATE deliveries SET {', '.join(f'{name} = told.new_{name}' for name in _FACTS)} "  # noqa: S608 - ours
    f"FROM {told_as(_OF_SAVE)} WHERE deliveries.airing = told.of_airing AND deliveries.node = told.of_node",
)


def _save(session: Session, changed: dict[tuple[AiringId, NodeId], Facts]) -> None:
    names = tuple(_OF_SAVE)
    rows = [
        dict(zip(names, (*place, int(facts.rung), *facts[1:]), strict=True))
        for place, facts in changed.items()
    ]
    _SAVE.execute(session, rows)


def _note_again(session: Session, airings: set[AiringId]) -> None:
    """Mark airings whose as-aired log must be updated with late receipts."""
    if airings:
        session.connection().execute(update(Airing).where(Airing.id.in_(airings)).values(noted_at=None))


def _heard_after_all(session: Session, airings: set[AiringId], now: datetime) -> None:
    """Record that an airing which was given up as missed was heard during an outage."""
    if not airings:
        return
    missed = session.scalars(
        select(Airing)
        .where(Airing.id.in_(airings), Airing.state == AiringState.MISSED)
        .order_by(Airing.id)
        .with_for_update()
    ).all()
    for airing in missed:
        airing.state = after(airing.state, AiringEvent.HEARD_AFTER_ALL)
        airing.reason = None
    for airing in missed:
        record(session, None, "airing.heard-after-all", airing.id, now)
        take_back(session, NoticeKind.AIRING_MISSED, airing.id, "Sau đó được biết loa đã phát.", now=now)
