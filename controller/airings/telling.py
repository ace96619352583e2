"""Tells people of what became of airings that they planned or wrote."""

from datetime import datetime

from sqlalchemy.orm import Session

from controller.airings.dividing import root_of
from controller.airings.foretelling import places, said_at
from controller.airings.planning import area_names
from controller.airings.queries import targets_of
from controller.airings.tables import Airing
from controller.bulletins.tables import Bulletin
from controller.notices.queries import unread_about
from controller.notices.tables import NoticeKind
from controller.notices.usecases import notify


def tell_not_agreed(session: Session, airing: Airing, bulletin: Bulletin, *, now: datetime) -> None:
    """Tell who planned and who wrote it that communes did not agree; of a schedule once, till it is read."""
    subject = airing.schedule or root_of(airing)
    known = unread_about(session, NoticeKind.NOT_AGREED, subject) if airing.schedule is not None else set()
    where = places(targets_of(session, [airing.id])[airing.id], area_names(session))
    sentence = (
        f"«{bulletin.title}» không phát lúc {said_at(airing.starts_at, now)} ở {where}. {airing.reason}"
    )
    people = {airing.created_by, bulletin.author} - known
    notify(session, people, NoticeKind.NOT_AGREED, subject, sentence, now=now)
