"""What phones that follow a commune are told of emergencies: that one began, and what ended it."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from controller.features.areas.queries import area_tree
from controller.features.notices.announcements import Told, announce, take_back_announced
from controller.model.airings import Airing
from controller.model.bulletins import Bulletin, Revision
from controller.model.emergencies import Emergency
from controller.model.emergency_states import USUAL_LENGTH, Kind
from controller.model.followers import AnnouncementKind
from devices.ids import AreaCode


def tell_begun(session: Session, row: Emergency, airing: Airing, *, now: datetime) -> None:
    """Have followers told what sounds: an alarm, or the all-clear that ends one; nothing of tests."""
    if row.kind is Kind.TEST:
        return
    query = (
        select(Bulletin.title, Revision.text)
        .join(Revision, and_(Revision.bulletin == Bulletin.id, Revision.number == airing.revision))
        .where(Bulletin.id == airing.bulletin)
    )
    title, text = session.execute(query).one()
    kind = AnnouncementKind.EMERGENCY if row.clears is None else AnnouncementKind.OVER
    until = airing.starts_at + max(timedelta(milliseconds=airing.duration_ms or 0), timedelta(minutes=5))
    until = until if row.clears is None else now + USUAL_LENGTH
    announce(session, Told(kind, row.clears or row.id, row.areas, title, text), now=now, until=until)


def tell_ended(
    session: Session, row: Emergency, areas: Collection[AreaCode] | None, *, is_replaced: bool, now: datetime
) -> None:
    """Tell nobody more of what ended (`areas`: only there); say so unless what replaces it is told there."""
    if row.kind is Kind.TEST:
        return
    was_told = take_back_announced(session, row.id, now=now, areas=areas)
    if not was_told or row.kind is not Kind.ALARM or is_replaced:
        return
    tree = area_tree(session)
    title = session.scalars(select(Bulletin.title).where(Bulletin.id == row.bulletin)).one()
    told = Told(
        AnnouncementKind.OVER,
        row.id,
        row.areas if areas is None else tree.outermost(tree.below(areas) & tree.below(row.areas)),
        f"Đã dừng: {title}",
        "Loa không phát thông báo khẩn này nữa.",
    )
    announce(session, told, now=now, until=now + USUAL_LENGTH)
