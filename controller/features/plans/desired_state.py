"""Builds the wanted plan of each area from approved revisions that are not withdrawn, and nothing else."""

import hashlib
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from controller.features.airings.queries import turn_start
from controller.features.areas.queries import area_tree
from controller.features.bulletins.in_force import is_in_force
from controller.features.bulletins.scope import allows
from controller.features.plans.fitting import that_fit
from controller.features.plans.prefetch import kept_of, noted, wanted_ahead
from controller.model.accounts import HeldKey
from controller.model.airing_states import IN_PLANS, AiringState
from controller.model.airings import Airing, Delivery, Target
from controller.model.area_tree import AreaTree
from controller.model.areas import Area
from controller.model.base import UtcDateTime
from controller.model.bulletins import Approved, Bulletin
from controller.model.emergencies import Emergency, Prepared
from controller.model.fleet import Node
from controller.model.local_time import ZONE
from devices.ids import AiringId, AreaCode, Grade, NodeId, RecordingId
from devices.messages import MOST_KEPT, Kept, PlannedAiring
from devices.statements import SignedCall

_LOG = logging.getLogger(__name__)

_MOST_BUILT: Final = 8192
"""Airings in plans that are kept as built: some 1 kB each."""
NO_CAP: Final = 100
"""Percent: a node that may sound as loud as its policies allow."""

