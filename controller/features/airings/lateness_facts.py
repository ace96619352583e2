"""Forecasts of lateness: their facts, one query that the database counts, and who is shown them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from controller.features.accounts.scope import Scope
from controller.features.airings.conflict_check import Asking
from controller.features.airings.heard import counted
from controller.features.airings.lateness import LATELY, DeliveryFacts, Forecast, earliest_start, forecasts
from controller.features.airings.queries import sound_end_of
from controller.features.airings.views import AiringView
from controller.features.areas.queries import area_tree
from controller.features.fleet.faults import SILENT_AFTER
from controller.http.station import Station
from controller.model.airing_states import IN_PLANS, DeliveryStage
from controller.model.airings import Airing, Delivery
from controller.model.bulletins import Recording
from controller.model.fleet import Node
from controller.model.times import Times
from controller.store import one_read
from devices.ids import AiringId, AreaCode

AHEAD = timedelta(minutes=30)
"""What starts later has time enough: the longest recording is sent within it at the slowest sensible pace."""


def delivery_facts(
    session: Session,
    now: datetime,
    within: Collection[AreaCode] | None = None,
    *,
    since: datetime | None = None,
) -> list[DeliveryFacts]:
    """Return the facts of each airing that is on its way and starts soon, or sounds (`since`: from when on).

    `within`: counted among the nodes of these areas. An emergency is left out: it starts at once.
    """
    asked: dict[str, Any] = {"silent": now - SILENT_AFTER, "lately": now - LATELY, "until": now + AHEAD}
    asked |= {"since": since} if since is not None else {}
    asked |= {"within": sorted(within)} if within is not None else {}
    query = _on_their_way(has_since=since is not None, is_within=within is not None)
    return [_facts(airing, size, counts) for airing, size, *counts in session.execute(query, asked)]


@cache
def _on_their_way(*, has_since: bool, is_within: bool) -> Select[*tuple[Any, ...]]:
    """Return the query, built once, which takes longer than running it."""
    has_it = Delivery.rung >= int(DeliveryStage.FETCHED)
    in_time = or_(Delivery.fetched_at.is_(None), Delivery.fetched_at <= Airing.starts_at)
    is_silent = or_(Node.last_heard_at.is_(None), Node.last_heard_at < bindparam("silent"))
    is_away = or_(~Node.online, is_silent, Node.quarantined_at.is_not(None))
    conditions = (
        has_it,
        and_(has_it, in_time),
        and_(~has_it, is_away),
        and_(has_it, func.coalesce(Delivery.fetched_at >= bindparam("lately"), False)),
    )
    query = (
        select(Airing, Recording.size, func.count(), *counted(conditions))
        .join(Delivery, Delivery.airing == Airing.id)
        .join(Node, Node.id == Delivery.node)
        .join(Recording, Recording.id == Airing.recording)
        .where(Airing.state.in_(IN_PLANS), Airing.starts_at <= bindparam("until"), Airing.every_ms.is_(None))
        .where(Airing.delivering_at.is_not(None), Node.retired_at.is_(None))
        .group_by(Airing.id, Recording.size)
    )
    if has_since:
        query = query.where(Airing.starts_at >= bindparam("since"))
    if is_within:
        area = func.coalesce(Delivery.area, Node.area)
        query = query.where(area.in_(bindparam("within", expanding=True)))
    return query


def _facts(airing: Airing, size: int, counts: Sequence[int]) -> DeliveryFacts:
    assert airing.delivering_at is not None
    nodes, fetched, on_time, away, lately = map(int, counts)
    return DeliveryFacts(
        airing=airing.id,
        grade=airing.grade,
        size=size,
        begun_at=airing.delivering_at,
        starts_at=airing.starts_at,
        latest_start_at=airing.latest_start_at,
        ends_at=sound_end_of(airing),
        nodes=nodes,
        fetched=fetched,
        on_time=on_time,
        away=away,
        lately=lately,
    )


def forecasts_of(
    session: Session,
    airings: Iterable[AiringId],
    now: datetime,
    times: Times,
    within: Collection[AreaCode] | None = None,
) -> dict[AiringId, Forecast]:
    """Return the forecast of those of the airings that are on their way and start soon, or sound."""
    wanted = set(airings)
    if not wanted:
        return {}
    found = forecasts(delivery_facts(session, now, within), now, times)
    return {airing: forecast for airing, forecast in found.items() if airing in wanted}


@dataclass(frozen=True, slots=True)
class Earliest:
    """When an airing that is planned now could start with all `nodes` that can be reached."""

    nodes: int
    at: datetime


def earliest_for(session: Session, asking: Asking, size: int, now: datetime, times: Times) -> Earliest:
    """Return when what is asked could start with all that can be reached, if it were approved now."""
    order = (asking.grade, asking.starts_at)
    facts = delivery_facts(session, now)
    nodes = _count_reachable(session, asking.areas, now)
    return Earliest(nodes, earliest_start(now, order, times.lead(size, nodes), facts, times))


def _count_reachable(session: Session, areas: Iterable[AreaCode], now: datetime) -> int:
    """Count the nodes in use in areas and below them that can be reached now."""
    query = select(func.count()).where(
        Node.area.in_(area_tree(session).below(areas)),
        Node.retired_at.is_(None),
        Node.quarantined_at.is_(None),
        Node.online,
        Node.last_heard_at >= now - SILENT_AFTER,
    )
    return session.scalar(query) or 0


@one_read
def add_forecasts(session: Session, station: Station, scope: Scope, views: Iterable[AiringView]) -> None:
    """Give each airing that starts soon its forecast, among the loudspeakers that the person may see."""
    on_their_way = {view.id: view for view in views if view.state in IN_PLANS}
    now = station.now()
    found = forecasts_of(session, on_their_way, now, station.times, None if scope.is_whole() else scope.seen)
    for airing, view in on_their_way.items():
        view.forecast, view.told_at = found.get(airing), now
