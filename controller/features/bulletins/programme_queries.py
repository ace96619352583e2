"""Reads of the pages about programmes: the list, what may be put into one, and what one holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from controller.features.accounts.admin_queries import name_of
from controller.features.accounts.scope import Scope
from controller.features.accounts.viewer import Viewer
from controller.features.bulletins.page_queries import titles_of
from controller.features.bulletins.programme_form import (
    KIND_WORDS,
    ProgrammeTyped,
    taken_apart,
    typed_programme,
)
from controller.features.bulletins.programmes import LONGEST_SILENCE, MOST_ITEMS
from controller.features.bulletins.queries import get_revision, items_of, visible_bulletin
from controller.features.bulletins.topics import topics
from controller.features.drafts.queries import NEW_PROGRAMME, draft_of
from controller.model.accounts import Account
from controller.model.bulletin_states import (
    BulletinAction,
    BulletinId,
    BulletinState,
    ItemKind,
    RevisionKind,
    actions,
)
from controller.model.bulletins import Bulletin, ProgrammeItem, Recording, Rendering, Revision
from controller.model.permissions import Act
from controller.store import one_read
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


@one_read
def visible_programmes(session: Session, scope: Scope) -> list[Listed]:
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


def place_of(bulletin: Bulletin | None) -> str:
    """Return the key under which a programme's typed draft is stored."""
    return NEW_PROGRAMME if bulletin is None else bulletin.id


@one_read
def programme_to_write(
    session: Session, viewer: Viewer, bulletin_id: str | None
) -> tuple[Bulletin | None, ProgrammeTyped, datetime | None] | None:
    """Return a programme (None: a new one), its form as it is typed, and when that was kept.

    None where nothing may be changed: by this person, in this state, or because it is no programme.
    """
    bulletin = None if bulletin_id is None else visible_bulletin(session, viewer.scope, bulletin_id)
    kept = draft_of(session, viewer.operator.id, place_of(bulletin))
    if bulletin is None:
        form = ProgrammeTyped() if kept is None else typed_programme(kept.fields)
        return None, form, None if kept is None else kept.saved_at
    kind = get_revision(session, bulletin.id, bulletin.revision).kind
    may = viewer.scope.may(viewer.operator, Act.WRITE, [bulletin.area])
    if kind is not RevisionKind.PROGRAMME or BulletinAction.REVISE not in actions(bulletin.state) or not may:
        return None
    if kept is None:
        rows, topic = items_of(session, bulletin.id, bulletin.revision), bulletin.topic or ""
        form = taken_apart(bulletin.title, rows, again=bulletin.again_if_preempted, topic=topic)
        return bulletin, form, None
    form = typed_programme(kept.fields)
    if form.based_on is None and kept.saved_at > bulletin.changed_at:
        form = replace(form, based_on=bulletin.revision)
    return bulletin, form, kept.saved_at


@one_read
def programme_form(
    session: Session,
    scope: Scope,
    form: ProgrammeTyped,
    bulletin: Bulletin | None,
    *,
    kept_at: datetime | None,
    number: str,
) -> dict[str, Any]:
    """Return what the form of a programme shows; `number`: which form it is, if it has none yet."""
    may_choose = choices(session, scope)
    there = {one.id: one for one in may_choose}
    based_on = bulletin.revision if bulletin else None
    shown = replace(form, items=form.items[:MOST_ITEMS], based_on=based_on, number=form.number or number)
    return {
        "form": shown,
        "newer": _newer(session, bulletin, form, is_kept=kept_at is not None),
        "bulletin": bulletin,
        "draft": place_of(bulletin),
        "kept_at": kept_at,
        "topics": topics(session),
        "topic": form.topic,
        "choices": may_choose,
        "titles": titles_of(session, [one.bulletin for one in form.items if one.bulletin is not None]),
        "there": there,
        "total_ms": sum(there[one.bulletin].duration_ms for one in form.items if one.bulletin in there),
        "kind_words": KIND_WORDS,
        "longest_silence": LONGEST_SILENCE,
        "most": MOST_ITEMS,
        "place": f"/chuong-trinh/{bulletin.id}/sua" if bulletin else "/chuong-trinh/tao",
    }


def _newer(
    session: Session, bulletin: Bulletin | None, form: ProgrammeTyped, *, is_kept: bool
) -> dict[str, Any] | None:
    """Return what somebody else saved since the person began; None: nothing."""
    is_old = is_kept if form.based_on is None else bulletin and form.based_on != bulletin.revision
    if bulletin is None or not is_old:
        return None
    revision = get_revision(session, bulletin.id, bulletin.revision)
    return {
        "by": name_of(session, revision.author),
        "at": revision.created_at,
        "number": revision.number,
        "lines": lines_of(session, bulletin.id, bulletin.revision),
    }