# statements are built once: plans are looked at twice a second
_NOW: Final = bindparam("now", type_=UtcDateTime())
_IS_OF_REVISION: Final = (Approved.recording == Airing.recording, Bulletin.revision == Airing.revision)
_IS_OF_TODAY: Final = and_(Airing.state == AiringState.AIRED, Airing.starts_at >= bindparam("midnight"))
_NAMED: Final = (
    select(Target.area, Airing, Approved, Emergency.call, Bulletin.test)
    .join(Airing, Airing.id == Target.airing)
    .outerjoin(Emergency, Emergency.airing == Airing.id)
    .join(Bulletin, Bulletin.id == Airing.bulletin)
    .join(Approved, and_(Approved.bulletin == Airing.bulletin, Approved.revision == Airing.revision))
    .join(HeldKey, HeldKey.kid == Approved.kid)
    .where(or_(Airing.state.in_(IN_PLANS), _IS_OF_TODAY), *_IS_OF_REVISION, *is_in_force(_NOW))
    .order_by(Target.area, Airing.starts_at, Airing.id)
)
_CLEARING: Final = (
    select(Airing.id)
    .join(Emergency, Emergency.airing == Airing.id)
    .where(Airing.state.in_(IN_PLANS), Emergency.clears.is_not(None))
    .limit(1)
)
_CALLED, _CLEARS, _SAID = aliased(Emergency), aliased(Emergency), aliased(Airing)
_CLEARED: Final = (
    select(Target.area, Airing, Approved, _CALLED.call, _SAID.starts_at)
    .join(_SAID, _SAID.id == Target.airing)
    .join(_CLEARS, _CLEARS.airing == _SAID.id)
    .join(_CALLED, _CALLED.id == _CLEARS.clears)
    .join(Airing, Airing.id == _CALLED.airing)
    .join(Bulletin, Bulletin.id == Airing.bulletin)
    .join(Approved, and_(Approved.bulletin == Airing.bulletin, Approved.revision == Airing.revision))
    .join(HeldKey, HeldKey.kid == Approved.kid)
    .where(_SAID.state.in_(IN_PLANS), Airing.state == AiringState.CANCELLED)
    .where(Airing.ended_at == _CLEARS.called_at, Airing.starts_at < _SAID.starts_at)
    .where(_CALLED.call.is_not(None), *_IS_OF_REVISION, *is_in_force(_NOW))
    .order_by(Target.area, Airing.id)
)
_PREPARED: Final = (
    select(Prepared, Approved, Bulletin.test)
    .join(Bulletin, Bulletin.id == Prepared.bulletin)
    .join(Approved, and_(Approved.bulletin == Bulletin.id, Approved.revision == Bulletin.revision))
    .join(HeldKey, HeldKey.kid == Approved.kid)
    .join(Area, Area.code == Prepared.area)
    .where(Prepared.released_at.is_(None), Area.ended_at.is_(None), *is_in_force(_NOW))
    .order_by(Prepared.area, Prepared.created_at.desc(), Prepared.id)
)
_LIMITED: Final = select(Node.id, Node.quarantined_at, Node.loudest).where(
    or_(Node.quarantined_at.is_not(None), Node.loudest < NO_CAP), Node.retired_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class Content:
    """Content of a plan without its version and times."""

    airings: tuple[PlannedAiring, ...] = ()
    keep: tuple[Kept, ...] = ()
    approvals: tuple[str, ...] = ()
    """The signed texts that both name, each once."""
    loudest_volume: int = NO_CAP
    """Of a single node; it binds until a newer plan arrives, even after expiry."""

    def __bool__(self) -> bool:
        return self != NOTHING

    @property
    def recordings(self) -> frozenset[RecordingId]:
        """Return every recording in the plan."""
        return frozenset([one.recording for one in self.airings] + [one.recording for one in self.keep])


NOTHING: Final = Content()


def wanted_plans(
    session: Session, now: datetime, only: Collection[AreaCode] | None = None
) -> dict[str, Content]:
    """Return the wanted content of each area's plan (or only of these areas), without empty ones.

    The approval is checked again here (`is_in_force`): it must be for the same revision and recording as the
    airing.

    Airings of today stay until midnight: nodes count the day's minutes from the airings in the plan.
    """
    texts: dict[str, str] = {}
    keep = _wanted_keep(session, now, only, texts)
    told = {"now": now, "midnight": datetime.combine(now.astimezone(ZONE).date(), time(), ZONE)}
    query = _NAMED
    if only is not None:
        query = query.where(Target.area.in_(only), Airing.node.is_(None), ~Airing.only_chosen)
        query = query.where(Airing.turns == 1)
    plans: dict[str, list[PlannedAiring]] = {area: [] for area in keep}
    tree = area_tree(session)
    rows = [row for row in session.execute(query, told).all() if _is_accepted(tree, *row[:4])]
    own = _in_own_plans(session, tree, [(area, airing) for area, airing, _, _, _ in rows])
    for area, airing, approved, call, test in rows:
        for target, turn in own.pop((airing.id, area), ()) if is_of_nodes(airing) else ((area, 0),):
            plans.setdefault(target, []).append(_planned(airing, approved, call, texts, test=test, turn=turn))
    for area, alarm in _until_cleared(session, now, only, texts):
        plans.setdefault(area, []).append(alarm)
    return {area: _content(area, airings, keep.get(area, ()), texts, now) for area, airings in plans.items()}


def _content(
    area: str, airings: list[PlannedAiring], keep: tuple[Kept, ...], texts: Mapping[str, str], now: datetime
) -> Content:
    """Return what fits into one plan, with the approvals that it names."""
    fitting = that_fit(area, airings, keep, texts, now)
    named = {one.approval for one in fitting} | {one.approval for one in keep}
    return Content(fitting, keep, tuple(texts[name] for name in sorted(named)))


def _is_accepted(
    tree: AreaTree, area: AreaCode, airing: Airing, approved: Approved, call: str | None
) -> bool:
    """Return whether the loudspeakers of the area accept it; what they would refuse is not sent."""
    if airing.grade is Grade.EMERGENCY and call is None:
        _LOG.warning("airing %s left out in %s: an emergency that nobody signed", airing.id, area)
        return False
    if allows(approved, airing.grade, tree.lineage(area), airing.starts_at):
        return True
    _LOG.warning("airing %s left out in %s: outside the scope of its approval", airing.id, area)
    return False


def _until_cleared(
    session: Session, now: datetime, only: Collection[AreaCode] | None, texts: dict[str, str]
) -> list[tuple[AreaCode, PlannedAiring]]:
    """Return, by area, each alarm that an all-clear ends; the alarm lasts until the all-clear begins.

    Without this, the interrupted airing would sound briefly between the alarm and the all-clear. An all-clear
    in the plans is rare, so that is checked first.
    """
    if session.scalars(_CLEARING).first() is None:
        return []
    query = _CLEARED
    if only is not None:
        query = query.where(Target.area.in_(only))
    return [
        (area, _due_until(_planned(alarm, approved, call, texts, test=False), until))
        for area, alarm, approved, call, until in session.execute(query, {"now": now})
    ]


def _due_until(airing: PlannedAiring, until: datetime) -> PlannedAiring:
    left_ms = (until - airing.starts_at) // timedelta(milliseconds=1)
    return airing.model_copy(update={"duration_ms": max(1, min(airing.duration_ms, left_ms))})


def is_of_nodes(airing: Airing) -> bool:
    """Return whether it is named in the plans of nodes and in none of an area."""
    return airing.node is not None or airing.only_chosen or airing.turns > 1


def _in_own_plans(
    session: Session, tree: AreaTree, rows: Collection[tuple[AreaCode, Airing]]
) -> dict[tuple[AiringId, AreaCode], list[tuple[NodeId, int]]]:
    """Return the nodes in whose own plans airings are named, with their turns, by airing and target."""
    found: dict[tuple[AiringId, AreaCode], list[tuple[NodeId, int]]] = {}
    chosen = _chosen(session, {airing.id for _, airing in rows if airing.only_chosen})
    for area, airing in rows:
        if airing.node is not None:
            found[airing.id, area] = [(airing.node, 0)]
        elif airing.only_chosen:
            found[airing.id, area] = chosen.pop(airing.id, [])
        elif airing.turns > 1:
            found[airing.id, area] = _in_turns(session, airing, tree.below([area]))
    return found


def _chosen(session: Session, airings: Collection[AiringId]) -> dict[AiringId, list[tuple[NodeId, int]]]:
    """Return the nodes of the airings that are for chosen nodes only; no query if no airings are given."""
    nodes: dict[AiringId, list[tuple[NodeId, int]]] = {}
    query = select(Delivery.airing, Delivery.node).where(Delivery.airing.in_(airings))
    for airing, node in session.execute(query.order_by(Delivery.airing, Delivery.node)) if airings else ():
        nodes.setdefault(airing, []).append((node, 0))
    return nodes


def _in_turns(session: Session, airing: Airing, areas: Collection[AreaCode]) -> list[tuple[NodeId, int]]:
    """Return all nodes in use in areas with their turns; whoever came since the turns were given is last."""
    query = (
        select(Node.id, func.coalesce(Delivery.turn, airing.turns - 1))
        .outerjoin(Delivery, and_(Delivery.node == Node.id, Delivery.airing == airing.id))
        .where(Node.area.in_(areas), Node.retired_at.is_(None), Node.quarantined_at.is_(None))
        .order_by(Node.id)
    )
    return [(node, turn) for node, turn in session.execute(query)]


def _wanted_keep(
    session: Session, now: datetime, only: Collection[AreaCode] | None, texts: dict[str, str]
) -> dict[str, tuple[Kept, ...]]:
    """Return the recordings that the nodes of each area must hold: prepared and approved, newest first.

    In quiet hours, the recordings of the coming day's airings follow.
    """
    query = _PREPARED
    if only is not None:
        query = query.where(Prepared.area.in_(only))
    keep: dict[str, list[Kept]] = {}
    tree = area_tree(session)
    for prepared, approved, test in session.execute(query, {"now": now}):
        if not set(tree.lineage(prepared.area)).isdisjoint(approved.areas or ()):
            kept = kept_of(AiringId(prepared.id), approved, texts, test=test)
            keep.setdefault(prepared.area, []).append(kept)
    for area, ahead in wanted_ahead(session, now, only, texts).items():
        held = {one.recording for one in keep.get(area, ())}
        keep.setdefault(area, []).extend(one for one in ahead if one.recording not in held)
    return {area: tuple(of_area[:MOST_KEPT]) for area, of_area in keep.items()}


def wanted_caps(session: Session) -> dict[str, int]:
    """Return the loudest volume of single nodes that have a limit; 0 in quarantine."""
    return {
        node: loudest if quarantined_at is None else 0
        for node, quarantined_at, loudest in session.execute(_LIMITED)
    }


def digest_of(content: Content) -> str:
    """Return a digest for comparing the content of two plans; version and times of issue are left out."""
    joined = "\n".join(one.model_dump_json() for one in (*content.airings, *content.keep))
    if content.loudest_volume != NO_CAP:
        joined += f"\n{content.loudest_volume}"
    return hashlib.sha256(joined.encode()).hexdigest()


def _planned(
    airing: Airing, approved: Approved, call: str | None, texts: dict[str, str], *, test: bool, turn: int = 0
) -> PlannedAiring:
    if airing.recording is None or airing.duration_ms is None:
        raise RuntimeError(f"airing {airing.id} is in a plan without a recording")
    return _built(
        airing.id,
        airing.recording,
        noted(texts, approved.jws),
        approved.approved_at,
        turn_start(airing, turn),
        airing.latest_start_at + (turn_start(airing, turn) - airing.starts_at),
        airing.duration_ms,
        airing.grade,
        airing.volume,
        airing.every_ms,
        test,
        None if test else call,
    )


@lru_cache(_MOST_BUILT)
def _built(*fields: Any) -> PlannedAiring:
    """Return the airing as plans name it; kept, since plans of days are looked at every few seconds."""
    names = (
        "airing",
        "recording",
        "approval",
        "witnessed_at",
        "starts_at",
        "latest_start_at",
        "duration_ms",
        "grade",
        "volume",
        "every_ms",
        "test",
        "call",
    )
    told = dict(zip(names, fields, strict=True))
    if told["call"] is not None:
        told["call"] = SignedCall.model_validate_json(told["call"])
    return PlannedAiring(**told)
