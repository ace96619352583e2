"""What pages and JSON both do: use cases put together, one transaction each, the station woken afterwards."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from controller.airings.planning import Meeting, plan_foreseen
from controller.airings.usecases import DEFAULT_VOLUME
from controller.areas.tree import AreaTree
from controller.bulletins.lifecycle import BulletinId
from controller.bulletins.queries import get_bulletin
from controller.bulletins.tables import Bulletin
from controller.bulletins.usecases import draft_bulletin, submit_bulletin
from controller.errors import NotFound
from controller.operators.permissions import Operator
from controller.web.station import Station
from controller.web.viewer import Viewer
from devices.messages import AiringId, AreaCode, Grade


@dataclass(frozen=True, slots=True)
class Wish:
    """Where, when and how a bulletin shall be heard."""

    areas: Collection[AreaCode]
    starts_at: datetime
    latest_start_at: datetime | None = None
    grade: Grade = Grade.ROUTINE
    volume: int = DEFAULT_VOLUME
    meeting: Meeting = Meeting.REFUSE


def hand_in(
    station: Station, viewer: Viewer, *, title: str, text: str, wish: Wish
) -> tuple[BulletinId, AiringId]:
    """Write a bulletin, submit it and plan its airing: all of it, or nothing."""
    now = station.now()
    with station.store.write() as session:
        area = meeting(viewer.scope.tree, wish.areas, viewer.operator.area)
        bulletin = draft_bulletin(session, title=title, text=text, by=viewer.operator, now=now, area=area)
        submit_bulletin(session, bulletin.id, by=viewer.operator, now=now, speech=station.speech)
        airing_id = plan(session, viewer.operator, bulletin.id, wish, now)
        bulletin_id = bulletin.id
    station.poke()
    return bulletin_id, airing_id


def plan(
    session: Session, operator: Operator, bulletin_id: BulletinId, wish: Wish, now: datetime
) -> AiringId:
    """Plan one airing as wished, or raise what stands against it."""
    airing = plan_foreseen(
        session,
        bulletin_id,
        areas=wish.areas,
        starts_at=wish.starts_at,
        latest_start_at=wish.latest_start_at,
        grade=wish.grade,
        volume=wish.volume,
        meeting=wish.meeting,
        by=operator,
        now=now,
    )
    return airing.id


def meeting(tree: AreaTree, areas: Collection[AreaCode], home: AreaCode) -> AreaCode:
    """Return the area that a bulletin for these belongs to: the one itself, or where their ways up meet."""
    known = [tree.lineage(area) for area in areas if area in tree]
    if not known:
        return home
    return next((area for area in known[0] if all(area in lineage for lineage in known)), home)


def seen_bulletin(session: Session, viewer: Viewer, bulletin_id: str) -> Bulletin:
    """Return the bulletin, or raise NotFound: one outside the person's view is not there."""
    bulletin = get_bulletin(session, BulletinId(bulletin_id))
    if bulletin.area not in viewer.scope.hears and bulletin.area not in viewer.scope.seen:
        raise NotFound("Bản tin này không thuộc địa bàn của bạn.", code="bulletin.unknown")
    return bulletin
