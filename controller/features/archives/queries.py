"""Reads of archives: which there are, and the lines of a new one, in short reads.

What an archive holds changes no more (both logs and the receipts are only appended to), so it is read in many
short transactions, which neither hold back PostgreSQL's cleaning nor let SQLite's log grow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from controller.errors import BadInput, Conflict
from controller.features.airings.sealed_receipts import unpack
from controller.features.archives.lines import FORMAT, LinePart, line
from controller.features.archives.schemas import ArchiveShown, RemovalShown
from controller.features.journal.chain import BEGINNING, canonical, written
from controller.features.journal.export import VOUCHES
from controller.features.journal.queries import entry_fields
from controller.features.plans.queries import published_roots
from controller.features.reports.queries import as_aired_line, as_aired_lines
from controller.model.airings import Airing, StoredReceipt
from controller.model.archives import ReceiptRemoval, YearArchive
from controller.model.bulletins import Approved, Bulletin, Revision
from controller.model.evidence import AiringDocument, KeptDocument
from controller.model.fleet import Hardware, Node
from controller.model.journal import Entry
from controller.model.local_time import ZONE
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.model.reports import AsAired
from controller.store import Store, one_read
from devices.ids import AiringId

_AT_ONCE = 2000
"""Rows of one short read."""
NO_FILE, CHANGED, UNREADABLE, KEPT = (
    "archive.no-file",
    "archive.changed",
    "archive.unreadable",
    "archive.kept",
)
WAITS = {
    NO_FILE: "Không thấy tệp lưu trữ trên máy đang phát. Hãy để lại đúng tệp ấy vào thư mục lưu trữ.",
    CHANGED: "Tệp lưu trữ trên máy đang phát không còn đúng SHA-256 đã ghi. Hãy thay bằng bản sao đúng.",
    UNREADABLE: "Tệp lưu trữ trên máy đang phát không đọc được. Hãy xem ổ đĩa.",
    KEPT: "LOA_RECEIPTS_KEPT_YEARS của máy đang phát bảo giữ năm này.",
}
"""Why an ordered removal does not go on, by code. Nothing is deleted meanwhile."""
_RECEIPTS_OF = timedelta(minutes=30)
"""Receipts of this time are read at once: of 3,300 loudspeakers some 8,000 after a broadcast."""


@dataclass(frozen=True, slots=True)
class LogEnd:
    """How far both logs reach: numbers and hashes of their last entries, and the journal's tree."""

    journal: int = 0
    journal_hash: str = BEGINNING
    peaks: bytes = b""
    aired: int = 0
    aired_hash: str = BEGINNING


@dataclass(frozen=True, slots=True)
class YearSpan:
    """What an archive is of: all that was written down in [since, until), after `begin` up to `end`."""

    year: int
    since: datetime
    until: datetime
    begin: LogEnd
    end: LogEnd
    before: str
    """SHA-256 of the archive before it; empty for the first."""


@one_read
def archives(session: Session) -> list[ArchiveShown]:
    """Return all archives, newest first."""
    rows = session.scalars(select(YearArchive).order_by(YearArchive.year.desc()))
    return [archive_shown(session, row) for row in rows]


def archive_shown(session: Session, archive: YearArchive) -> ArchiveShown:
    """Return an archive with how far the removal of its receipts is."""
    shown = ArchiveShown.model_validate(archive, from_attributes=True)
    removal = session.get(ReceiptRemoval, archive.year)
    if removal is not None:
        shown.removal = RemovalShown(
            asked_at=removal.asked_at,
            went_through=removal.went_through,
            removed=removal.removed,
            waits=None if removal.waits is None else WAITS.get(removal.waits, removal.waits),
            ended_at=removal.ended_at,
        )
    return shown


@one_read
def year_to_archive(session: Session, now: datetime) -> int | None:
    """Return the first year that is over, has settled and has no archive; None: there is none."""
    last = session.scalar(select(func.max(YearArchive.until)))
    begun = last or _first_written(session)
    year = None if begun is None else begun.astimezone(ZONE).year
    return year if year is not None and now >= year_begins(year + 1) + SETTLED else None


def year_begins(year: int) -> datetime:
    """Return the first instant of a year in local time."""
    return datetime(year, 1, 1, tzinfo=ZONE).astimezone(UTC)


