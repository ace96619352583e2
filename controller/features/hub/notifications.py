"""Who is told of documents: what the hub handed down, and what it names no longer after it was taken."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from controller.features.accounts.queries import nearest_who_may
from controller.features.notices.queries import unread_counts
from controller.features.notices.service import notify, reopen, take_back
from controller.http.words import GRADE_WORDS, short_day
from controller.model.bulletin_states import BulletinState
from controller.model.bulletins import Bulletin
from controller.model.hub import HubDocument
from controller.model.notices import NoticeKind
from controller.model.permissions import Act

_MOST_UNREAD: Final = 10
"""Notices of new documents to one person: who has as many unread finds the others beside them on the page."""
_SAME: Final = timedelta(days=1)
"""A feed may change each few minutes; so long, a document that is gone again opens the former notice."""


def tell_of_new(session: Session, row: HubDocument, now: datetime) -> None:
    """Tell those who may take a document that it came."""
    sentence = (
        f"Trung tâm đưa xuống «{row.title}»: mức {GRADE_WORDS[row.grade].lower()}, được phát đến "
        f"{short_day(row.expires_at)}. Nhận về rồi đặt giờ."
    )
    takers = nearest_who_may(session, Act.WRITE, row.area)
    unread = unread_counts(session, NoticeKind.DOCUMENT_CAME, takers)
    told = {person for person in takers if unread.get(person, 0) < _MOST_UNREAD}
    notify(session, told, NoticeKind.DOCUMENT_CAME, row.sha256, sentence, now=now)


def tell_of_gone(session: Session, row: HubDocument, now: datetime) -> None:
    """Tell those who may withdraw a taken document that the hub names it no longer before its end.

    It is not withdrawn by itself: who holds the hub's key could silence a province so.
    """
    take_back(session, NoticeKind.DOCUMENT_CAME, row.sha256, "Trung tâm không còn nêu.", now=now)
    bulletin = session.get(Bulletin, row.bulletin) if row.bulletin else None
    if bulletin is None or bulletin.state is BulletinState.WITHDRAWN or row.expires_at <= now:
        return
    sentence = (
        f"Trung tâm không còn nêu «{row.title}», mà đài đã nhận về. Hãy hỏi Bộ; nếu Bộ đã rút thì rút "
        "bản tin này, các lượt đã đặt sẽ không phát."
    )
    people = nearest_who_may(session, Act.WITHDRAW, bulletin.area)
    people |= set() if row.taken_by is None else {row.taken_by}
    told = reopen(session, NoticeKind.DOCUMENT_GONE, bulletin.id, sentence, since=now - _SAME)
    notify(session, people - told, NoticeKind.DOCUMENT_GONE, bulletin.id, sentence, now=now)


def tell_of_named_again(session: Session, row: HubDocument, now: datetime) -> None:
    """Close what was told of a document that was gone."""
    if row.bulletin is not None:
        take_back(session, NoticeKind.DOCUMENT_GONE, row.bulletin, "Trung tâm đã nêu lại.", now=now)
