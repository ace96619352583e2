"""Reads that fill the pages: a constant number of queries a page, however many nodes there are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from controller.errors import NotFound
from controller.features.accounts.scope import Scope
from controller.features.airings.consent import standings
from controller.features.airings.heard import heard_whole
from controller.features.airings.page_rows import airing_view
from controller.features.airings.queries import reach_by_area, reaches, targets_of
from controller.features.airings.views import ONLINE, AiringView, Making, Tile
from controller.features.approvals.waiting import count_waiting
from controller.features.bulletins.in_force import approved_until
from controller.features.consent.asked import OpenQuestions
from controller.features.fleet.counts import statuses_by_area
from controller.features.fleet.queries import facts_of
from controller.features.fleet.status import NodeStatus, status_of
from controller.features.listeners.queries import count_unanswered
from controller.features.plans.key_set import keys_to_sign_for
from controller.model.accounts import Account
from controller.model.airing_states import AiringState
from controller.model.airings import Airing, Delivery, StoredReceipt, Target
from controller.model.bulletin_states import BulletinId, BulletinState, RenderingId, RenderingState
from controller.model.bulletins import Bulletin, Recording, Rendering, Revision
from controller.model.fleet import Node
from controller.model.permissions import Act, Operator
from devices.ids import AiringId, AreaCode, NodeId
from tts.orders import Progress

AHEAD = timedelta(hours=24)
BEHIND = timedelta(hours=24)
MOST_LINES = 30
"""Lines of a list on a page; who wants more opens the list's own page."""
MOST_AIRINGS = 100

ProgressOf = Callable[[RenderingId], Progress | None]


@dataclass(frozen=True, slots=True)
class Todo:
    """What waits for this person."""

    to_approve: int
    returned: Sequence[Bulletin]
    missed: Sequence[AiringView]
    offline: int
    lost: int
    """Of those offline: nodes that were there once, so that somebody has to look after them."""
    asked: OpenQuestions
    """What the person's commune is asked to say."""
    reports: int
    """Reports of listeners that nobody has answered yet."""
    keys: int
    """Keys for which an administrator has to have the key set signed."""

    @property
    def is_cut(self) -> bool:
        """Whether more may have been missed than the page lists."""
        return len(self.missed) >= MOST_LINES

    def __bool__(self) -> bool:
        return bool(
            self.asked
            or self.to_approve
            or self.returned
            or self.missed
            or self.offline
            or self.reports
            or self.keys
        )


@dataclass(frozen=True, slots=True)
class Today:
    """All that the page Hôm nay shows."""

    sounding: Sequence[AiringView]
    upcoming: Sequence[AiringView]
    making: Sequence[Making]
    tiles: Sequence[Tile]
    last: AiringView | None
    todo: Todo
    own: Sequence[tuple[Node, NodeStatus]] = ()
    """The nodes themselves, for a person who sees but one commune."""

    @property
    def is_cut(self) -> bool:
        """Whether more may come than the page lists."""
        return len(self.upcoming) >= MOST_LINES

    @property
    def online(self) -> int:
        """Nodes that can be reached now."""
        return sum(tile.online for tile in self.tiles)

    @property
    def nodes(self) -> int:
        """Nodes in use."""
        return sum(tile.nodes for tile in self.tiles)


def today(
    session: Session,
    operator: Operator,
    scope: Scope,
    asked: OpenQuestions,
    *,
    progress_of: ProgressOf,
    now: datetime,
) -> Today:
    """Return the state of things for one person, of whose commune this is asked."""
    is_open = and_(
        Airing.state.in_((AiringState.PLANNED, AiringState.DELIVERING)), Airing.starts_at <= now + AHEAD
    )
    is_missed = and_(Airing.state == AiringState.MISSED, Airing.ended_at >= now - BEHIND)
    # Asked one by one: after an outage the missed alone would fill any limit, and what sounds must be seen.
    sounding = airing_views(session, scope, Airing.state == AiringState.SOUNDING, few=True)
    missed = airing_views(session, scope, is_missed, newest_first=True, limit=MOST_LINES, few=True)
    upcoming = airing_views(session, scope, is_open, limit=MOST_LINES, few=True)
    last = airing_views(session, scope, Airing.state == AiringState.AIRED, newest_first=True, limit=1)
    tiles = commune_tiles(session, scope, now)
    alone = nodes_seen(session, scope) if len(tiles) == 1 else ()
    return Today(
        sounding=sounding,
        upcoming=upcoming,
        making=makings(session, scope, progress_of),
        tiles=tiles,
        last=last[0] if last else None,
        todo=_todo(session, operator, scope, missed=missed, tiles=tiles, asked=asked, now=now),
        own=[(node, status_of(facts_of(node), now)) for node in alone],
    )


