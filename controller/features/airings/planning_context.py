"""Planned airings and their areas: the reads for conflict checks."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from controller.features.airings.conflicts import PlanningContext
from controller.features.airings.consent import NOT_ASKED, ConsentStanding, standings
from controller.features.areas.queries import area_tree
from controller.features.bulletins.in_force import approved_until
from controller.features.bulletins.queries import usual_speech
from controller.model.airing_states import OPEN, AiringState
from controller.model.airings import Airing, Target
from controller.model.area_tree import AreaTree
from controller.model.bulletin_states import BulletinId
from controller.model.bulletins import Bulletin, Recording, Rendering, Revision
from controller.model.fleet import Node
from controller.model.plan_states import DocumentKind
from controller.model.plans import Published
from controller.model.speech import Speech
from devices.ids import AiringId, AreaCode, RecordingId
from devices.messages import PlannedAiring
from devices.statements import Policy
from devices.wire_types import parse
from tts.estimate import estimated_ms

AROUND = timedelta(hours=30)
"""What starts so long before or after may share the day's minutes with an airing, or still sound."""
_SHORTEST_MS = 1000


def as_planned(airing: Any, duration_ms: int) -> PlannedAiring:
    """Return an airing as plans will name it; its approval is left out, so it is never sent."""
    return PlannedAiring.model_construct(
        airing=airing.id,
        recording=airing.recording or RecordingId(""),
        approval="",
        starts_at=airing.starts_at,
        latest_start_at=airing.latest_start_at,
        duration_ms=duration_ms,
        grade=airing.grade,
        volume=airing.volume,
        test=False,
    )


@dataclass(frozen=True, slots=True)
class Planned:
    """An airing as plans will name it, with what it is of and whom it is meant for."""

    airing: PlannedAiring
    bulletin: BulletinId
    title: str
    targets: tuple[AreaCode, ...]
    is_approved: bool
    """Whether its approval is in force when it starts."""
    standing: ConsentStanding = NOT_ASKED
    """What the communes have said that are asked for their yes."""


def planned_between(
    session: Session, areas: Collection[AreaCode], since: datetime, until: datetime
) -> dict[AiringId, Planned]:
    """Return the airings between two instants that are meant for any of these very areas.

    Aired ones count too: they have used minutes of the daily limit.
    """
    query = (
        select(Target.area, Airing.bulletin, *(getattr(Airing, name) for name in _OF_AIRING))
        .join(Airing, Airing.id == Target.airing)
        .where(Target.area.in_(areas), Target.starts_at > since, Target.starts_at < until)
        .where(or_(Airing.state.in_(OPEN), Airing.state == AiringState.AIRED), Airing.node.is_(None))
        .order_by(Target.area, Target.starts_at)
    )
    rows = session.execute(query).all()
    texts = _texts(session, {row.bulletin for row in rows})
    planned: dict[AiringId, Planned] = {}
    for row in rows:
        known = planned.get(row.id)
        if known is not None:
            planned[row.id] = replace(known, targets=(*known.targets, row.area))
            continue
        text = texts[row.bulletin]
        airing = as_planned(row, row.duration_ms or text.duration_ms)
        is_approved = text.approved_until is not None and row.starts_at < text.approved_until
        planned[row.id] = Planned(airing, row.bulletin, text.title, (row.area,), is_approved)
    targets = {name: one.targets for name, one in planned.items()}
    for name, standing in standings(session, {row.id: row for row in rows}.values(), targets).items():
        planned[name] = replace(planned[name], standing=standing)
    return planned


_OF_AIRING = (
    *("id", "recording", "starts_at", "latest_start_at", "duration_ms", "grade", "volume"),
    *("state", "schedule", "linked_to", "created_by"),  # who is asked for a yes
)


@dataclass(frozen=True, slots=True)
class _Text:
    """What a planned airing needs to know of its bulletin."""

    title: str
    approved_until: datetime | None
    duration_ms: int


