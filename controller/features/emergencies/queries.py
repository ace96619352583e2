"""Reads of prepared recordings with their reach, and of emergencies that wait or sound."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from controller.errors import Conflict, NotFound
from controller.features.accounts.queries import sees
from controller.features.airings.queries import Reach, reaches, targets_of
from controller.features.areas.queries import area_tree
from controller.features.bulletins.in_force import is_in_force
from controller.features.fleet.faults import SILENT_AFTER
from controller.model.accounts import Account, HeldKey
from controller.model.airing_states import IN_PLANS, AiringState
from controller.model.airings import Airing
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import Approved, Bulletin, Recording, Revision
from controller.model.emergencies import Emergency, Holding, Prepared
from controller.model.emergency_states import (
    CALL_LIFE,
    EmergencyId,
    EmergencyState,
    PreparedId,
    Standing,
    standing,
)
from controller.model.fleet import Node
from controller.model.permissions import Operator
from controller.store import once_until_written, one_read
from devices.ids import AreaCode


@dataclass(frozen=True, slots=True)
class Readiness:
    """How many nodes of some areas an emergency would reach now; shown before the call."""

    nodes: int = 0
    online: int = 0
    held: int = 0
    """Nodes that hold the recording, online or not."""
    ready: int = 0
    """Nodes that hold it and are online: these sound within the second."""


@dataclass(frozen=True, slots=True)
class PreparedView:
    """One prepared recording with its state."""

    row: Prepared
    bulletin: Bulletin
    sound: tuple[Approved, Recording] | None
    """The approval in force and its recording; without one nobody holds it, and nothing sounds."""
    readiness: Readiness
    is_alert: bool
    """Whether its newest wording begins with the alert tone."""


@dataclass(frozen=True, slots=True)
class EmergencyView:
    """One emergency with its airing and reach."""

    row: Emergency
    title: str
    airing: Airing | None
    areas: tuple[AreaCode, ...]
    reach: Reach
    caller: str
    confirmer: str | None
    ender: str | None
    """Who stopped, declined or withdrew it."""
    standing: Standing

    @property
    def is_running(self) -> bool:
        """Whether nodes are to sound it now."""
        return self.standing is Standing.STARTED


def get_prepared(session: Session, prepared: PreparedId, *, lock: bool = False) -> Prepared:
    """Return the prepared recording, or raise NotFound."""
    row = session.get(Prepared, prepared, with_for_update=lock or None)
    if row is None:
        raise NotFound("Không có bản ghi soạn sẵn này.", code="emergency.unknown-prepared")
    return row


def usable_prepared(session: Session, prepared: PreparedId, by: Operator) -> Prepared:
    """Return a prepared recording that the person may call, or raise NotFound: of another commune, too."""
    row = get_prepared(session, prepared)
    if not sees(session, by, row.area):
        raise NotFound("Không có bản ghi soạn sẵn này.", code="emergency.unknown-prepared")
    return row


def get_emergency(session: Session, emergency: EmergencyId, *, lock: bool = False) -> Emergency:
    """Return the emergency, or raise NotFound."""
    row = session.get(Emergency, emergency, with_for_update=lock or None)
    if row is None:
        raise NotFound("Không có lượt phát khẩn cấp này.", code="emergency.unknown")
    return row


@once_until_written(Approved, Bulletin, HeldKey, Recording)
def sound_of(session: Session, bulletin: BulletinId, now: datetime) -> tuple[Approved, Recording]:
    """Return the approval in force and its recording, or raise Conflict: nothing unapproved is called."""
    found = _sounds(session, [bulletin], now).get(bulletin)
    if found is None:
        raise Conflict(
            "Bản tin này chưa được duyệt, hoặc phê duyệt đã hết hiệu lực, nên không phát được. "
            "Chưa có gì được phát. Hãy chọn bản khác hoặc nhờ cán bộ duyệt.",
            code="emergency.not-approved",
        )
    return found


def _sounds(
    session: Session, bulletins: Collection[BulletinId], now: datetime
) -> dict[BulletinId, tuple[Approved, Recording]]:
    query = (
        select(Approved, Recording)
        .join(Bulletin, and_(Bulletin.id == Approved.bulletin, Bulletin.revision == Approved.revision))
        .join(Recording, Recording.id == Approved.recording)
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(Bulletin.id.in_(bulletins), *is_in_force(now))
    )
    return {approved.bulletin: (approved, recording) for approved, recording in session.execute(query)}


def prepared_views(session: Session, areas: Collection[AreaCode], now: datetime) -> list[PreparedView]:
    """Return what can be called in areas, with how many nodes there hold it; by kind and title."""
    query = (
        select(Prepared, Bulletin, Revision.alert)
        .join(Bulletin, Bulletin.id == Prepared.bulletin)
        .join(Revision, and_(Revision.bulletin == Bulletin.id, Revision.number == Bulletin.revision))
        .where(Prepared.released_at.is_(None), Prepared.area.in_(area_tree(session).around(areas)))
        .order_by(Prepared.kind, Bulletin.title, Prepared.id)
    )
    rows = session.execute(query).all()
    sounds = _sounds(session, [bulletin.id for _, bulletin, _ in rows], now)
    ready = readiness(session, [row.id for row, *_ in rows], areas, now)
    return [
        PreparedView(row, bulletin, sounds.get(bulletin.id), ready[row.id], is_alert)
        for row, bulletin, is_alert in rows
    ]


def readiness(
    session: Session, prepared: Collection[PreparedId], areas: Collection[AreaCode], now: datetime
) -> dict[PreparedId, Readiness]:
    """Return, of the nodes in use below areas, how many are online and how many hold each recording."""
    here = and_(Node.area.in_(area_tree(session).below(areas)), Node.retired_at.is_(None))
    is_online = and_(Node.online, Node.last_heard_at >= now - SILENT_AFTER)
    online = func.coalesce(func.sum(case((is_online, 1), else_=0)), 0)
    nodes, up = session.execute(select(func.count(), online).where(here)).one()
    query = (
        select(Holding.prepared, func.count(), online)
        .join(Node, Node.id == Holding.node)
        .where(Holding.prepared.in_(prepared), Holding.is_held, here)
        .group_by(Holding.prepared)
    )
    held = {row[0]: (int(row[1]), int(row[2])) for row in session.execute(query)}
    return {one: Readiness(int(nodes), int(up), *held.get(one, (0, 0))) for one in prepared}


@one_read
def emergencies(
    session: Session, areas: Collection[AreaCode], now: datetime, *, since: datetime | None = None
) -> list[EmergencyView]:
    """Return what waits for a second person or sounds, of what is aimed at any of these areas; newest first.

    Its reach is counted among the nodes of these areas.
    `since`: also what is over, and was called from then on.
    """
    waits = and_(Emergency.state == EmergencyState.CALLED, Emergency.called_at > now - CALL_LIFE)
    wanted = or_(waits, Airing.state.in_(IN_PLANS))
    if since is not None:
        wanted = or_(wanted, Emergency.called_at >= since)
    query = (
        select(Emergency)
        .outerjoin(Airing, Airing.id == Emergency.airing)
        .where(wanted)
        .order_by(Emergency.called_at.desc(), Emergency.id)
    )
    return _views(session, session.scalars(query).all(), areas, now)


def emergency_view(
    session: Session, emergency: EmergencyId, areas: Collection[AreaCode], now: datetime
) -> EmergencyView:
    """Return one emergency, or raise NotFound: one that is aimed at none of these areas is not there."""
    views = _views(session, [get_emergency(session, emergency)], areas, now)
    if not views:
        raise _unseen()
    return views[0]


def is_cleared(session: Session, emergency: EmergencyId) -> bool:
    """Return whether its all-clear sounds or was heard; one that was stopped or missed does not count."""
    query = (
        select(Emergency.id)
        .join(Airing, Airing.id == Emergency.airing)
        .where(Emergency.clears == emergency, Airing.state.in_((*IN_PLANS, AiringState.AIRED)))
        .limit(1)
    )
    return session.scalar(query) is not None


def check_visible(session: Session, emergency: EmergencyId, areas: Collection[AreaCode]) -> None:
    """Raise NotFound as `emergency_view` does, without counting nodes: a stop must not wait for that."""
    row = get_emergency(session, emergency)
    here = targets_of(session, [row.airing]).get(row.airing, ()) if row.airing is not None else ()
    if frozenset(areas).isdisjoint({*here, *row.areas}):
        raise _unseen()


def _unseen() -> NotFound:
    return NotFound("Không có lượt phát khẩn cấp này trong địa bàn của bạn.", code="emergency.unknown")


def count_ready(session: Session, prepared: PreparedId, areas: Collection[AreaCode], now: datetime) -> int:
    """Count the nodes that hold a prepared recording and are online."""
    query = (
        select(func.count())
        .select_from(Holding)
        .join(Node, Node.id == Holding.node)
        .where(
            Holding.prepared == prepared,
            Holding.is_held,
            Node.area.in_(area_tree(session).below(areas)),
        )
        .where(Node.retired_at.is_(None), Node.online, Node.last_heard_at >= now - SILENT_AFTER)
    )
    return session.scalar(query) or 0


def running_in(
    session: Session, areas: Collection[AreaCode], *, lock: bool = False
) -> list[tuple[Emergency, Airing]]:
    """Return what is called and sounds in any of the areas: what a stop there would end; oldest first.

    `lock`: its airings, for who ends them.
    """
    meant = area_tree(session).around(areas)
    query = (
        select(Emergency, Airing)
        .join(Airing, Airing.id == Emergency.airing)
        .where(Airing.state.in_(IN_PLANS))
        .order_by(Emergency.called_at, Emergency.id)
    )
    if lock:
        query = query.with_for_update(of=Airing)
    rows = [(row[0], row[1]) for row in session.execute(query)]
    targets = targets_of(session, [airing.id for _, airing in rows])
    return [row for row in rows if not meant.isdisjoint(targets.get(row[1].id, ()))]


def sounding_in(session: Session, areas: Collection[AreaCode]) -> Sequence[Airing]:
    """Return what sounds in any of the areas and an emergency would interrupt; by start."""
    meant = area_tree(session).around(areas)
    query = select(Airing).where(Airing.state == AiringState.SOUNDING).order_by(Airing.starts_at, Airing.id)
    rows = session.scalars(query).all()
    targets = targets_of(session, [airing.id for airing in rows])
    return [airing for airing in rows if not meant.isdisjoint(targets.get(airing.id, ()))]


def _views(
    session: Session, rows: Iterable[Emergency], areas: Collection[AreaCode], now: datetime
) -> list[EmergencyView]:
    rows, meant = list(rows), frozenset(areas)
    airing_ids = [row.airing for row in rows if row.airing is not None]
    airings = {one.id: one for one in session.scalars(select(Airing).where(Airing.id.in_(airing_ids)))}
    targets, reached = targets_of(session, airing_ids), reaches(session, airing_ids, meant)
    people = {one for row in rows for one in (row.called_by, row.confirmed_by, row.ended_by) if one}
    accounts = select(Account.id, Account.display_name).where(Account.id.in_(people))
    names = {one: name for one, name in session.execute(accounts)}  # noqa: C416 - typed rows
    bulletins = select(Bulletin.id, Bulletin.title).where(Bulletin.id.in_({row.bulletin for row in rows}))
    titles = {one: title for one, title in session.execute(bulletins)}  # noqa: C416
    views = []
    for row in rows:
        airing = airings.get(row.airing) if row.airing is not None else None
        here = targets.get(airing.id, ()) if airing is not None else tuple(row.areas)
        reach = reached.get(airing.id, Reach()) if airing is not None else Reach()
        if not meant.isdisjoint({*here, *row.areas}):
            views.append(
                EmergencyView(
                    row=row,
                    title=titles[row.bulletin],
                    airing=airing,
                    areas=here,
                    reach=reach,
                    caller=names[row.called_by],
                    confirmer=names[row.confirmed_by] if row.confirmed_by is not None else None,
                    ender=names[row.ended_by] if row.ended_by is not None else None,
                    standing=standing(
                        row.state, row.called_at, now, None if airing is None else airing.state
                    ),
                )
            )
    return views
