"""Reads of airings for pages and programs: a constant number of queries, however many nodes there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.scope import Scope
from controller.features.airings.consent import standings
from controller.features.airings.heard import heard_whole, whole_ms
from controller.features.airings.queries import (
    Aims,
    newest_to,
    reach_by_area,
    reaches,
    start_spread,
    still_open,
    targets_of,
)
from controller.features.airings.split import parts_with, turns_of_each
from controller.features.airings.views import AiringView, Tile
from controller.features.bulletins.in_force import approved_until
from controller.features.bulletins.page_queries import MOST_LINES
from controller.features.fleet.counts import statuses_by_area
from controller.features.fleet.signs import ONLINE
from controller.features.fleet.status import NodeStatus
from controller.model.airing_states import OPEN, AiringState
from controller.model.airings import Airing, Delivery, StoredReceipt, Target
from controller.model.bulletin_states import BulletinId, BulletinState
from controller.model.bulletins import Bulletin
from controller.model.fleet import Node
from controller.model.schedule_states import ScheduleId
from controller.store import one_read
from devices.ids import AiringId, AreaCode, NodeId

MOST_AIRINGS = 100


@dataclass(frozen=True, slots=True)
class AiringList:
    """Which airings a list holds, all or by a condition, and in which order.

    `few`: the condition matches few airings of all years, so their areas are read for these airings,
    instead of reading all airings of the person's areas.
    """

    condition: ColumnElement[bool] | None = None
    newest_first: bool = False
    limit: int = MOST_AIRINGS
    few: bool = False


@one_read
def airing_views(
    session: Session,
    scope: Scope,
    condition: ColumnElement[bool] | None = None,
    *,
    newest_first: bool = False,
    limit: int = MOST_AIRINGS,
    few: bool = False,
) -> list[AiringView]:
    """Return one list of airings, as `airing_lists` does."""
    asked = AiringList(condition, newest_first=newest_first, limit=limit, few=few)
    return airing_lists(session, scope, asked)[0]


def airing_lists(session: Session, scope: Scope, *asked: AiringList) -> list[list[AiringView]]:
    """Return lists of airings that the person may see, with their reach there: a query each, a few for all.

    An airing of two lists is one view.
    """
    lists = [
        [
            (airing, _AiredText(title, state, revision, until))
            for airing, title, state, revision, until in session.execute(_airings(scope, one))
        ]
        for one in asked
    ]
    rows = {airing.id: (airing, text) for found in lists for airing, text in found}
    targets = targets_of(session, rows)
    reach = reaches(session, rows, None if scope.is_whole() else scope.seen, Aims(scope.tree, targets))
    wide = [airing for airing, _ in rows.values() if airing.node is None]
    said = standings(session, wide, targets, tree=scope.tree)
    turns = turns_of_each(session, [airing for airing, _ in rows.values()], targets)
    views = {}
    for airing, text in rows.values():
        view = _view(airing, text, scope, targets.get(airing.id, ()))
        view.awaits_yes = airing.id in said and not said[airing.id].unanswered.isdisjoint(scope.seen)
        view.turns = turns[airing.id]
        if airing.id in reach:
            view.reach = reach[airing.id]
        views[airing.id] = view
    return [[views[airing.id] for airing, _ in found] for found in lists]


@one_read
def airings_to_come(session: Session, scope: Scope, *, limit: int) -> list[AiringView]:
    """Return airings that have not ended, the next one first."""
    return airing_views(session, scope, still_open(), limit=limit)


@one_read
def ended_airings(session: Session, scope: Scope, *, limit: int) -> list[AiringView]:
    """Return airings that have ended, the newest first."""
    return airing_views(session, scope, Airing.state.not_in(OPEN), newest_first=True, limit=limit)


def airings_of_bulletin(session: Session, scope: Scope, bulletin: BulletinId) -> list[AiringView]:
    """Return the airings of a bulletin, the newest first."""
    return airing_views(session, scope, Airing.bulletin == bulletin, newest_first=True)


def past_of_schedule(
    session: Session, scope: Scope, schedule: ScheduleId, *, now: datetime, limit: int
) -> list[AiringView]:
    """Return what was aired by a schedule, or should have been, the newest first."""
    is_past = (Airing.schedule == schedule) & (Airing.starts_at < now)
    return airing_views(session, scope, is_past, newest_first=True, limit=limit)


class _AiredText(NamedTuple):
    """What a list says of an airing's bulletin; its whole row would cost as much as the airing's."""

    title: str
    state: BulletinState
    revision: int
    approved_until: datetime | None


@cache
def _with_texts() -> Select[Airing, str, BulletinState, int, datetime | None]:
    text = (Bulletin.title, Bulletin.state, Bulletin.revision)
    return select(Airing, *text, approved_until()).join(Bulletin, Bulletin.id == Airing.bulletin)


def _airings(scope: Scope, asked: AiringList) -> Select[Airing, str, BulletinState, int, datetime | None]:
    newest, oldest = (Airing.starts_at.desc(), Airing.id.desc()), (Airing.starts_at, Airing.id)
    query = _with_texts()
    if asked.condition is not None:
        query = query.where(asked.condition)
    query = query.order_by(*(newest if asked.newest_first else oldest)).limit(asked.limit)
    if scope.is_whole():
        return query
    if asked.few:
        return query.where(heard_in(scope))
    return query.where(Airing.id.in_(select(Target.airing).where(Target.area.in_(scope.hears))))


def heard_in(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that an airing is for an area of the person's view, to be asked of few airings."""
    if scope.is_whole():
        return true()
    return select(Target.airing).where(Target.area.in_(scope.hears), Target.airing == Airing.id).exists()