def _texts(session: Session, bulletins: Collection[BulletinId]) -> dict[BulletinId, _Text]:
    query = (
        select(Bulletin.id, Bulletin.title, approved_until().label("until"), Recording.duration_ms)
        .outerjoin(
            Rendering, and_(Rendering.bulletin == Bulletin.id, Rendering.revision == Bulletin.revision)
        )
        .outerjoin(Recording, Recording.id == Rendering.recording)
        .where(Bulletin.id.in_(bulletins))
    )
    return {
        row.id: _Text(row.title, row.until, row.duration_ms or length_of(session, row.id)[0])
        for row in session.execute(query).all()
    }


def length_of(session: Session, bulletin_id: BulletinId) -> tuple[int, bool]:
    """Return how long the newest wording is, milliseconds, and whether that is a guess."""
    recorded = session.scalar(
        select(Recording.duration_ms)
        .join(Rendering, Rendering.recording == Recording.id)
        .join(Bulletin, and_(Bulletin.id == Rendering.bulletin, Bulletin.revision == Rendering.revision))
        .where(Bulletin.id == bulletin_id)
    )
    if recorded is not None:
        return recorded, False
    bulletin, wording = session.execute(
        select(Bulletin, Revision)
        .join(Revision, and_(Revision.bulletin == Bulletin.id, Revision.number == Bulletin.revision))
        .where(Bulletin.id == bulletin_id)
    ).one()
    spoken = usual_speech(session, bulletin, wording, Speech())
    length = estimated_ms(
        bulletin.title,
        wording.text,
        issuer=wording.issuer,
        readings=wording.readings,
        rate=spoken.rate,
        register=spoken.register,
    )
    return max(length, _SHORTEST_MS), True


def above(session: Session, areas: Iterable[AreaCode]) -> frozenset[AreaCode]:
    """Return the areas with all above them: what is meant for any of these sounds in one of those."""
    tree = area_tree(session)
    return frozenset(above for area in areas for above in tree.lineage(area))


def leaves_of(session: Session, targets: Iterable[AreaCode]) -> list[AreaCode]:
    """Return the areas under the targets in which loudspeakers stand; the targets, where there are none."""
    targets = list(targets)
    below = area_tree(session).below(targets)
    query = select(Node.area).where(Node.area.in_(below), Node.retired_at.is_(None)).distinct()
    return sorted(session.scalars(query)) or targets


def grounds_of(
    session: Session, areas: Sequence[AreaCode], planned: Mapping[AiringId, Planned]
) -> list[PlanningContext]:
    """Return the areas, those together in which the same airings and the same policies hold.

    An airing that a commune declined is not in that commune's context.
    """
    tree: AreaTree = area_tree(session)
    policies = _policies(session)
    by_target: dict[AreaCode, list[AiringId]] = defaultdict(list)
    for name, one in planned.items():
        for target in one.targets:
            by_target[target].append(name)
    alike: dict[tuple[frozenset[AiringId], frozenset[AreaCode]], list[AreaCode]] = defaultdict(list)
    for area in areas:
        lineage = tree.lineage(area)
        here = frozenset(
            name
            for above in lineage
            for name in by_target[above]
            if planned[name].standing.declined.isdisjoint(lineage)
        )
        alike[here, frozenset(above for above in lineage if above in policies)].append(area)
    return [
        PlanningContext(
            tuple(together),
            tuple(planned[name].airing for name in sorted(here)),
            tuple(policies[above] for above in sorted(bound)),
        )
        for (here, bound), together in alike.items()
    ]


def policies_over(session: Session, lineage: Collection[AreaCode]) -> list[Policy]:
    """Return the policies that bind an area, its own and those above; one query."""
    query = select(Published.document).where(
        Published.kind == DocumentKind.POLICY, Published.target.in_(lineage), Published.payload != ""
    )
    return [parse(Policy, document) for document in session.scalars(query)]


def _policies(session: Session) -> dict[AreaCode, Policy]:
    query = select(Published.target, Published.document).where(Published.kind == DocumentKind.POLICY)
    return {AreaCode(target): parse(Policy, document) for target, document in session.execute(query)}