def _todo(
    session: Session,
    operator: Operator,
    scope: Scope,
    *,
    missed: Sequence[AiringView],
    tiles: Sequence[Tile],
    asked: OpenQuestions,
    now: datetime,
) -> Todo:
    offline, lost = sum(tile.nodes - tile.online for tile in tiles), sum(tile.lost for tile in tiles)
    returned = session.scalars(
        select(Bulletin)
        .where(Bulletin.state == BulletinState.RETURNED, Bulletin.author == operator.id)
        .order_by(Bulletin.changed_at.desc())
        .limit(MOST_LINES)
    ).all()
    # whoever answers, and whoever mends: both are told of what listeners wrote
    is_told = scope.may(operator, Act.WRITE) or scope.may(operator, Act.ENROL)
    reports = count_unanswered(session, None if scope.is_whole() else scope.seen) if is_told else 0
    keys = keys_to_sign_for(session, now) if scope.may(operator, Act.RULE) else 0
    waiting = count_waiting(session, operator, scope)
    return Todo(waiting, returned, missed, offline, lost, asked, reports, keys)


def airing_views(
    session: Session,
    scope: Scope,
    condition: ColumnElement[bool],
    *,
    newest_first: bool = False,
    limit: int = MOST_AIRINGS,
    few: bool = False,
) -> list[AiringView]:
    """Return airings that the person may see, with their reach there; a few queries.

    `few`: the condition is met by few airings of all years, so that these are asked where they are heard,
    instead of the person's areas for all that they ever heard.
    """
    query = _airings(scope, condition, newest_first=newest_first, few=few)
    rows = session.execute(query.limit(limit)).all()
    ids = [airing.id for airing, _, _ in rows]
    targets = targets_of(session, ids)
    reach = reaches(session, ids, None if scope.is_whole() else scope.seen)
    said = standings(session, [airing for airing, _, _ in rows if airing.node is None], targets)
    views = []
    for airing, bulletin, until in rows:
        view = airing_view(airing, bulletin, until, scope, targets.get(airing.id, ()))
        view.awaits_yes = airing.id in said and not said[airing.id].unanswered.isdisjoint(scope.seen)
        if airing.id in reach:
            view.reach = reach[airing.id]
        views.append(view)
    return views


def _airings(
    scope: Scope, condition: ColumnElement[bool], *, newest_first: bool, few: bool
) -> Select[Airing, Bulletin, datetime | None]:
    order = (Airing.starts_at.desc(), Airing.id.desc()) if newest_first else (Airing.starts_at, Airing.id)
    query = select(Airing, Bulletin, approved_until()).join(Bulletin, Bulletin.id == Airing.bulletin)
    query = query.where(condition).order_by(*order)
    if scope.is_whole():
        return query
    heard = select(Target.airing).where(Target.area.in_(scope.hears))
    return query.where(heard.where(Target.airing == Airing.id).exists() if few else Airing.id.in_(heard))


def makings(session: Session, scope: Scope, progress_of: ProgressOf) -> list[Making]:
    """Return the recordings in the making, and those that failed while their bulletin waits."""
    unready = (RenderingState.WAITING, RenderingState.RENDERING, RenderingState.FAILED)
    query = (
        select(Rendering, Bulletin)
        .join(Bulletin, and_(Bulletin.id == Rendering.bulletin, Bulletin.revision == Rendering.revision))
        .where(Rendering.state.in_(unready), Bulletin.state == BulletinState.SUBMITTED)
        .order_by(Rendering.ordered_at)
        .limit(MOST_LINES)
    )
    if not scope.is_whole():
        query = query.where(Bulletin.area.in_(scope.seen))
    return [
        Making(bulletin.id, bulletin.title, made.state, progress_of(made.id), made.fault_sentence)
        for made, bulletin in session.execute(query)
    ]


def nodes_seen(session: Session, scope: Scope, areas: Iterable[AreaCode] | None = None) -> Sequence[Node]:
    """Return the nodes in use that the person may see (in the areas, if given), by area and id."""
    query = select(Node).where(Node.retired_at.is_(None)).order_by(Node.area, Node.id)
    if areas is not None:
        query = query.where(Node.area.in_(scope.seen & frozenset(areas)))
    elif not scope.is_whole():
        query = query.where(Node.area.in_(scope.seen))
    return session.scalars(query).all()


