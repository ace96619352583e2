"""Reads of the page Nhật ký: entries by who, what, when and where, and what they speak of by name."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from controller.features.journal.chain import BEGINNING, hash_of, verify
from controller.features.journal.export import sealed
from controller.features.journal.queries import export, hashed_fields
from controller.features.journal.service import STATION
from controller.features.reports.queries import export_as_aired
from controller.http.journal_words import KINDS
from controller.model.accounts import Account, HeldKey
from controller.model.airings import Airing, Target
from controller.model.bulletins import Bulletin
from controller.model.chimes import Chime
from controller.model.fleet import Node
from controller.model.journal import Entry
from controller.model.lexicon import LexiconEntry
from controller.model.schedules import Schedule, ScheduleTarget
from controller.model.templates import BulletinTemplate
from controller.store import Store, one_read
from controller.store.engine import JournalSigner
from devices.ids import AreaCode, Role

PAGE = 50
"""Entries of one page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; empty fields ask for nothing."""

    by: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    areas: Collection[AreaCode] | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class JournalPage:
    """One page of entries, whether older ones follow, and names for who acted and what it was about."""

    entries: Sequence[Entry]
    has_older: bool
    people: Mapping[str, str]
    subjects: Mapping[str, str]
    places: Mapping[str, str]
    """Where a subject can be looked at."""
    unsound: frozenset[int]
    """Entries whose content does not fit their own hash, or that do not follow the one before."""


@one_read
def find_entries(session: Session, wanted: Wanted) -> JournalPage:
    """Return a page of entries, newest first; a constant number of queries."""
    query = select(Entry).where(*_conditions(wanted)).order_by(Entry.seq.desc()).limit(PAGE + 1)
    rows = list(session.scalars(query))
    entries = rows[:PAGE]
    accounts = session.execute(select(Account.id, Account.display_name))
    people: dict[str, str] = {account: name for account, name in accounts}  # noqa: C416 - typed rows
    named = _named(session, {entry.subject for entry in entries})
    return JournalPage(
        entries=entries,
        has_older=len(rows) > PAGE,
        people={STATION: "Hệ thống", **people},
        subjects={subject: name for subject, (name, _) in named.items()} | people,
        places={subject: place for subject, (_, place) in named.items() if place},
        unsound=_unsound(session, rows),
    )


@one_read
def whole_chain(session: Session) -> int:
    """Check the whole journal by the station's public keys; return its length, or raise JournalBroken."""
    keys = session.scalars(select(HeldKey.public).where(HeldKey.role == Role.STATION)).all()
    return verify(export(session), keys).entries


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.by:
        found.append(Entry.by == wanted.by)
    if wanted.kind in KINDS:
        found.append(or_(*(Entry.act.startswith(start, autoescape=True) for start in KINDS[wanted.kind][1])))
    if wanted.since is not None:
        found.append(Entry.at >= wanted.since)
    if wanted.until is not None:
        found.append(Entry.at < wanted.until)
    if wanted.areas is not None:
        found.append(_about(wanted.areas))
    if wanted.before is not None:
        found.append(Entry.seq < wanted.before)
    return found


def _about(areas: Collection[AreaCode]) -> ColumnElement[bool]:
    """Entries about a thing of these areas: the area itself, or what belongs or is meant to go there."""
    codes = frozenset(areas)
    return or_(
        Entry.subject.in_(codes),
        Entry.subject.in_(select(Bulletin.id).where(Bulletin.area.in_(codes))),
        Entry.subject.in_(select(Target.airing).where(Target.area.in_(codes))),
        Entry.subject.in_(select(ScheduleTarget.schedule).where(ScheduleTarget.area.in_(codes))),
        Entry.subject.in_(select(Node.id).where(Node.area.in_(codes))),
        Entry.subject.in_(select(LexiconEntry.id).where(LexiconEntry.area.in_(codes))),
        Entry.subject.in_(select(BulletinTemplate.id).where(BulletinTemplate.area.in_(codes))),
        Entry.subject.in_(select(Chime.id).where(Chime.area.in_(codes))),
        Entry.subject.in_(select(Account.id).where(Account.area.in_(codes))),
    )


def _named(session: Session, subjects: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return name and address of what entries speak of."""
    asked = frozenset(subjects)
    rows: list[tuple[str, str, str]] = []
    for bulletin, title in session.execute(select(Bulletin.id, Bulletin.title).where(Bulletin.id.in_(asked))):
        rows.append((bulletin, title, f"/ban-tin/{bulletin}"))
    airings = select(Airing.id, Bulletin.title).join(Bulletin).where(Airing.id.in_(asked))
    for airing, title in session.execute(airings):
        rows.append((airing, title, f"/phat/{airing}"))
    schedules = select(Schedule.id, Bulletin.title).join(Bulletin).where(Schedule.id.in_(asked))
    for schedule, title in session.execute(schedules):
        rows.append((schedule, title, ""))
    for node, name in session.execute(select(Node.id, Node.name).where(Node.id.in_(asked))):
        rows.append((node, name, f"/cum-loa/{node}"))
    words = select(LexiconEntry.id, LexiconEntry.written).where(LexiconEntry.id.in_(asked))
    for entry, word in session.execute(words):
        rows.append((entry, f"«{word}»", ""))
    drafts = select(BulletinTemplate.id, BulletinTemplate.title).where(BulletinTemplate.id.in_(asked))
    for template, title in session.execute(drafts):
        rows.append((template, f"«{title}»", ""))
    return {subject: (name, place) for subject, name, place in rows}


def _unsound(session: Session, rows: Sequence[Entry]) -> frozenset[int]:
    """Return which entries do not fit their hash, or name another hash before them than stands there."""
    before = {entry.seq: entry.hash for entry in rows}
    lacking = {entry.seq - 1 for entry in rows} - before.keys() - {0}
    others = select(Entry.seq, Entry.hash).where(Entry.seq.in_(lacking))
    before |= {seq: digest for seq, digest in session.execute(others)}  # noqa: C416 - typed rows
    before[0] = BEGINNING
    return frozenset(
        entry.seq
        for entry in rows
        if hash_of(hashed_fields(entry)) != entry.hash or before.get(entry.seq - 1) != entry.previous
    )


def sealed_lines(store: Store, signer: JournalSigner, now: datetime) -> Iterator[str]:
    """Yield the journal, the as-aired log, and the seal over both; of one instant."""
    with store.read() as session:
        yield from sealed(export(session), export_as_aired(session), signer, now)
