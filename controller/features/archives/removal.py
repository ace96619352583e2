"""Taking the receipts of an archived year out of the database: a person's order, then short batches.

A receipt goes only after its row was compared with the text in the archive's file, read a moment before.
What does not agree, is not in the file, was not signed, or belongs to no ended airing of that year, stays.
docs/storage.md, "Years".
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, bindparam, delete, select, tuple_, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.accounts.queries import require
from controller.features.airings.sealed_receipts import unpack
from controller.features.archives.number_ranges import Range, with_numbers
from controller.features.archives.queries import archive_shown
from controller.features.archives.removal_queries import get_archive, why_none_may_go
from controller.features.archives.schemas import ArchiveShown
from controller.features.journal.service import record
from controller.model.airings import Airing, StoredReceipt
from controller.model.archives import ReceiptRemoval, RemovedNumbers, YearArchive
from controller.model.permissions import Act, Operator
from controller.model.schema_state import SchemaState
from controller.settings import Settings
from controller.store import one_write
from controller.store.many import Many, insert_told
from devices.ids import AiringId, AreaCode, NodeId

_KNOWS_REMOVAL: Final = "0074"
"""The step from which programs take a removed receipt for what it is; older ones would report it as lost."""


@dataclass(frozen=True, slots=True)
class ArchivedReceipt:
    """A receipt as the archive's file has it; `signed` None: it was not signed, and so is not whole there."""

    node: NodeId
    id: str
    signed: str | None


@one_write
def remove_receipts(
    session: Session, year: int, copy_sha256: str, settings: Settings, *, by: Operator, now: datetime
) -> ArchiveShown:
    """Order that the receipts of an archived year leave the database; the station's housekeeping does it.

    `copy_sha256`: what was computed from a second copy of the file, elsewhere. From then on no release that
    knows nothing of removal may use the database. Raises NotFound, BadInput, Conflict.
    """
    require(session, by, Act.RULE, AreaCode(settings.province))
    archive = get_archive(session, year)
    refused = why_none_may_go(session, archive, settings, now)
    if refused is not None:
        raise Conflict(refused.sentence, code=refused.code)
    if copy_sha256.strip().lower() != archive.sha256:
        raise BadInput(
            f"Bản sao này không giống tệp lưu trữ năm {year}. Không biên nhận nào bị xóa. Hãy chép lại tệp "
            f"{archive.file} rồi tính SHA-256 của bản sao.",
            code="archive.copy-differs",
        )
    session.add(ReceiptRemoval(year=year, asked_by=by.id, asked_at=now, went_through=0, removed=0))
    session.execute(
        update(SchemaState).where(SchemaState.serves_from < _KNOWS_REMOVAL).values(serves_from=_KNOWS_REMOVAL)
    )
    session.flush()
    detail = {"file": archive.file, "sha256": archive.sha256, "receipts": archive.receipts}
    record(session, by, "archive.removal-ordered", str(year), now, detail=detail)
    return archive_shown(session, archive)


def remove_batch(session: Session, year: int, after: int, batch: Sequence[ArchivedReceipt]) -> bool:
    """Delete those of a file's next receipts whose rows say the same; return False if not their turn.

    `after`: how many receipts of the file come before these. Doing it twice changes nothing.
    """
    removal = session.get(ReceiptRemoval, year, with_for_update=True)
    if removal is None or removal.ended_at is not None or removal.went_through != after:
        return False
    going = _same_in_both(session, session.get_one(YearArchive, year), batch)
    if going:
        _note_numbers(session, going)
        place = tuple_(StoredReceipt.node, StoredReceipt.id)
        names = [(row.node, row.id) for row in going]
        gone = session.execute(
            delete(StoredReceipt).where(place.in_(names)).execution_options(synchronize_session=False)
        )
        removal.removed += cast("CursorResult[Any]", gone).rowcount
    removal.went_through += len(batch)
    removal.waits = None
    return True


def end_removal(session: Session, year: int, after: int, now: datetime) -> None:
    """Note that the whole file was gone through."""
    removal = session.get(ReceiptRemoval, year, with_for_update=True)
    if removal is None or removal.ended_at is not None or removal.went_through != after:
        return
    removal.ended_at = now
    detail = {"removed": removal.removed, "stayed": removal.went_through - removal.removed}
    record(session, None, "archive.receipts-removed", str(year), now, detail=detail)


