"""Follows the numbers of each key's receipts: gaps, breaks and forks are facts, never a reason to refuse.

A gap that is filled later goes; what does not fit where it belongs is a break. See docs/protocol.md.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from sqlalchemy import Table, and_, bindparam, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from controller.features.airings.removed_receipts import is_of_removed_year
from controller.model.airing_states import ChainFaultKind
from controller.model.airings import Airing, ChainFault, ReceiptChain, ReceiptRefusal, StoredReceipt
from controller.model.archives import RemovedNumbers
from controller.model.fleet import Hardware, Node
from controller.runtime.chain_fault_rows import NewFaults, NumberGap, save_faults
from controller.runtime.receipt_judging import JudgedReceipts, SignedReceipt, refusals
from controller.store.many import Many, insert_told
from controller.store.name_lists import named_by
from devices.ids import NodeId
from devices.receipt_signing import NOTHING_BEFORE

_Key = tuple[NodeId, str]


@dataclass(slots=True)
class _Chain:
    """The receipts of one key, as far as they are known."""

    seq: int = 0
    newest: str = NOTHING_BEFORE
    gaps: list[NumberGap] = field(default_factory=list)
    has_new_gaps: bool = False
    breaks: set[int] = field(default_factory=set)
    """Numbers of receipts that do not follow the one before them."""

    def take(self, one: SignedReceipt, now: datetime) -> bool:
        """Take a receipt in; return False if its number is known already: it is a repeat, or a fork."""
        seq, previous = one.receipt.seq, one.receipt.previous
        if seq > self.seq:
            if seq == self.seq + 1:
                self._follow(seq, previous, self.newest)
            else:
                self.gaps.append(NumberGap(self.seq + 1, seq - 1, self.newest, previous, now))
                self.has_new_gaps = True
            self.seq, self.newest = seq, one.id
            return True
        gap = next((gap for gap in self.gaps if gap.first <= seq <= gap.last), None)
        if gap is None:
            return False
        self._fill(gap, one)
        return True

    def _fill(self, gap: NumberGap, one: SignedReceipt) -> None:
        seq, previous = one.receipt.seq, one.receipt.previous
        if seq == gap.first:
            self._follow(seq, previous, gap.before)
        if seq == gap.last:
            self._follow(seq + 1, gap.expected, one.id)
        self.gaps.remove(gap)
        if seq > gap.first:
            self.gaps.append(NumberGap(gap.first, seq - 1, gap.before, previous, gap.noticed_at))
        if seq < gap.last:
            self.gaps.append(NumberGap(seq + 1, gap.last, one.id, gap.expected, gap.noticed_at))
        self.has_new_gaps = True

    def _follow(self, seq: int, previous: str, newest: str) -> None:
        if previous != newest:
            self.breaks.add(seq)


@dataclass(slots=True)
class KnownNodes:
    """Nodes of a batch that are enrolled and not in quarantine."""

    first_sessions: dict[tuple[NodeId, str], int] = field(default_factory=dict)
    """The first session of each with its present key, by its public half."""
    chains: dict[_Key, _Chain] = field(default_factory=lambda: defaultdict(_Chain))


def known_nodes(session: Session, nodes: Collection[NodeId]) -> KnownNodes:
    """Return what is known of them, by one query: who they are, and how far their keys have counted."""
    known = KnownNodes()
    rows = session.connection().execute(_KNOWN, {"nodes": nodes})
    for node, public, first_session, kid, seq, newest, *gap in rows:
        known.first_sessions[node, public] = first_session
        if kid is not None:
            chain = known.chains[node, kid]
            chain.seq, chain.newest = seq, newest
            if gap[0] is not None:
                chain.gaps.append(NumberGap(*gap))
    return known


def follow_chains(
    session: Session, known: KnownNodes, batch: Iterable[JudgedReceipts], now: datetime
) -> None:
    """Note how far each key has counted, and what is missing; call it before the receipts are stored."""
    told: dict[_Key, dict[str, SignedReceipt]] = defaultdict(dict)
    for judged in batch:
        told[judged.node, judged.kid].update((one.id, one) for one in judged.good)
    told = {key: receipts for key, receipts in told.items() if receipts}
    if not told:
        return
    chains = {key: known.chains[key] for key in told}
    before = {key: chain.seq for key, chain in chains.items()}
    again: dict[_Key, list[SignedReceipt]] = {}
    for key, receipts in told.items():
        in_order = sorted(receipts.values(), key=lambda one: one.receipt.seq)
        if repeated := [one for one in in_order if not chains[key].take(one, now)]:
            again[key] = repeated
    rows = [
        {"node": node, "kid": kid, "seq": chain.seq, "newest": chain.newest}
        for (node, kid), chain in chains.items()
        if chain.seq > before[node, kid]
    ]
    _SAVE.execute(session, rows)
    forks = _forks(session, again)
    found = {
        key: NewFaults(
            chain.gaps if chain.has_new_gaps else None,
            {ChainFaultKind.BREAK: chain.breaks, ChainFaultKind.FORK: forks.get(key, set())},
        )
        for key, chain in chains.items()
        if chain.has_new_gaps or chain.breaks or key in forks
    }
    save_faults(session, found, now)


def note_refusals(session: Session, batch: Iterable[JudgedReceipts], now: datetime) -> None:
    """Count what was refused, for the technician."""
    rows = [
        {"node": node, "count": count, "code": code, "at": now}
        for (node, code), count in refusals(batch).items()
    ]
    for row in rows:
        session.connection().execute(_REFUSE[session.get_bind().dialect.name], row)


def _forks(session: Session, again: Mapping[_Key, list[SignedReceipt]]) -> dict[_Key, set[int]]:
    """Return the numbers that were used a second time: the receipt that has them is not the stored one."""
    if not again:
        return {}
    places = [(node, one.id) for (node, _), known in again.items() for one in known]
    place = tuple_(StoredReceipt.node, StoredReceipt.id)
    stored = {
        (row[0], row[1])
        for at in range(0, len(places), _AT_ONCE)
        for row in session.execute(
            select(StoredReceipt.node, StoredReceipt.id).where(place.in_(places[at : at + _AT_ONCE]))
        )
    }
    lacking = {key: [one for one in known if (key[0], one.id) not in stored] for key, known in again.items()}
    found = {key: {one.receipt.seq for one in known} for key, known in _not_removed(session, lacking).items()}
    return {key: numbers for key, numbers in found.items() if numbers}


def _not_removed(
    session: Session, lacking: Mapping[_Key, list[SignedReceipt]]
) -> Mapping[_Key, list[SignedReceipt]]:
    """Leave out what may repeat a receipt that is in an archive alone, by its number and its airing."""
    nodes = {"nodes": {node for (node, _), known in lacking.items() if known}}
    ranges: dict[_Key, list[tuple[int, int]]] = defaultdict(list)
    for node, kid, first, last in session.connection().execute(_REMOVED, nodes):
        ranges[node, kid].append((first, last))
    if not ranges:
        return lacking
    airings = {one.receipt.airing for known in lacking.values() for one in known}
    old = set(session.scalars(select(Airing.id).where(Airing.id.in_(airings), is_of_removed_year())))
    return {
        key: [
            one
            for one in known
            if one.receipt.airing not in old
            or not any(first <= one.receipt.seq <= last for first, last in ranges[key])
        ]
        for key, known in lacking.items()
    }


_AT_ONCE: Final = 500
"""Pairs in one query; SQLite takes some ten thousand values."""


_KNOWN = (
    select(
        Node.id,
        Hardware.public,
        Node.first_session,
        ReceiptChain.kid,
        ReceiptChain.seq,
        ReceiptChain.newest,
        ChainFault.first,
        ChainFault.last,
        ChainFault.before,
        ChainFault.expected,
        ChainFault.noticed_at,
    )
    .join(Hardware, and_(Hardware.node == Node.id, Hardware.ended_at.is_(None)))
    .outerjoin(ReceiptChain, ReceiptChain.node == Node.id)
    .outerjoin(
        ChainFault,
        and_(
            ChainFault.node == ReceiptChain.node,
            ChainFault.kid == ReceiptChain.kid,
            ChainFault.kind == ChainFaultKind.GAP,
        ),
    )
    .where(named_by(Node.id, "nodes"), Node.quarantined_at.is_(None))
)
_REMOVED = select(RemovedNumbers.node, RemovedNumbers.kid, RemovedNumbers.first, RemovedNumbers.last).where(
    named_by(RemovedNumbers.node, "nodes")
)
_NEWER = {"seq": "excluded.seq", "newest": "excluded.newest"}
_sqlite_chain = sqlite.insert(ReceiptChain)
_SAVE = Many(
    _sqlite_chain.on_conflict_do_update(
        index_elements=[ReceiptChain.node, ReceiptChain.kid],
        set_={"seq": _sqlite_chain.excluded.seq, "newest": _sqlite_chain.excluded.newest},
    ),
    insert_told(
        cast("Table", ReceiptChain.__table__),
        ("node", "kid", "seq", "newest"),
        f"(node, kid) DO UPDATE SET {', '.join(f'{name} = {value}' for name, value in _NEWER.items())}",
    ),
)


def _refuse(made: postgresql.Insert | sqlite.Insert) -> postgresql.Insert | sqlite.Insert:
    return made.values(
        {name: bindparam(name) for name in ("node", "count", "code", "at")}
    ).on_conflict_do_update(
        index_elements=[ReceiptRefusal.node],
        set_={
            "count": ReceiptRefusal.count + made.excluded["count"],
            "code": made.excluded["code"],
            "at": made.excluded["at"],
        },
    )


_REFUSE = {
    "postgresql": _refuse(postgresql.insert(ReceiptRefusal)),
    "sqlite": _refuse(sqlite.insert(ReceiptRefusal)),
}
