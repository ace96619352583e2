"""Invariants of the journal and the as-aired log; `loa doctor` runs them."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from controller.features.airings.sealed_receipts import unpack
from controller.features.journal.chain import JournalBroken
from controller.features.journal.export import verify_logs
from controller.features.journal.queries import export, head
from controller.features.reports.months import month_of
from controller.features.reports.queries import export_as_aired
from controller.features.reports.sum_queries import PROGRESS
from controller.features.reports.sums import stored_sums, sums_of
from controller.model.accounts import HeldKey
from controller.model.airings import Airing, Delivery, StoredReceipt
from controller.model.bulletin_states import BulletinId
from controller.model.journal import Entry
from controller.model.reports import AsAired, ReportProgress
from devices.ids import NodeId, Role
from devices.jose import read_payload
from devices.merkle import MerkleTree, leaf_of

_WITNESSES = 20_000
"""Receipts that are read for checkpoints: a day of 1,000 loudspeakers."""
_NAMED = 5
_COMPARED = 5000
"""Newest entries whose bulletins have their sums compared: some hours of a province."""

_STATION_KEYS = select(HeldKey.public).where(HeldKey.role == Role.STATION)
_HASHES = select(Entry.hash).order_by(Entry.seq)
_NEWEST_RECEIPTS = (
    select(StoredReceipt.node, StoredReceipt.sealed, StoredReceipt.kid)
    .order_by(StoredReceipt.received_at.desc())
    .limit(_WITNESSES)
)
_CONTRADICTED = (
    select(AsAired.airing, AsAired.node)
    .join(Airing, Airing.id == AsAired.airing)
    .join(Delivery, and_(Delivery.airing == AsAired.airing, Delivery.node == AsAired.node))
    .where(AsAired.seq.in_(select(func.max(AsAired.seq)).group_by(AsAired.airing, AsAired.node)))
    .where(Airing.noted_at.is_not(None))
    .where(
        or_(
            AsAired.heard_ms != Delivery.heard_ms,
            AsAired.started_at.is_distinct_from(Delivery.started_at),
            AsAired.finished_at.is_distinct_from(Delivery.finished_at),
        )
    )
)
_LACKING = (
    select(Delivery.airing, Delivery.node)
    .join(Airing, Airing.id == Delivery.airing)
    .where(Airing.noted_at.is_not(None), Airing.delivering_at.is_not(None))
    .where(~exists().where(AsAired.airing == Delivery.airing, AsAired.node == Delivery.node))
)
_NEWEST = select(func.max(AsAired.seq))
_NAMED_LAST = select(AsAired.planned_at, AsAired.bulletin).order_by(AsAired.seq.desc()).limit(_COMPARED)


def _logs_are_sound(session: Session, _now: datetime) -> Iterator[str]:
    publics = session.scalars(_STATION_KEYS).all()
    try:
        tree = verify_logs(export(session), export_as_aired(session), publics)
    except JournalBroken as broken:
        yield f"journal: {broken}"
        return
    if tree != head(session).tree:
        yield "journal: the tree of its last entry is not the one over its entries"


def _loudspeakers_saw_this_journal(session: Session, _now: datetime) -> Iterator[str]:
    """Compare the journal with the checkpoints in the newest receipts; name who says otherwise.

    A node that lies of itself gives one name; a journal that was cut off or written anew gives many.
    """
    claims = _claims(session)
    sizes, roots, tree = {size for size, _ in claims}, dict[int, str](), MerkleTree()
    for entry_hash in session.scalars(_HASHES) if claims else ():
        tree.append(leaf_of(entry_hash))
        if tree.size in sizes:
            roots[tree.size] = tree.root()
    for (size, root), nodes in sorted(claims.items()):
        if roots.get(size) != root:
            some = ", ".join(sorted(nodes)[:_NAMED])
            yield f"journal: {len(nodes)} loudspeakers have signed that its first {size} were others: {some}"


def _claims(session: Session) -> dict[tuple[int, str], set[NodeId]]:
    """Return who has seen which checkpoint, by number of entries and root, of the newest receipts."""
    found: dict[tuple[int, str], set[NodeId]] = {}
    for node, sealed, kid in session.execute(_NEWEST_RECEIPTS):
        if sealed is None or kid is None:
            continue  # of a version that did not sign receipts
        journal = read_payload(unpack(sealed, kid)).get("journal")
        if journal is not None:
            found.setdefault((int(journal["size"]), str(journal["root"])), set()).add(node)
    return found


def _as_aired_says_what_is_known(session: Session, _now: datetime) -> Iterator[str]:
    for airing, node in session.execute(_CONTRADICTED):
        yield f"as-aired log: its last word on {airing}/{node} is not what the receipts say"
    for airing, node in session.execute(_LACKING):
        yield f"as-aired log: says nothing of {airing}/{node}"


def _sums_say_what_the_log_says(session: Session, _now: datetime) -> Iterator[str]:
    """Compare the sums of the newest entries' bulletins with the log; what is not summed yet is no fault."""
    progress = session.get(ReportProgress, PROGRESS)
    if progress is None or session.scalar(_NEWEST) != progress.through:
        return
    named: dict[str, set[BulletinId]] = {}
    for planned_at, bulletin in session.execute(_NAMED_LAST):
        named.setdefault(month_of(planned_at), set()).add(bulletin)
    for month, bulletins in named.items():
        if month < progress.from_month:
            continue
        added, stored = sums_of(session, month, bulletins), stored_sums(session, month, bulletins)
        for part in sorted(added.keys() | stored.keys()):
            if added.get(part) != stored.get(part):
                yield f"report sums: {month}/{'/'.join(part)} is not what the log says"


CHECKS = (
    _logs_are_sound,
    _loudspeakers_saw_this_journal,
    _as_aired_says_what_is_known,
    _sums_say_what_the_log_says,
)