def note_waiting(session: Session, year: int, code: str) -> None:
    """Note why the receipts of a year do not go; nothing is deleted meanwhile."""
    session.execute(update(ReceiptRemoval).where(ReceiptRemoval.year == year).values(waits=code))


@dataclass(frozen=True, slots=True)
class _Going:
    node: NodeId
    id: str
    kid: str
    seq: int


def _same_in_both(session: Session, archive: YearArchive, batch: Sequence[ArchivedReceipt]) -> list[_Going]:
    """Return what may go: the row's signed text is the file's, and its airing is over and in the log."""
    told = {(one.node, one.id): one.signed for one in batch if one.signed is not None}
    columns = (StoredReceipt.airing, StoredReceipt.kid, StoredReceipt.seq, StoredReceipt.sealed)
    rows = session.execute(
        select(StoredReceipt.node, StoredReceipt.id, *columns)
        .where(tuple_(StoredReceipt.node, StoredReceipt.id).in_(list(told)))
        .where(StoredReceipt.received_at >= archive.since, StoredReceipt.received_at < archive.until)
        .with_for_update()
    ).all()
    over = _over(session, archive, {row.airing for row in rows})
    return [
        _Going(row.node, row.id, row.kid, row.seq)
        for row in rows
        if row.airing in over and _says(row.sealed, row.kid, row.seq) == told[row.node, row.id]
    ]


def _says(sealed: bytes | None, kid: str | None, seq: int | None) -> str:
    """Return the text that a row was signed with; empty where there is none to compare."""
    if sealed is None or kid is None or seq is None:
        return ""
    try:
        return unpack(sealed, kid)
    except ValueError:
        return ""


def _over(session: Session, archive: YearArchive, airings: Collection[AiringId]) -> set[AiringId]:
    query = select(Airing.id).where(
        Airing.id.in_(airings),
        Airing.starts_at >= archive.since,
        Airing.starts_at < archive.until,
        Airing.ended_at.is_not(None),
        Airing.noted_at.is_not(None),
    )
    return set(session.scalars(query))


def _note_numbers(session: Session, going: Iterable[_Going]) -> None:
    """Keep which numbers are gone, so that a repeat is not taken for a second use of its number."""
    numbers: dict[tuple[NodeId, str], set[int]] = defaultdict(set)
    for row in going:
        numbers[row.node, row.kid].add(row.seq)
    known = _known_ranges(session, {node for node, _ in numbers})
    later: list[dict[str, Any]] = []
    lost: list[tuple[NodeId, str, int]] = []
    for key, more in numbers.items():
        before = known.get(key, [])
        after = with_numbers(before, more)
        later += [
            {"node": key[0], "kid": key[1], "first": first, "last": last}
            for first, last in after
            if (first, last) not in before
        ]
        left = {first for first, _ in after}
        lost += [(*key, first) for first, _ in before if first not in left]
    if lost:
        place = tuple_(RemovedNumbers.node, RemovedNumbers.kid, RemovedNumbers.first)
        session.execute(
            delete(RemovedNumbers).where(place.in_(lost)).execution_options(synchronize_session=False)
        )
    _SAVE.execute(session, later)


def _known_ranges(session: Session, nodes: Collection[NodeId]) -> Mapping[tuple[NodeId, str], list[Range]]:
    found: dict[tuple[NodeId, str], list[Range]] = defaultdict(list)
    for node, kid, first, last in session.connection().execute(_RANGES, {"nodes": list(nodes)}):
        found[node, kid].append((first, last))
    return found


_RANGES = select(RemovedNumbers.node, RemovedNumbers.kid, RemovedNumbers.first, RemovedNumbers.last).where(
    RemovedNumbers.node.in_(bindparam("nodes", expanding=True))
)
_sqlite_range = sqlite.insert(RemovedNumbers)
_SAVE = Many(
    _sqlite_range.on_conflict_do_update(
        index_elements=[RemovedNumbers.node, RemovedNumbers.kid, RemovedNumbers.first],
        set_={"last": _sqlite_range.excluded.last},
    ),
    insert_told(
        cast("Table", RemovedNumbers.__table__),
        ("node", "kid", "first", "last"),
        "(node, kid, first) DO UPDATE SET last = excluded.last",
    ),
)