def commune_tiles(session: Session, scope: Scope, now: datetime) -> list[Tile]:
    """Return a tile for each commune as it is now, with what sounds there; a few queries."""
    tiles = node_tiles(session, scope, now)
    by_code: dict[AreaCode | None, Tile] = {AreaCode(tile.code): tile for tile in tiles}
    communes = {code: scope.commune_of(code) for code in scope.by_code}
    for airing in session.scalars(select(Airing.id).where(Airing.state == AiringState.SOUNDING)):
        _count_reach(session, airing, by_code, communes)
    return tiles


def node_tiles(session: Session, scope: Scope, now: datetime) -> list[Tile]:
    """Return a tile for each commune with its nodes, counted by the database; one query."""
    tiles = _empty_tiles(scope)
    seen = None if scope.is_whole() else scope.seen
    for area, counts in statuses_by_area(session, now, seen).items():
        tile = tiles.get(scope.commune_of(area))
        if tile is None:
            continue
        tile.nodes += counts.total()
        tile.online += sum(counts[status] for status in ONLINE)
        tile.lost += counts[NodeStatus.OFFLINE] + counts[NodeStatus.SILENT]
        tile.faulty += counts[NodeStatus.FAULTY]
        tile.never += counts[NodeStatus.NEVER_SEEN]
    return list(tiles.values())


def airing_tiles(session: Session, scope: Scope, airing_id: AiringId) -> list[Tile]:
    """Return a tile for each commune that the airing is meant for."""
    tiles = _empty_tiles(scope)
    communes = {code: scope.commune_of(code) for code in scope.by_code}
    _count_reach(session, airing_id, tiles, communes)
    return [tile for tile in tiles.values() if tile.asked]


def _empty_tiles(scope: Scope) -> dict[AreaCode | None, Tile]:
    return {area.code: Tile(area.code, area.name) for area in scope.communes}


def _count_reach(
    session: Session,
    airing_id: AiringId,
    tiles: dict[AreaCode | None, Tile],
    communes: dict[AreaCode, AreaCode | None],
) -> None:
    for area, reach in reach_by_area(session, airing_id).items():
        tile = tiles.get(communes.get(area))
        if tile is not None:
            tile.asked += reach.nodes
            tile.fetched += reach.fetched
            tile.started += reach.started
            tile.finished += reach.finished
            tile.ended += reach.ended
            tile.sounding += reach.sounding


_SOUNDING = (
    select(Bulletin.title)
    .join(Airing, Airing.bulletin == Bulletin.id)
    .where(Airing.state == AiringState.SOUNDING)
    .limit(MOST_LINES)
)


def sounding_now(session: Session) -> Sequence[str]:
    """Return the titles of airings that sound somewhere now."""
    return session.scalars(_SOUNDING).all()


