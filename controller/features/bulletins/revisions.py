"""The wordings of a bulletin in time order, and the search for bulletins."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.journal.queries import entries_of
from controller.model.accounts import Account
from controller.model.bulletin_states import BulletinId, BulletinState
from controller.model.bulletins import Approved, Bulletin, Rendering, Revision
from controller.model.plain_text import plain
from controller.store import one_read

SEARCHED = 2000
"""Bulletins that a search looks through, the newest first: some hundredths of a second of folding."""
_FOUND = 100
_STEPS = 100
BULLETIN_ACTS = {
    "bulletin.drafted": "Soạn bản nháp",
    "bulletin.revised": "Sửa",
    "programme.drafted": "Soạn chương trình",
    "programme.revised": "Sửa các mục của chương trình",
    "bulletin.reference_set": "Ghi văn bản pháp luật",
    "bulletin.submitted": "Gửi duyệt",
    "bulletin.recalled": "Lấy lại để sửa",
    "bulletin.cloned": "Tạo bản sao từ bản tin khác",
    "bulletin.approved": "Duyệt",
    "bulletin.approval-refused": "Duyệt không được: sai mật khẩu",
    "bulletin.returned": "Trả lại",
    "bulletin.commented": "Góp ý một câu",
    "bulletin.corrected": "Sửa lỗi gõ khi duyệt",
    "bulletin.withdrawn": "Rút bản tin",
}


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One act of a bulletin's history in words."""

    at: datetime
    by: str
    what: str
    reason: str


@one_read
def steps_of(session: Session, bulletin_id: str) -> list[HistoryStep]:
    """Return what was done with a bulletin, the newest first, from the journal."""
    found = entries_of(session, bulletin_id, _STEPS)
    query = select(Account.id, Account.display_name).where(Account.id.in_({one.by for one in found}))
    names: Mapping[str, str] = {who: name for who, name in session.execute(query)}  # noqa: C416 - typed rows
    return [
        HistoryStep(
            one.at,
            names.get(one.by, ""),
            BULLETIN_ACTS[one.act],
            _said(one.detail),
        )
        for one in found
        if one.act in BULLETIN_ACTS
    ]


def _said(detail: Mapping[str, Any]) -> str:
    return str(detail.get("reason") or detail.get("comment") or detail.get("places") or "")


@one_read
def display_names(session: Session, names: Collection[str]) -> dict[str, str]:
    """Return people's display names by sign-in name."""
    query = select(Account.name, Account.display_name).where(Account.name.in_(names))
    return {name: shown for name, shown in session.execute(query)}  # noqa: C416 - typed rows


def compared_with(session: Session, bulletin: Bulletin) -> Revision | None:
    """Return the wording that an approver knows: the last one approved, else the last one handed in.

    Of a copy that has none of its own yet, the wording that it was made from, if an approver knows that.
    """
    own = _known(session, bulletin.id, Revision.number < bulletin.revision)
    if own is not None or bulletin.cloned_from is None:
        return own
    return _known(session, bulletin.cloned_from, Revision.number == bulletin.cloned_revision)


def _known(session: Session, bulletin_id: BulletinId, which: ColumnElement[bool]) -> Revision | None:
    query = (
        select(Revision, Approved.approved_at)
        .outerjoin(
            Approved, and_(Approved.bulletin == Revision.bulletin, Approved.revision == Revision.number)
        )
        .outerjoin(
            Rendering, and_(Rendering.bulletin == Revision.bulletin, Rendering.revision == Revision.number)
        )
        .where(Revision.bulletin == bulletin_id, which)
        .where(or_(Approved.approved_at.is_not(None), Rendering.id.is_not(None)))
        .order_by(Approved.approved_at.is_(None), Revision.number.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return None if row is None else row[0]


@one_read
def bulletins_found(
    session: Session, scope: Scope, wanted: str, states: Sequence[BulletinState] = ()
) -> list[tuple[Bulletin, str]]:
    """Return bulletins with their authors' names, last changed first; every word wanted is in title or text.

    Marks do not count, and đ is d. Looks through the newest `SEARCHED`.
    """
    query = (
        select(Bulletin, Account.display_name, Revision.text)
        .join(Account, Account.id == Bulletin.author)
        .join(Revision, and_(Revision.bulletin == Bulletin.id, Revision.number == Bulletin.revision))
        .order_by(Bulletin.changed_at.desc(), Bulletin.id.desc())
        .limit(SEARCHED)
    )
    if states:
        query = query.where(Bulletin.state.in_(states))
    if not scope.is_whole():
        query = query.where(Bulletin.area.in_(scope.seen))
    parts = plain(wanted).split()
    rows = session.execute(query)
    hits = (
        (bulletin, author)
        for bulletin, author, text in rows
        if not parts or _holds(plain(f"{bulletin.title}\n{text}"), parts)
    )
    return list(islice(hits, _FOUND))


def _holds(text: str, parts: Sequence[str]) -> bool:
    return all(part in text for part in parts)
