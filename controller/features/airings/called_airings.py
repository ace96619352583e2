"""Writes of airings that start by a call (emergencies, tests): in the plans from the call on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from controller.errors import Conflict
from controller.features.airings.cancellation import end_airing
from controller.features.airings.queries import targets_of
from controller.features.airings.service import aim
from controller.features.airings.timing import LATEST_AFTER
from controller.features.areas.queries import area_tree
from controller.features.journal.service import record
from controller.model.airing_states import AiringEvent, AiringState, after
from controller.model.airings import Airing, Target
from controller.model.bulletins import Approved, Recording
from controller.model.fleet import Node
from controller.model.local_time import wall
from controller.model.new_ids import new_id
from controller.model.permissions import Operator
from devices.ids import AiringId, AreaCode, Grade


@dataclass(frozen=True, slots=True)
class Called:
    """What is called, where, from when on, how loud; repeated every `every_ms` for `duration_ms`."""

    approved: Approved
    recording: Recording
    areas: Collection[AreaCode]
    starts_at: datetime
    grade: Grade
    volume: int
    duration_ms: int
    every_ms: int | None = None
    id: AiringId | None = None
    """Of what persons signed; None: a new one."""


def call_airing(session: Session, called: Called, *, by: Operator, now: datetime) -> Airing:
    """Start a recording at once: the airing is delivering from the start and is never moved afterwards.

    The caller has checked the rights, and that the approval is in force now.
    """
    airing = Airing(
        id=called.id or AiringId(new_id(now)),
        bulletin=called.approved.bulletin,
        state=after(AiringState.PLANNED, AiringEvent.DELIVER),
        grade=called.grade,
        volume=called.volume,
        asked_at=now,
        starts_at=called.starts_at,
        latest_start_at=called.starts_at + LATEST_AFTER[called.grade],
        revision=called.approved.revision,
        recording=called.recording.id,
        duration_ms=called.duration_ms,
        every_ms=called.every_ms,
        created_by=by.id,
        created_at=now,
        delivering_at=now,
    )
    session.add(airing)
    session.flush()
    targets = aim(session, area_tree(session), airing, called.areas)
    detail = {"bulletin": airing.bulletin, "areas": targets, "starts_at": wall(airing.starts_at)}
    record(session, by, "airing.called", airing.id, now, detail=detail | {"grade": called.grade})
    return airing


def silence_in(
    session: Session, airing: Airing, areas: Collection[AreaCode], *, reason: str, now: datetime
) -> tuple[AreaCode, ...]:
    """End an airing in some areas, or wholly if no area is left; return the areas whose plans change.

    Deliveries stay, because they record what was heard. Raises Conflict if a loudspeaker that is to go on
    belongs to an area that must be removed as a whole.
    """
    tree = area_tree(session)
    before = targets_of(session, [airing.id]).get(airing.id, ())
    left = tree.without(before, areas)
    if not left:
        end_airing(airing, reason, now)
        return before
    split = tree.below(before) - tree.below(areas) - tree.below(left)
    if session.scalars(select(Node.id).where(Node.area.in_(split), Node.retired_at.is_(None))).first():
        raise Conflict(
            "Không dừng riêng được nơi này vì có cụm loa gắn thẳng với cấp trên. "
            "Hãy dừng ở toàn địa bàn cấp trên.",
            code="emergency.not-apart",
        )
    session.execute(delete(Target).where(Target.airing == airing.id))
    session.execute(insert(Target), [{"airing": airing.id, "area": area} for area in left])
    return tuple(sorted({*before, *left}))
