"""Applies nodes' receipts about the recordings that they hold; the latest receipt of each node counts."""

from collections.abc import Iterable

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from controller.model.emergencies import Holding, Prepared
from controller.model.emergency_states import PreparedId
from devices.ids import NodeId
from devices.messages import Receipt, ReceiptKind

TOLD = frozenset({ReceiptKind.KEPT, ReceiptKind.LOST, ReceiptKind.REFUSED})
"""Kinds of receipt that may tell of a recording to keep; REFUSED may as well be of an airing."""

_Place = tuple[PreparedId, NodeId]


def fold_keepings(session: Session, told: Iterable[tuple[NodeId, Receipt]]) -> None:
    """Note who holds what; late, repeated and out-of-order receipts change nothing. Each has its time.

    Unknown names are ignored: they are airings, or recordings that were never prepared here.
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
    rows = [
        {"prepared": name, "node": node, "told_at": receipt.at, "reason": receipt.reason}
        | {"is_held": receipt.kind == ReceiptKind.KEPT}
        for (name, node), receipt in sorted(newest.items())
        if name in known
    ]
    session.connection().execute(_KEEP[session.get_bind().dialect.name], rows)


def _keep(made: postgresql.Insert | sqlite.Insert) -> Insert:
    """Return an upsert that changes a row only if the new values are newer."""
    told = {name: made.excluded[name] for name in ("is_held", "told_at", "reason")}
    return made.on_conflict_do_update(
        index_elements=[Holding.prepared, Holding.node],
        set_=told,
        where=Holding.told_at < made.excluded.told_at,
    )


_KEEP = {
    "postgresql": _keep(postgresql.insert(Holding)),
    "sqlite": _keep(sqlite.insert(Holding)),
}


def _order(receipt: Receipt) -> tuple[float, int]:
    return (receipt.at.timestamp() if receipt.at else 0.0), receipt.seq
