"""Finds rows that no signed receipt supports; run by `loa doctor` and at the end of tests.

Airings of the last two months are checked signature by signature, some 0.2 ms for each receipt; older ones by
`loa airing prove`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, bindparam, exists, func, select
from sqlalchemy.orm import Session

from controller.features.airings.delivery_state import Facts, dated, fold
from controller.features.airings.heard import planned_to_sound
from controller.features.evidence.signed import checked_receipts
from controller.model.accounts import HeldKey
from controller.model.airing_states import ChainFaultKind, DeliveryStage
from controller.model.airings import Airing, ChainFault, Delivery, ReceiptChain, StoredReceipt
from controller.model.archives import ReceiptRemoval, RemovedNumbers, YearArchive
from controller.model.fleet import Hardware
from controller.model.journal import Entry
from devices.enrolment import Enrolment
from devices.ids import KeyId, NodeId, Role
from devices.messages import Receipt, ReceiptKind
from devices.not_trusted import NotTrusted
from devices.signing import TrustedKeys, verify
from devices.statements import Key

CHECKED_FOR: Final = timedelta(days=62)
"""How long after an airing each of its signatures is checked."""
_KINDS = frozenset(ReceiptKind)
_AIRED = select(Airing.id, Airing.starts_at, planned_to_sound()).where(
    Airing.starts_at > bindparam("since"), exists().where(Delivery.airing == Airing.id)
)
_TOLD = select(Delivery).where(Delivery.airing == bindparam("airing"), Delivery.rung > 0)
_UNSIGNED = select(StoredReceipt).where(
    StoredReceipt.airing == bindparam("airing"), StoredReceipt.sealed.is_(None)
)
_FIRST_SIGNED = select(func.min(StoredReceipt.received_at)).where(StoredReceipt.sealed.is_not(None))
_FIRST_REMOVED = (
    select(func.min(YearArchive.since))
    .join(ReceiptRemoval, ReceiptRemoval.year == YearArchive.year)
    .where(ReceiptRemoval.removed > 0)
)
_IS_ANY_REMOVED = select(exists().where(RemovedNumbers.node.is_not(None)))
_HARDWARE = select(Hardware)
_ENROLLED = select(Entry.detail).where(Entry.act == "node.enrolled", Entry.subject == bindparam("node"))
_STATION_KEYS = select(HeldKey).where(HeldKey.role == Role.STATION)


def deliveries_are_supported(session: Session, now: datetime) -> Iterator[str]:
    """Yield deliveries that claim more than the receipts that their nodes signed."""
    signed_since = _signed_since(session)
    for airing, starts_at, most_ms in session.execute(_AIRED, {"since": now - CHECKED_FOR}).all():
        signed: dict[NodeId, list[Receipt]] = defaultdict(list)
        for one in checked_receipts(session, airing):
            if one.receipt is None:
                yield f"receipt {one.row.id} of {one.row.node}: the row is not what its node signed"
            elif one.receipt.kind in _KINDS:
                signed[one.row.node].append(dated(one.receipt, one.row.received_at))
        old = list(session.scalars(_UNSIGNED, {"airing": airing}))
        fetched: dict[NodeId, set[datetime | None]] = defaultdict(set)
        if signed_since is not None and starts_at >= signed_since:
            # what it fetched before the upgrade proves no sound: only that is believed without a signature
            early = [row for row in old if row.kind == ReceiptKind.FETCHED and row.received_at < signed_since]
            for row in early:
                fetched[row.node].add(row.at)
            late = sorted({row.node for row in old if row not in early})
            yield from (f"airing {airing}: an unsigned receipt of {node}" for node in late)
            old = []
        believed = {row.node for row in old}
        for told in session.scalars(_TOLD, {"airing": airing}):
            node = told.node
            if node not in believed and not _is_supported(told, signed[node], most_ms or 0, fetched[node]):
                yield f"delivery {airing}/{node}: no signed receipt supports what it says"


def _signed_since(session: Session) -> datetime | None:
    """Return when the first signed receipt came; of those that are in archives alone, the year's begin."""
    found = (session.scalar(_FIRST_SIGNED), session.scalar(_FIRST_REMOVED))
    return min((at for at in found if at is not None), default=None)


def _is_supported(
    row: Delivery, signed: list[Receipt], most_ms: int, fetched: Collection[datetime | None]
) -> bool:
    """Whether a delivery claims no more than its receipts; it may claim less, where some came too late.

    `fetched`: when it was told unsigned, before receipts were signed, that the recording was there.
    """
    facts = Facts()
    for receipt in signed:
        facts = fold(facts, receipt, most_ms)
    at = {kind: {one.at for one in signed if one.kind == kind} for kind in ReceiptKind}
    rung = max(facts.rung, DeliveryStage.FETCHED if fetched else DeliveryStage.PLANNED)
    return (
        row.rung <= rung
        and row.heard_ms <= facts.heard_ms
        and (row.rung < DeliveryStage.FETCHED or row.fetched_at in {None, *at[ReceiptKind.FETCHED], *fetched})
        and (row.started_at is None or row.started_at in at[ReceiptKind.STARTED])
        and (row.finished_at is None or row.finished_at in at[ReceiptKind.FINISHED])
    )


