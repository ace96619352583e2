"""What every area's plan should say now: built from approved, unwithdrawn revisions alone."""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from controller.airings.lifecycle import IN_PLANS, AiringState
from controller.airings.tables import Airing, Target
from controller.airings.timing import ZONE
from controller.bulletins.lifecycle import BulletinState
from controller.bulletins.tables import Approved, Bulletin
from controller.fleet.tables import Node
from controller.operators.tables import HeldKey
from devices.messages import PlannedAiring, RecordingId
from devices.plan import ends_at

_LOG = logging.getLogger(__name__)

MOST_SIGNED: Final = 400
"""So many airings, each with its approval, stay below the longest signed text that a node takes."""

Content = tuple[PlannedAiring, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan sets to its loudspeakers beside airings; it binds until a newer plan, also when expired."""

    silent: bool = False
    loudest_volume: int = 100


NO_LIMITS = Limits()


def wanted_plans(session: Session, now: datetime) -> dict[str, Content]:
    """Return the airings of each target area's plan, by start; areas with none are not named.

    The approval is checked again here: its bulletin approved, itself not withdrawn and not expired, signed by
    a key that is not revoked, and for the very revision and recording that the airing fixed.

    What was aired today stays until midnight: nodes count the day's minutes by what the plan names.
    """
    midnight = datetime.combine(now.astimezone(ZONE).date(), time(), ZONE)
    is_of_today = and_(Airing.state == AiringState.AIRED, Airing.starts_at >= midnight)
    query = (
        select(Target.area, Airing, Approved.jws, Bulletin.test)
        .join(Airing, Airing.id == Target.airing)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .join(Approved, and_(Approved.bulletin == Airing.bulletin, Approved.revision == Airing.revision))
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(or_(Airing.state.in_(IN_PLANS), is_of_today), Bulletin.state == BulletinState.APPROVED)
        .where(Bulletin.revision == Airing.revision, Approved.recording == Airing.recording)
        .where(Approved.withdrawn_at.is_(None), Approved.expires_at > now, HeldKey.revoked_at.is_(None))
        .order_by(Target.area, Airing.starts_at, Airing.id)
    )
    plans: dict[str, list[PlannedAiring]] = {}
    for area, airing, jws, test in session.execute(query):
        plans.setdefault(airing.node or area, []).append(_planned(airing, jws, test=test))
    return {area: _that_fit(area, airings, now) for area, airings in plans.items()}


def _that_fit(area: str, airings: list[PlannedAiring], now: datetime) -> Content:
    """Leave out, where there are too many: what is over first, then the lowest grade, then the latest."""
    if len(airings) <= MOST_SIGNED:
        return tuple(airings)
    too_many = len(airings) - MOST_SIGNED
    _LOG.warning("plan of %s: %d of %d airings left out", area, too_many, len(airings))

    def need(one: PlannedAiring) -> tuple[bool, int, datetime, str]:
        return ends_at(one) <= now, -one.grade.rank, one.starts_at, one.airing

    by_need = sorted(airings, key=need)
    kept = {one.airing for one in by_need[:MOST_SIGNED]}
    return tuple(one for one in airings if one.airing in kept)


def wanted_limits(session: Session) -> dict[str, Limits]:
    """Return the limits of single nodes: silence in quarantine, and a cap of the volume."""
    is_limited = or_(Node.quarantined_at.is_not(None), Node.loudest < NO_LIMITS.loudest_volume)
    query = select(Node.id, Node.quarantined_at, Node.loudest).where(is_limited, Node.retired_at.is_(None))
    return {
        node: Limits(quarantined_at is not None, loudest)
        for node, quarantined_at, loudest in session.execute(query)
    }


def digest_of(content: Iterable[PlannedAiring], limits: Limits = NO_LIMITS) -> str:
    """Return the digest by which two plans' content is compared: without version and times of issue."""
    joined = "\n".join(airing.model_dump_json() for airing in content)
    if limits != NO_LIMITS:
        joined += f"\n{limits}"
    return hashlib.sha256(joined.encode()).hexdigest()


def recordings_of(plans: Iterable[Content]) -> frozenset[RecordingId]:
    """Return every recording that the plans name."""
    return frozenset(airing.recording for content in plans for airing in content)


def _planned(airing: Airing, jws: str, *, test: bool) -> PlannedAiring:
    if airing.recording is None or airing.duration_ms is None:
        raise RuntimeError(f"airing {airing.id} is in a plan without a recording")
    return PlannedAiring(
        airing=airing.id,
        recording=airing.recording,
        approval=jws,
        starts_at=airing.starts_at,
        latest_start_at=airing.latest_start_at,
        duration_ms=airing.duration_ms,
        grade=airing.grade,
        volume=airing.volume,
        test=test,
    )