@one_read
def receipts_of(session: Session, node: NodeId, limit: int, *, now: datetime) -> Sequence[StoredReceipt]:
    """Return a node's latest receipts, newest first.

    They are sought among its last airings first: all that it ever told, thousands a year, is on as many pages
    of the disk. A node that was silent of late is asked for all of it.
    """
    query = (
        select(StoredReceipt)
        .where(StoredReceipt.node == node)
        .order_by(func.coalesce(StoredReceipt.at, StoredReceipt.received_at).desc())
        .limit(limit)
    )
    last = newest_to(session, node, now, limit)
    found = session.scalars(query.where(StoredReceipt.airing.in_(last))).all() if len(last) == limit else ()
    return found if len(found) == limit else session.scalars(query).all()


@one_read
def delivery_rows(
    session: Session,
    scope: Scope,
    airing_id: AiringId,
    *,
    areas: Iterable[AreaCode] | None = None,
    limit: int,
) -> list[tuple[Delivery, Node]]:
    """Return an airing's deliveries with their nodes, the least advanced first."""
    query = (
        select(Delivery, Node)
        .join(Node, Node.id == Delivery.node)
        .where(Delivery.airing == airing_id)
        .order_by(Delivery.rung, Node.area, Node.id)
        .limit(limit)
    )
    if areas is not None:
        query = query.where(Node.area.in_(scope.seen & frozenset(areas)))
    elif not scope.is_whole():
        query = query.where(Node.area.in_(scope.seen))
    return [(found, other) for found, other in session.execute(query)]


def stood_in(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a delivery's node stood in the person's areas."""
    if scope.is_whole():
        return true()
    here = select(Node.id).where(Node.id == Delivery.node, Node.area.in_(scope.seen)).exists()
    return or_(Delivery.area.in_(scope.seen), and_(Delivery.area.is_(None), here))


def reasons(session: Session, scope: Scope, airing_id: AiringId) -> list[tuple[str, int]]:
    """Return why nodes there did not play to the end, with how many each; the most frequent first."""
    query = (
        select(func.coalesce(Delivery.reason, ""), func.count())
        .join(Airing, Airing.id == Delivery.airing)
        .where(Delivery.airing == airing_id, ~heard_whole(), stood_in(scope))
        .group_by(Delivery.reason)
        .order_by(func.count().desc())
        .limit(MOST_LINES)
    )
    return [(reason, count) for reason, count in session.execute(query)]


def _view(airing: Airing, text: _AiredText, scope: Scope, targets: tuple[AreaCode, ...]) -> AiringView:
    """Return the view; its reach is not known yet."""
    return AiringView(
        id=airing.id,
        bulletin=airing.bulletin,
        title=text.title,
        state=airing.state,
        grade=airing.grade,
        volume=airing.volume,
        where=_where(airing, scope, targets),
        targets=targets,
        starts_at=airing.starts_at,
        latest_start_at=airing.latest_start_at,
        ended_at=airing.ended_at,
        duration_ms=airing.duration_ms,
        whole_ms=whole_ms(airing),
        recording=airing.recording,
        reason=airing.reason,
        bulletin_state=text.state,
        revision=airing.revision or text.revision,
        is_approved=text.approved_until is not None and airing.starts_at < text.approved_until,
    )


def _where(airing: Airing, scope: Scope, targets: tuple[AreaCode, ...]) -> str:
    where = scope.where(targets)
    return f"Cụm loa đã chọn ở {where}" if airing.only_chosen else where


@one_read
def visible_airing(session: Session, scope: Scope, airing_id: str) -> AiringView:
    """Return the airing with its start spread, or raise NotFound: one outside the person's view is not there.

    Where what bears the id is for other areas by now, the part of it that is for the person's is returned: an
    airing is split while its page, or a list that names it, is open. So go on with the `id` of what comes.
    """
    views = airing_views(session, scope, Airing.id == airing_id, limit=1, few=True)
    if not views:
        family = Airing.id.in_(parts_with(session, AiringId(airing_id)))
        views = sorted(
            airing_views(session, scope, family, few=True), key=lambda view: view.state not in OPEN
        )
    if not views:
        raise NotFound("Không có lượt phát này, hoặc lượt phát không thuộc địa bàn của bạn.")
    views[0].spread = start_spread(session, views[0].id)
    return views[0]
