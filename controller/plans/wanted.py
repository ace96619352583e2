"""What every area's plan should say now: built from approved, unwithdrawn revisions alone."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from controller.airings.lifecycle import IN_PLANS
from controller.airings.tables import Airing, Target
from controller.bulletins.lifecycle import BulletinState
from controller.bulletins.tables import Approved, Bulletin
from controller.operators.tables import HeldKey
from devices.messages import MOST_AIRINGS, AreaCode, PlannedAiring, RecordingId

Content = tuple[PlannedAiring, ...]


def wanted_plans(session: Session, now: datetime) -> dict[AreaCode, Content]:
    """Return the airings of each target area's plan, by start; areas with none are not named.

    The approval is checked again here: its bulletin approved, itself not withdrawn and not expired, signed by
    a key that is not revoked, and for the very revision and recording that the airing fixed.
    """
    query = (
        select(Target.area, Airing, Approved.jws)
        .join(Airing, Airing.id == Target.airing)
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .join(Approved, and_(Approved.bulletin == Airing.bulletin, Approved.revision == Airing.revision))
        .join(HeldKey, HeldKey.kid == Approved.kid)
        .where(Airing.state.in_(IN_PLANS), Bulletin.state == BulletinState.APPROVED)
        .where(Bulletin.revision == Airing.revision, Approved.recording == Airing.recording)
        .where(Approved.withdrawn_at.is_(None), Approved.expires_at > now, HeldKey.revoked_at.is_(None))
        .order_by(Target.area, Airing.starts_at, Airing.id)
    )
    plans: dict[AreaCode, list[PlannedAiring]] = {}
    for area, airing, jws in session.execute(query):
        plans.setdefault(area, []).append(_planned(airing, jws))
    return {area: tuple(airings[:MOST_AIRINGS]) for area, airings in plans.items()}


def digest_of(content: Iterable[PlannedAiring]) -> str:
    """Return the digest by which two plans' content is compared: without version and times of issue."""
    joined = "\n".join(airing.model_dump_json() for airing in content)
    return hashlib.sha256(joined.encode()).hexdigest()


def recordings_of(plans: Iterable[Content]) -> frozenset[RecordingId]:
    """Return every recording that the plans name."""
    return frozenset(airing.recording for content in plans for airing in content)


def _planned(airing: Airing, jws: str) -> PlannedAiring:
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
    )
