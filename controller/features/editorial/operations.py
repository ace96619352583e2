"""What pages and JSON both do with what somebody writes: one transaction each, then the station is woken."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from controller.features.accounts.viewer import Viewer
from controller.features.airings.planning import BroadcastRequest, plan_foreseen
from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.bulletins.topics import set_topic
from controller.features.imports.legal_references import Reference
from controller.features.legal_acts.service import name_reference
from controller.http.station import Station
from controller.model.area_tree import AreaTree
from controller.model.bulletin_states import BulletinId, TopicCode
from controller.model.bulletins import Bulletin
from controller.model.wording import PLAIN, Manner
from devices.ids import AiringId, AreaCode


@dataclass(frozen=True, slots=True)
class WrittenBulletin:
    """A bulletin as somebody wrote it: its words, how they are read, and what they are about."""

    title: str
    text: str
    topic: TopicCode | None = None
    reference: Reference | None = None
    manner: Manner = PLAIN


def write_down(
    session: Session, station: Station, viewer: Viewer, written: WrittenBulletin, area: AreaCode | None = None
) -> Bulletin:
    """Keep it as a draft, with its topic and its legal act."""
    by, now = viewer.operator, station.now()
    bulletin = draft_bulletin(
        session, title=written.title, text=written.text, by=by, now=now, area=area, manner=written.manner
    )
    if written.topic is not None:
        set_topic(session, bulletin.id, written.topic, by=by, now=now)
    name_reference(session, bulletin.id, written.reference, by=by, now=now)
    return bulletin


def hand_in(
    station: Station, viewer: Viewer, written: WrittenBulletin, broadcast: BroadcastRequest
) -> tuple[BulletinId, AiringId]:
    """Write a bulletin with its legal act, submit it and plan its airing: all of it, or nothing."""
    now = station.now()
    with station.store.write() as session:
        area = meeting(viewer.scope.tree, broadcast.areas, viewer.operator.area)
        bulletin = write_down(session, station, viewer, written, area)
        submit_bulletin(session, bulletin.id, by=viewer.operator, now=now, speech=station.speech)
        airing_id = plan_foreseen(session, bulletin.id, broadcast, by=viewer.operator, now=now).id
        bulletin_id = bulletin.id
    station.wake()
    return bulletin_id, airing_id


def meeting(tree: AreaTree, areas: Collection[AreaCode], home: AreaCode) -> AreaCode:
    """Return the area that a bulletin for these belongs to: the one itself, or where their ways up meet."""
    known = [tree.lineage(area) for area in areas if area in tree]
    if not known:
        return home
    return next((area for area in known[0] if all(area in lineage for lineage in known)), home)
