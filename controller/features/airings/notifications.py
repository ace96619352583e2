"""Notices to people about airings that they planned or wrote."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.airings.conflict_messages import places, when_words
from controller.features.airings.lateness import Forecast, forecast_sentence
from controller.features.airings.planning import area_names
from controller.features.airings.queries import get_airing, targets_of
from controller.features.airings.split import root_of
from controller.features.areas.queries import top_area
from controller.features.bulletins.queries import get_bulletin
from controller.features.notices.queries import unread_about
from controller.features.notices.service import notify, take_back
from controller.model.airings import Airing
from controller.model.bulletins import Approved, Bulletin
from controller.model.notices import Notice, NoticeKind
from devices.ids import AiringId


def tell_not_agreed(session: Session, airing: Airing, bulletin: Bulletin, *, now: datetime) -> None:
    """Notify planner and author that communes did not agree; for a schedule once, until it is read."""
    subject = airing.schedule or root_of(airing)
    known = unread_about(session, NoticeKind.NOT_AGREED, subject) if airing.schedule is not None else set()
    where = places(targets_of(session, [airing.id])[airing.id], area_names(session))
    sentence = (
        f"«{bulletin.title}» không phát lúc {when_words(airing.starts_at, now)} ở {where}. {airing.reason}"
    )
    people = {airing.created_by, bulletin.author} - known
    notify(session, people, NoticeKind.NOT_AGREED, subject, sentence, now=now)


def tell_missed(session: Session, airing: Airing, *, now: datetime) -> None:
    """Notify planner and author that nothing sounded; for a schedule once, until it is read."""
    if airing.node is not None:  # a test of one loudspeaker: its person stands before it
        return
    bulletin = get_bulletin(session, airing.bulletin)
    subject = airing.schedule or airing.id
    known = unread_about(session, NoticeKind.AIRING_MISSED, subject) if airing.schedule is not None else set()
    sentence = f"«{bulletin.title}» không phát được lúc {when_words(airing.starts_at, now)}. {airing.reason}"
    people = {airing.created_by, bulletin.author} - known
    notify(session, people, NoticeKind.AIRING_MISSED, subject, sentence, now=now)


def tell_late(session: Session, airing_id: AiringId, forecast: Forecast, *, now: datetime) -> None:
    """Notify the author, and for the province's airings the approver, that it is late for many nodes."""
    airing = get_airing(session, airing_id)
    bulletin = get_bulletin(session, airing.bulletin)
    people = {bulletin.author}
    if top_area(session).code in targets_of(session, [airing_id])[airing_id]:
        approved = session.get(Approved, (airing.bulletin, airing.revision))
        people |= set() if approved is None else {approved.approver}
    sentence = f"«{bulletin.title}»: {forecast_sentence(forecast, airing.starts_at, now)}"
    notify(session, people, NoticeKind.DELIVERY_LATE, airing_id, sentence, now=now)


def tell_caught_up(session: Session, airing_id: AiringId, forecast: Forecast, *, now: datetime) -> None:
    """Close the notice of `tell_late`: all reachable nodes have it now."""
    starts_at = get_airing(session, airing_id).starts_at
    word = f"Sau đó đã gửi kịp: {forecast_sentence(forecast, starts_at, now)}"
    take_back(session, NoticeKind.DELIVERY_LATE, airing_id, word, now=now)


def notified_late(session: Session, airings: Collection[AiringId]) -> set[str]:
    """Return the airings for which people were notified of lateness."""
    query = select(Notice.subject).where(Notice.kind == NoticeKind.DELIVERY_LATE, Notice.subject.in_(airings))
    return set(session.scalars(query))
