"""Writes what is wrong in the chains of receipts: of a whole batch by three statements, however many keys.

When messages are lost, thousands of nodes have gaps at once, which must not make a batch more expensive.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, delete, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from controller.model.airing_states import ChainFaultKind
from controller.model.airings import ChainFault
from controller.store.many import Many, insert_told, told_as
from controller.store.name_lists import named_by
from devices.ids import NodeId

MOST_FAULTS: Final = 100
"""NewFaults kept of one key; a node that skips numbers on purpose must not fill the database."""
_Key = tuple[NodeId, str]


@dataclass(slots=True)
class NumberGap:
    """Numbers that did not come, between two receipts that did; see ChainFault."""

    first: int
    last: int
    before: str
    expected: str
    noticed_at: datetime


@dataclass(slots=True)
class NewFaults:
    """What a batch found in the receipts of one key."""

    gaps: Sequence[NumberGap] | None = None
    """All gaps that are left, in place of those that are stored; None: they are as they were."""
    numbers: Mapping[ChainFaultKind, set[int]] = field(default_factory=dict)
    """Numbers of breaks and forks."""


def save_faults(session: Session, found: Mapping[_Key, NewFaults], now: datetime) -> None:
    """Store faults, at most `MOST_FAULTS` of a key."""
    if not found:
        return
    _FORGET_GAPS.execute(
        session,
        [{"of_node": node, "of_kid": kid} for (node, kid), one in found.items() if one.gaps is not None],
    )
    known: dict[_Key, set[tuple[ChainFaultKind, int]]] = defaultdict(set)
    nodes = {node for node, _ in found}
    for node, kid, kind, first in session.connection().execute(_KNOWN, {"nodes": nodes}):
        known[node, kid].add((kind, first))
    rows: list[dict[str, Any]] = []
    for key, one in found.items():
        rows += _rows(key, one, known[key], now)
    _ADD.execute(session, rows)


def _rows(
    key: _Key, found: NewFaults, known: set[tuple[ChainFaultKind, int]], now: datetime
) -> list[dict[str, Any]]:
    faults = [
        (ChainFaultKind.GAP, gap.first, gap.last, gap.before, gap.expected, gap.noticed_at)
        for gap in sorted(found.gaps or (), key=lambda gap: gap.first)
    ]
    for kind, numbers in found.numbers.items():
        faults += [(kind, seq, seq, "", "", now) for seq in sorted(numbers) if (kind, seq) not in known]
    room = max(0, MOST_FAULTS - len(known))
    return [dict(zip(_COLUMNS, (*key, *fault), strict=True)) for fault in faults[:room]]


_COLUMNS = ("node", "kid", "kind", "first", "last", "before", "expected", "noticed_at")
_KNOWN = select(ChainFault.node, ChainFault.kid, ChainFault.kind, ChainFault.first).where(
    named_by(ChainFault.node, "nodes")
)
_ADD = Many(
    sqlite.insert(ChainFault).on_conflict_do_nothing(),
    insert_told(cast("Table", ChainFault.__table__), _COLUMNS, "DO NOTHING"),
)
_FORGET_GAPS = Many(
    delete(ChainFault).where(
        ChainFault.node == bindparam("of_node"),
        ChainFault.kid == bindparam("of_kid"),
        ChainFault.kind == ChainFaultKind.GAP,
    ),
    f"DELETE FROM chain_faults USING {told_as({'of_node': ChainFault.node, 'of_kid': ChainFault.kid})} "  # noqa: S608 - ours
    f"WHERE chain_faults.node = told.of_node AND chain_faults.kid = told.of_kid "
    f"AND chain_faults.kind = '{ChainFaultKind.GAP}'",
)
