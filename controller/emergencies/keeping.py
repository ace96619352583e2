"""Folds what nodes tell of the recordings that they hold ready: the latest word of each counts."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.emergencies.lifecycle import PreparedId
from controller.emergencies.tables import Keeping, Prepared
from devices.messages import NodeId, Receipt, ReceiptKind

TOLD = frozenset({ReceiptKind.KEPT, ReceiptKind.LOST, ReceiptKind.REFUSED})
"""Kinds of receipt that may tell of a recording to keep; REFUSED may as well be of an airing."""

_Place = tuple[PreparedId, NodeId]


def fold_keepings(session: Session, told: Iterable[tuple[NodeId, Receipt]]) -> None:
    """Note who holds what; late, repeated and out-of-order receipts change nothing.

    Names that we do not know are no recordings of ours to keep: airings, or what was never prepared here.
    """
    newest: dict[_Place, Receipt] = {}
    for node, receipt in told:
        place = (PreparedId(receipt.airing), node)
        if receipt.kind in TOLD and (place not in newest or _order(newest[place]) < _order(receipt)):
            newest[place] = receipt
    if not newest:
        return
    names = {name for name, _ in newest}
    known = set(session.scalars(select(Prepared.id).where(Prepared.id.in_(names))))
    if not known:
        return
    query = (
        select(Keeping)
        .where(Keeping.prepared.in_(known), Keeping.node.in_({node for _, node in newest}))
        .order_by(Keeping.prepared, Keeping.node)
        .with_for_update()
    )
    rows = {(row.prepared, row.node): row for row in session.scalars(query)}
    for (name, node), receipt in newest.items():
        if name not in known:
            continue
        row = rows.get((name, node))
        if row is None:
            row = Keeping(prepared=name, node=node, is_held=False, told_at=receipt.at)
            session.add(row)
        elif row.told_at >= receipt.at:
            continue
        row.is_held = receipt.kind is ReceiptKind.KEPT
        row.told_at = receipt.at
        row.reason = receipt.reason
    session.flush()


def _order(receipt: Receipt) -> tuple[float, str]:
    return receipt.at.timestamp(), receipt.id