@one_read
def span_of(session: Session, year: int, now: datetime) -> YearSpan:
    """Return what an archive of a year holds; raise BadInput or Conflict where none can be made now."""
    until = year_begins(year + 1)
    if now < until + SETTLED:
        raise BadInput(
            f"Năm {year} chưa qua đủ {SETTLED.days} ngày nên chưa lưu trữ được: biên nhận muộn còn về.",
            code="archive.too-early",
        )
    last = session.scalars(select(YearArchive).order_by(YearArchive.year.desc()).limit(1)).first()
    if last is not None and last.year >= year:
        raise Conflict(f"Năm {year} đã có tệp lưu trữ hoặc đã nằm trong tệp sau đó.", code="archive.made")
    since = last.until if last is not None else _first_written(session) or until
    first = since.astimezone(ZONE).year
    if first < year:
        raise BadInput(f"Hãy lưu trữ năm {first} trước.", code="archive.earlier-first")
    if since >= until:
        raise BadInput(f"Năm {year} không có gì để lưu trữ.", code="archive.empty")
    begin = LogEnd() if last is None else _end_at(session, last.journal_last)
    newest = session.scalar(select(func.max(Entry.seq)).where(Entry.at < until)) or 0
    return YearSpan(year, since, until, begin, _end_at(session, newest), "" if last is None else last.sha256)


SETTLED = timedelta(days=31)
"""After a year: receipts of outages come in, and are in the archive of the year in which they came."""


def _first_written(session: Session) -> datetime | None:
    """Return when the journal began: nothing else was written down before."""
    return session.scalar(select(func.min(Entry.at)))


def _end_at(session: Session, journal: int) -> LogEnd:
    """Return both ends as the journal's first entries say them."""
    entry = session.get(Entry, journal)
    if entry is None:
        return LogEnd()
    if entry.peaks is None:
        raise Conflict("Nhật ký của bản cũ chưa có cây Merkle ở mục này.", code="archive.old-journal")
    vouched = select(Entry).where(Entry.act == VOUCHES, Entry.seq <= journal).order_by(Entry.seq.desc())
    named = session.scalars(vouched.limit(1)).first()
    aired = (0, BEGINNING) if named is None else (int(named.detail["last"]), str(named.detail["hash"]))
    return LogEnd(journal, entry.hash, entry.peaks, *aired)


def archive_lines(
    store: Store, span: YearSpan, province: str, root_public: str, now: datetime
) -> Iterator[str]:
    """Yield the lines of an archive, without its seal."""
    yield line(
        LinePart.HEADER,
        format=FORMAT,
        province=province,
        year=span.year,
        since=written(span.since),
        until=written(span.until),
        made_at=written(now),
        root_public=root_public,
        before=span.before,
        journal={
            "entries": span.begin.journal,
            "hash": span.begin.journal_hash,
            "peaks": span.begin.peaks.hex(),
        },
        as_aired={"entries": span.begin.aired, "hash": span.begin.aired_hash},
    )
    with store.read() as session:
        yield from _trust(session)
    yield from _airings(store, span)
    yield from _receipts(store, span)
    yield from _journal(store, span)
    yield from _as_aired(store, span)


def _trust(session: Session) -> Iterator[str]:
    yield line(LinePart.ROOTS, chain=published_roots(session).model_dump(mode="json"))
    kept = select(KeptDocument.payload).where(KeptDocument.kind == DocumentKind.KEYS)
    published = select(Published.payload).where(Published.kind == DocumentKind.KEYS, Published.payload != "")
    for payload in sorted({*session.scalars(kept), *session.scalars(published)}):
        yield line(LinePart.KEYS, signed=payload)
    query = select(Hardware, Node.name).join(Node, Node.id == Hardware.node).order_by(Hardware.node)
    for row, name in session.execute(query):
        ended = None if row.ended_at is None else written(row.ended_at)
        yield line(
            LinePart.NODE_KEY,
            node=row.node,
            name=name,
            public=row.public,
            enrolment=row.enrolment,
            issued_at=written(row.issued_at),
            ended_at=ended,
        )


