"""Planned airings and their areas: the reads for conflict checks."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from controller.features.airings.conflicts import PlanningContext
from controller.features.airings.consent import NOT_ASKED, ConsentStanding, standings
from controller.features.areas.queries import area_tree
from controller.features.areas.turns import Turns, turns_at
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
from controller.store import once_a_snapshot
from devices.ids import AiringId, AreaCode, Grade, RecordingId
from devices.messages import PlannedAiring
from devices.plan import WHOLE_DAY_MINUTES
from devices.statements import Policy
from devices.wire_types import parse
from schedules.turns import whole_ms
from tts.estimate import estimated_ms

_Alike = tuple[frozenset[AiringId], frozenset[AreaCode], tuple[int, int] | None]
"""What areas of one context have in common: airings, policies; in the second context, how many turns what is
asked for has there, and what is planned and not delivered yet."""
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
    turns: int | None = 1
    """In how many its loudspeakers speak; None: as each area has it when it is delivered."""

    def lasting(self, turns: int) -> PlannedAiring:
        """Return it as long as all of its turns, where an area has so many."""
        count = self.turns or turns
        if count == 1:
            return self.airing
        return self.airing.model_copy(update={"duration_ms": whole_ms(self.airing.duration_ms, count)})


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
    texts = texts_of(session, {row.bulletin for row in rows})
    planned: dict[AiringId, Planned] = {}
    for row in rows:
        known = planned.get(row.id)
        if known is not None:
            planned[row.id] = replace(known, targets=(*known.targets, row.area))
            continue
        text = texts[row.bulletin]
        airing = as_planned(row, row.duration_ms or text.duration_ms)
        is_approved = text.approved_until is not None and row.starts_at < text.approved_until
        planned[row.id] = Planned(
            airing, row.bulletin, text.title, (row.area,), is_approved, turns=_turns(row)
        )
    targets = {name: one.targets for name, one in planned.items()}
    for name, standing in standings(session, {row.id: row for row in rows}.values(), targets).items():
        planned[name] = replace(planned[name], standing=standing)
    return planned


def _turns(row: Any) -> int | None:
    is_open = row.state is AiringState.PLANNED and row.grade is Grade.ROUTINE and not row.only_chosen
    return None if is_open else int(row.turns)


_OF_AIRING = (
    *("id", "recording", "starts_at", "latest_start_at", "duration_ms", "grade", "volume"),
    *("state", "schedule", "linked_to", "created_by"),  # who is asked for a yes
    *("turns", "only_chosen"),
)


@dataclass(frozen=True, slots=True)
class PlannedText:
    """What a planned airing needs to know of its bulletin."""

    title: str
    approved_until: datetime | None
    duration_ms: int


def texts_of(session: Session, bulletins: Collection[BulletinId]) -> dict[BulletinId, PlannedText]:
    """Return what planned airings need to know of their bulletins; one query where all are recorded."""
    return {
        row.id: PlannedText(row.title, row.until, row.duration_ms or length_of(session, row.id)[0])
        for row in session.execute(_texts(), {"bulletins": list(bulletins)}).all()
    }


@cache
def _texts() -> Select[*tuple[Any, ...]]:
    return (
        select(Bulletin.id, Bulletin.title, approved_until().label("until"), Recording.duration_ms)
        .outerjoin(
            Rendering, and_(Rendering.bulletin == Bulletin.id, Rendering.revision == Bulletin.revision)
        )
        .outerjoin(Recording, Recording.id == Rendering.recording)
        .where(Bulletin.id.in_(bindparam("bulletins", expanding=True)))
    )


@once_a_snapshot
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
        alert=wording.alert,
        rests=spoken.rests,
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
    session: Session,
    areas: Sequence[AreaCode],
    planned: Mapping[AiringId, Planned],
    asked: Turns | None = None,
) -> list[PlanningContext]:
    """Return the areas, those together in which the same airings and the same policies hold.

    An airing that a commune declined is not in that commune's context. `asked`: the turns of what is asked
    for; where it or what is planned is in turns, areas are in a second context. None: only as one loudspeaker
    has it.
    """
    tree: AreaTree = area_tree(session)
    policies = _policies(session)
    usual = {} if asked is None else turns_at(session, areas).areas
    by_target = _by_target(planned)
    alike: dict[_Alike, list[AreaCode]] = defaultdict(list)
    for area in areas:
        lineage = tree.lineage(area)
        meant = (name for above in lineage for name in by_target.get(above, ()))
        here = frozenset(name for name in meant if planned[name].standing.declined.isdisjoint(lineage))
        bound = frozenset(above for above in lineage if above in policies)
        alike[here, bound, None].append(area)
        if asked is None:
            continue
        mine, theirs = asked.areas.get(area, 1), usual.get(area, 1)
        if mine > 1 or any((planned[name].turns or theirs) > 1 for name in here):
            alike[here, bound, (mine, theirs)].append(area)
    return [
        _context(
            together,
            [planned[name] for name in sorted(here)],
            [policies[one] for one in sorted(bound)],
            turns,
        )
        for (here, bound, turns), together in alike.items()
    ]


def _by_target(planned: Mapping[AiringId, Planned]) -> dict[AreaCode, list[AiringId]]:
    found: dict[AreaCode, list[AiringId]] = defaultdict(list)
    for name, one in planned.items():
        for target in one.targets:
            found[target].append(name)
    return found


def _context(
    areas: Sequence[AreaCode],
    planned: Sequence[Planned],
    policies: Sequence[Policy],
    turns: tuple[int, int] | None,
) -> PlanningContext:
    """Return the context of areas; with `turns`, that in which airings last until their last turn ends."""
    if turns is None:
        return PlanningContext(tuple(areas), tuple(one.airing for one in planned), tuple(policies))
    mine, theirs = turns
    lasting = tuple(one.lasting(theirs) for one in planned)
    return PlanningContext(tuple(areas), lasting, tuple(map(without_minutes, policies)), mine)


def without_minutes(policy: Policy) -> Policy:
    """Return the policy with no limit of minutes a day: these are counted by what one loudspeaker sounds."""
    return policy.model_copy(update={"minutes_a_day": WHOLE_DAY_MINUTES})


def policies_over(session: Session, lineage: Collection[AreaCode]) -> list[Policy]:
    """Return the policies that bind an area, its own and those above; one query."""
    query = select(Published.document).where(
        Published.kind == DocumentKind.POLICY, Published.target.in_(lineage), Published.payload != ""
    )
    return [parse(Policy, document) for document in session.scalars(query)]


@once_a_snapshot
def _policies(session: Session) -> dict[AreaCode, Policy]:
    query = select(Published.target, Published.document).where(Published.kind == DocumentKind.POLICY)
    return {AreaCode(target): parse(Policy, document) for target, document in session.execute(query)}
