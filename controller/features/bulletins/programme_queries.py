"""Reads of the pages about programmes: the list, what may be put into one, and what one holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.bulletins.page_queries import titles_of
from controller.features.bulletins.programme_form import KIND_WORDS
from controller.features.bulletins.queries import items_of
from controller.model.accounts import Account
from controller.model.bulletin_states import BulletinId, BulletinState, ItemKind, RevisionKind
from controller.model.bulletins import Bulletin, ProgrammeItem, Recording, Rendering, Revision
from devices.ids import RecordingId

_MOST = 200
_Columns = TypeVarTuple("_Columns")


@dataclass(frozen=True, slots=True)
class Listed:
    """A programme as the list shows it; `duration_ms` None: its recording is not made yet."""

    bulletin: Bulletin
    author: str
    items: int
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class BulletinChoice:
    """An approved bulletin that may be put into a programme."""

    id: BulletinId
    title: str
    duration_ms: int
    recording: RecordingId | None


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """An item of a programme in words."""

    kind: ItemKind
    what: str
    words: str
    bulletin: BulletinId | None


def _newest(query: Select[*_Columns], scope: Scope) -> Select[*_Columns]:
    """Return the query over newest wordings, with their recordings, of what the person sees."""
    query = (
        query.join(Revision, and_(Revision.bulletin == Bulletin.id, Revision.number == Bulletin.revision))
        .outerjoin(
            Rendering, and_(Rendering.bulletin == Bulletin.id, Rendering.revision == Bulletin.revision)
        )
        .outerjoin(Recording, Recording.id == Rendering.recording)
        .order_by(Bulletin.changed_at.desc(), Bulletin.id.desc())
        .limit(_MOST)
    )
    return query if scope.is_whole() else query.where(Bulletin.area.in_(scope.seen))


def programmes_seen(session: Session, scope: Scope) -> list[Listed]:
    """Return the programmes that the person may see, last changed first; one query."""
    items = (
        select(func.count())
        .where(ProgrammeItem.bulletin == Bulletin.id, ProgrammeItem.revision == Bulletin.revision)
        .scalar_subquery()
    )
    query = select(Bulletin, Account.display_name, items, Recording.duration_ms)
    query = query.join(Account, Account.id == Bulletin.author)
    rows = session.execute(_newest(query, scope).where(Revision.kind == RevisionKind.PROGRAMME))
    return [Listed(*row) for row in rows]


def choices(session: Session, scope: Scope) -> list[BulletinChoice]:
    """Return what may be put into a programme: approved, no test, no variant, no programme itself."""
    query = select(Bulletin.id, Bulletin.title, Recording.duration_ms, Recording.id)
    query = _newest(query, scope).where(
        Bulletin.state == BulletinState.APPROVED,
        Bulletin.variant_of.is_(None),
        ~Bulletin.test,
        Revision.kind != RevisionKind.PROGRAMME,
    )
    return [
        BulletinChoice(bulletin, title, duration or 0, recording)
        for bulletin, title, duration, recording in session.execute(query)
    ]


def lines_of(session: Session, bulletin_id: BulletinId, revision: int) -> list[ProgrammeLine]:
    """Return a programme's items in words; none of what is no programme."""
    rows = items_of(session, bulletin_id, revision)
    titles = titles_of(session, [row.item for row in rows if row.item is not None]) if rows else {}
    return [ProgrammeLine(row.kind, KIND_WORDS[row.kind], _words(row, titles), row.item) for row in rows]


def _words(row: ProgrammeItem, titles: Mapping[BulletinId, str]) -> str:
    if row.item is not None:
        return titles.get(row.item, "")
    return f"{row.seconds} giây" if row.kind is ItemKind.SILENCE else row.text or ""


def titles_in(session: Session, items: Sequence[BulletinId | None]) -> dict[BulletinId, str]:
    """Return the titles of the bulletins that a form names."""
    return titles_of(session, [one for one in items if one is not None])