def _airings(store: Store, span: YearSpan) -> Iterator[str]:
    """Yield texts with their approvals, signed documents, and what each airing rests on, as they come up."""
    at, after = span.since, AiringId("")
    told: set[object] = set()
    while True:
        with store.read() as session:
            rows: Sequence[Airing] = session.scalars(_airings_after(at, after, span.until)).all()
            for airing in rows:
                yield from _airing(session, airing, told)
        if len(rows) < _AT_ONCE:
            return
        at, after = rows[-1].starts_at, rows[-1].id


def _airings_after(at: datetime, after: AiringId, until: datetime) -> Select[Airing]:
    later = or_(Airing.starts_at > at, and_(Airing.starts_at == at, Airing.id > after))
    query = select(Airing).where(Airing.starts_at >= at, Airing.starts_at < until, later)
    return query.order_by(Airing.starts_at, Airing.id).limit(_AT_ONCE)


def _airing(session: Session, airing: Airing, told: set[object]) -> Iterator[str]:
    text = (airing.bulletin, airing.revision)
    if airing.revision is not None and text not in told:
        told.add(text)
        yield from _text(session, airing)
    documents = session.scalars(select(AiringDocument).where(AiringDocument.airing == airing.id)).all()
    for one in documents:
        name = (one.kind, one.target, one.version)
        if name not in told:
            told.add(name)
            kept = session.get_one(KeptDocument, name)
            yield line(
                LinePart.DOCUMENT,
                kind=kept.kind,
                target=kept.target,
                version=kept.version,
                signed=kept.payload,
            )
    yield line(
        LinePart.AIRING,
        airing=airing.id,
        bulletin=airing.bulletin,
        revision=airing.revision,
        recording=airing.recording,
        state=airing.state,
        starts_at=written(airing.starts_at),
        documents=sorted([one.kind.value, one.target, one.version] for one in documents),
    )


def _text(session: Session, airing: Airing) -> Iterator[str]:
    revision = session.get_one(Revision, (airing.bulletin, airing.revision))
    approved = session.get(Approved, (airing.bulletin, airing.revision))
    manner = revision.manner
    yield line(
        LinePart.TEXT,
        bulletin=airing.bulletin,
        revision=airing.revision,
        title=session.get_one(Bulletin, airing.bulletin).title,
        text=revision.text,
        issuer=manner.issuer,
        readings=manner.readings,
        own_words=list(revision.own_words),
        pace=revision.pace,
        register=revision.register,
        engine=revision.engine,
        voice=revision.voice,
        alert=revision.alert,
        approval=None if approved is None else approved.jws,
    )


def _receipts(store: Store, span: YearSpan) -> Iterator[str]:
    """Yield receipts in the order in which they came; times in which none came are skipped."""
    columns = (StoredReceipt.node, StoredReceipt.id, StoredReceipt.kid, StoredReceipt.sealed)
    at, order = StoredReceipt.received_at, (StoredReceipt.received_at, StoredReceipt.node, StoredReceipt.id)
    begin = span.since
    while True:
        with store.read() as session:
            first = session.scalar(select(func.min(at)).where(at >= begin, at < span.until))
            if first is None:
                return
            begin = min(first + _RECEIPTS_OF, span.until)
            rows = session.execute(select(*columns, at).where(at >= first, at < begin).order_by(*order))
            for node, name, kid, sealed, received_at in rows.yield_per(_AT_ONCE):
                signed = None if sealed is None or kid is None else unpack(sealed, kid)
                yield line(LinePart.RECEIPT, node=node, id=name, at=written(received_at), signed=signed)


def _journal(store: Store, span: YearSpan) -> Iterator[str]:
    after = span.begin.journal
    while after < span.end.journal:
        with store.read() as session:
            query = select(Entry).where(Entry.seq > after, Entry.seq <= span.end.journal)
            rows: Sequence[Entry] = session.scalars(query.order_by(Entry.seq).limit(_AT_ONCE)).all()
            yield from (canonical(entry_fields(entry)) for entry in rows)
        if not rows:
            return  # cut off: the verification of the file says so
        after = rows[-1].seq


def _as_aired(store: Store, span: YearSpan) -> Iterator[str]:
    after = span.begin.aired
    while after < span.end.aired:
        with store.read() as session:
            query = as_aired_lines(after).where(AsAired.seq <= span.end.aired).limit(_AT_ONCE)
            rows = session.execute(query).all()
            yield from (as_aired_line(row) for row in rows)
        if not rows:
            return
        after = rows[-1].seq