def no_receipt_is_gone(session: Session, _now: datetime) -> Iterator[str]:
    """Yield keys of nodes of which receipts were stored that are neither there nor in an archive alone."""
    counts, unchained = _receipts_by_key(bool(session.scalar(_IS_ANY_REMOVED)))
    for node, kid, gone in session.execute(counts):
        if gone:
            yield f"node {node}: {gone} receipts of its key {kid} are gone from the database"
    for node, kid in session.execute(unchained):
        yield f"node {node}: the chain of its key {kid} is gone from the database"


@cache
def _receipts_by_key(is_any_removed: bool) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:  # noqa: FBT001 - a cache's key
    """Return the query of how many receipts each chain lacks, and that of keys without a chain."""
    gaps = _numbers(ChainFault, ChainFault.kind == ChainFaultKind.GAP)
    removed = _numbers(RemovedNumbers)
    there = (
        select(
            StoredReceipt.node,
            StoredReceipt.kid,
            func.count(StoredReceipt.seq.distinct()).label("count"),
        )
        .where(StoredReceipt.kid.is_not(None), *([_is_not_told_again()] if is_any_removed else []))
        .group_by(StoredReceipt.node, StoredReceipt.kid)
        .subquery()
    )
    known = (
        select(
            ReceiptChain.node,
            ReceiptChain.kid,
            ReceiptChain.seq
            - func.coalesce(gaps.c.count, 0)
            - func.coalesce(there.c.count, 0)
            - func.coalesce(removed.c.count, 0),
        )
        .outerjoin(gaps, (gaps.c.node == ReceiptChain.node) & (gaps.c.kid == ReceiptChain.kid))
        .outerjoin(there, (there.c.node == ReceiptChain.node) & (there.c.kid == ReceiptChain.kid))
        .outerjoin(removed, (removed.c.node == ReceiptChain.node) & (removed.c.kid == ReceiptChain.kid))
    )
    chained = exists().where(ReceiptChain.node == there.c.node, ReceiptChain.kid == there.c.kid)
    return known, select(there.c.node, there.c.kid).where(~chained)


def _numbers(ranges: type[ChainFault | RemovedNumbers], *where: ColumnElement[bool]) -> Subquery:
    """Return how many numbers of each key are in ranges of them."""
    count = func.sum(ranges.last - ranges.first + 1).label("count")
    query = select(ranges.node, ranges.kid, count).where(*where)
    return query.group_by(ranges.node, ranges.kid).subquery()


def _is_not_told_again() -> ColumnElement[bool]:
    """Return the condition that a receipt's number is not that of a removed one: a node may repeat that."""
    is_of_key = (RemovedNumbers.node == StoredReceipt.node) & (RemovedNumbers.kid == StoredReceipt.kid)
    return ~exists().where(is_of_key, StoredReceipt.seq.between(RemovedNumbers.first, RemovedNumbers.last))


def keys_have_their_enrolment(session: Session, _now: datetime) -> Iterator[str]:
    """Yield keys of nodes that neither a signed enrolment nor the journal names."""
    trusted = _station_keys(session)
    for row in session.scalars(_HARDWARE):
        if row.enrolment is not None:
            told = _enrolment(row.enrolment, trusted)
            is_named = told is not None and (told.node, told.public) == (row.node, row.public)
        else:
            details = session.scalars(_ENROLLED, {"node": row.node})
            is_named = row.public in {detail.get("public") for detail in details}
        if not is_named:
            yield f"node {row.node}: no enrolment names its key {row.public}"


def _station_keys(session: Session) -> TrustedKeys:
    """Return all keys that the station has or had, to judge what they signed at any time."""
    rows = session.scalars(_STATION_KEYS).all()
    keys = (
        Key(
            kid=KeyId(row.kid),
            role=Role.STATION,
            public=row.public,
            not_before=row.not_before,
            not_after=row.not_after,
        )
        for row in rows
    )
    return TrustedKeys.for_good(keys)


def _enrolment(text: str, trusted: TrustedKeys) -> Enrolment | None:
    try:
        return verify(text, Enrolment, trusted, None)
    except NotTrusted:
        return None


CHECKS: Final = (deliveries_are_supported, no_receipt_is_gone, keys_have_their_enrolment)