def commune_tiles(session: Session, scope: Scope, now: datetime) -> list[Tile]:
    """Return a tile for each commune as it is now, its nodes counted by the database; a few queries."""
    tiles = _empty_tiles(scope)
    communes = {code: scope.commune_of(code) for code in scope.by_code}
    seen = None if scope.is_whole() else scope.seen
    for area, counts in statuses_by_area(session, now, seen).items():
        tile = tiles.get(communes.get(area))
        if tile is None:
            continue
        tile.nodes += counts.total()
        tile.online += sum(counts[status] for status in ONLINE)
        tile.lost += counts[NodeStatus.OFFLINE] + counts[NodeStatus.SILENT]
        tile.faulty += counts[NodeStatus.FAULTY]
        tile.never += counts[NodeStatus.NEVER_SEEN]
    for airing in session.scalars(select(Airing.id).where(Airing.state == AiringState.SOUNDING)):
        _count_reach(session, airing, tiles, communes)
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


def sounding_now(session: Session) -> Sequence[str]:
    """Return the titles of what sounds somewhere now."""
    query = select(Bulletin.title).join(Airing, Airing.bulletin == Bulletin.id)
    return session.scalars(query.where(Airing.state == AiringState.SOUNDING).limit(MOST_LINES)).all()


@dataclass(frozen=True, slots=True)
class SpokenRevision:
    """A revision: its words, how they are read, and the audio."""

    revision: Revision
    rendering: Rendering | None
    recording: Recording | None


def spoken(session: Session, bulletin_id: str, revision: int) -> SpokenRevision:
    """Return a revision with its recording; one query."""
    row = session.execute(
        select(Revision, Rendering, Recording)
        .outerjoin(
            Rendering, and_(Rendering.bulletin == Revision.bulletin, Rendering.revision == Revision.number)
        )
        .outerjoin(Recording, Recording.id == Rendering.recording)
        .where(Revision.bulletin == bulletin_id, Revision.number == revision)
    ).one_or_none()
    if row is None:
        raise NotFound("Không có phiên bản này của bản tin.", code="bulletin.unknown-revision")
    return SpokenRevision(*row)


def titles_of(session: Session, bulletin_ids: Iterable[BulletinId]) -> dict[BulletinId, str]:
    """Return the titles of bulletins."""
    rows = session.execute(select(Bulletin.id, Bulletin.title).where(Bulletin.id.in_(set(bulletin_ids))))
    return {bulletin: title for bulletin, title in rows}  # noqa: C416 - a typed dict from typed rows


def receipts_of(session: Session, node: NodeId, limit: int) -> Sequence[StoredReceipt]:
    """Return what a node reported last, newest first."""
    query = (
        select(StoredReceipt).where(StoredReceipt.node == node).order_by(StoredReceipt.at.desc()).limit(limit)
    )
    return session.scalars(query).all()


def bulletins_seen(
    session: Session, scope: Scope, condition: ColumnElement[bool], limit: int = MOST_AIRINGS
) -> list[tuple[Bulletin, str]]:
    """Return bulletins that the person may see with their authors' names, newest first."""
    query = (
        select(Bulletin, Account.display_name)
        .join(Account, Account.id == Bulletin.author)
        .where(condition)
        .order_by(Bulletin.changed_at.desc(), Bulletin.id.desc())
        .limit(limit)
    )
    if not scope.is_whole():
        query = query.where(Bulletin.area.in_(scope.seen))
    return [(found, other) for found, other in session.execute(query)]


def states_of(session: Session, wanted: Iterable[BulletinId]) -> dict[BulletinId, BulletinState]:
    """Return where bulletins stand."""
    query = select(Bulletin.id, Bulletin.state).where(Bulletin.id.in_(list(wanted)))
    return {bulletin: state for bulletin, state in session.execute(query)}  # noqa: C416 - typed rows


def name_of(session: Session, operator_id: str) -> str:
    """Return how a person is called."""
    query = select(Account.display_name).where(Account.id == operator_id)
    return session.scalar(query) or "?"


def delivery_rows(
    session: Session,
    scope: Scope,
    airing_id: AiringId,
    *,
    areas: Iterable[AreaCode] | None = None,
    limit: int,
) -> list[tuple[Delivery, Node]]:
    """Return an airing's deliveries with their nodes, the least far first."""
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
