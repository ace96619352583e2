"""What will be heard where: the loudspeakers' own rule, asked over all that is planned, published or not."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from controller.airings.conflicts import (
    BY_POLICY,
    Conflict,
    ConflictKind,
    Ground,
    clear_start,
    conflicts,
    is_silenced,
)
from controller.airings.lifecycle import OPEN, AiringState
from controller.airings.tables import Airing, Target
from controller.areas.queries import area_tree
from controller.areas.tree import AreaTree
from controller.bulletins.lifecycle import BulletinId, BulletinState
from controller.bulletins.tables import Bulletin, Recording, Rendering, Revision
from controller.fleet.tables import Node
from controller.plans.lifecycle import Kind
from controller.plans.tables import Published
from devices.messages import AiringId, AreaCode, Grade, Plan, PlannedAiring, Policy, RecordingId
from devices.plan import Slot, ends_at, timetable
from tts.estimate import estimated_ms

AROUND = timedelta(hours=30)
"""What starts so long before or after may share the day's minutes with an airing, or still sound."""
_SHORTEST_MS = 1000


@dataclass(frozen=True, slots=True)
class Asking:
    """An airing that somebody would like to plan."""

    areas: Collection[AreaCode]
    starts_at: datetime
    latest_start_at: datetime
    grade: Grade
    volume: int


@dataclass(frozen=True, slots=True)
class Foresight:
    """What an airing would meet; `clear_at` is the first start within a day at which it meets nothing."""

    conflicts: tuple[Conflict, ...]
    clear_at: datetime | None
    duration: timedelta
    is_estimate: bool
    """Whether the length is guessed from the text: the recording is not made yet."""
    allowed_at: datetime | None = None
    """The first start within a day at which no quiet hours fall into it, whatever else it meets."""
    titles: Mapping[AiringId, str] = field(default_factory=dict)

    @property
    def against_policy(self) -> tuple[Conflict, ...]:
        """Return the conflicts that nobody may accept."""
        return tuple(one for one in self.conflicts if one.kind in BY_POLICY)

    @property
    def others(self) -> tuple[Conflict, ...]:
        """Return the meetings with other airings."""
        return tuple(one for one in self.conflicts if one.kind not in BY_POLICY)

    def is_forbidden(self, latest: datetime) -> bool:
        """Say whether policies leave it no whole start until its latest one."""
        if not self.against_policy:
            return False
        spent = any(one.kind is ConflictKind.MINUTES_A_DAY for one in self.against_policy)
        return spent or self.allowed_at is None or self.allowed_at > latest


@dataclass(frozen=True, slots=True)
class Heard:
    """One slot of an area's timetable with the text that is heard in it."""

    slot: Slot
    bulletin: BulletinId
    title: str


def foresee(session: Session, bulletin_id: BulletinId, asking: Asking) -> Foresight:
    """Return what an airing of the bulletin would meet. Reads alone; an emergency meets no policy."""
    (foresight,) = foresee_each(session, bulletin_id, [asking])
    return foresight


def foresee_each(
    session: Session,
    bulletin_id: BulletinId,
    askings: Sequence[Asking],
    *,
    without: Collection[AiringId] = frozenset(),
) -> list[Foresight]:
    """Return what each of several airings in the same areas would meet, `without` some that are planned.

    What is planned is read once, however many are asked about.
    """
    duration_ms, is_estimate = _length_of(session, bulletin_id)
    leaves = _leaves(session, askings[0].areas)
    since = min(asking.starts_at for asking in askings) - AROUND
    until = max(asking.starts_at for asking in askings) + timedelta(milliseconds=duration_ms) + AROUND
    planned = _planned(session, _above(session, leaves), since, until)
    planned = {name: one for name, one in planned.items() if name not in without}
    titles = {name: one.title for name, one in planned.items()}
    grounds = _grounds(session, leaves, planned)
    return [
        _foresight(_candidate(asking, duration_ms), grounds, titles, is_estimate=is_estimate)
        for asking in askings
    ]


def _foresight(
    candidate: PlannedAiring, wide: Sequence[Ground], titles: Mapping[AiringId, str], *, is_estimate: bool
) -> Foresight:
    since, until = candidate.starts_at - AROUND, ends_at(candidate) + AROUND
    grounds = [
        replace(ground, airings=tuple(one for one in ground.airings if since < one.starts_at < until))
        for ground in wide
    ]
    found = conflicts(candidate, grounds)
    alone = [replace(ground, airings=()) for ground in grounds]
    return Foresight(
        tuple(found),
        clear_start(candidate, grounds) if found else candidate.starts_at,
        timedelta(milliseconds=candidate.duration_ms),
        is_estimate,
        clear_start(candidate, alone) if found else candidate.starts_at,
        {one.other: titles[one.other] for one in found if one.other is not None},
    )


def allowed_start(
    session: Session, airing: Airing, targets: Iterable[AreaCode], start: datetime, duration_ms: int
) -> datetime | None:
    """Return the first start, not after the latest, that no policy silences; None: nobody would hear it.

    Where policies cut off a part of it at any start, it starts as asked, and the nodes cut it.
    """
    latest = max(airing.latest_start_at, start)
    asking = Asking((), start, latest, airing.grade, airing.volume)
    candidate = _candidate(asking, duration_ms)
    grounds = _grounds(session, _leaves(session, targets), {})
    clear = clear_start(candidate, grounds)
    if clear is not None and clear <= latest:
        return clear
    return None if is_silenced(candidate, grounds) else start


def _as_planned(airing: Any, duration_ms: int) -> PlannedAiring:
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


def heard_in(session: Session, area: AreaCode, since: datetime, until: datetime) -> list[Heard]:
    """Return what an area's loudspeakers sound between two instants, of what is approved, each slot whole."""
    near = _planned(session, _above(session, [area]), since - AROUND, until + AROUND)
    planned = {name: one for name, one in near.items() if one.is_approved}
    (ground,) = _grounds(session, [area], planned) or [Ground((area,), (), ())]
    plan = Plan.model_construct(
        target=area, version=1, issued_at=since, expires_at=until + 2 * AROUND, airings=ground.airings
    )
    return [
        Heard(slot, planned[slot.airing.airing].bulletin, planned[slot.airing.airing].title)
        for slot in timetable([plan], ground.policies, since - AROUND, until + AROUND)
        if slot.starts_at < until and slot.ends_at > since
    ]


def waiting_in(session: Session, area: AreaCode, since: datetime, until: datetime) -> list[Airing]:
    """Return the airings planned for the area whose bulletins nobody has approved yet."""
    query = (
        select(Airing)
        .join(Target, Target.airing == Airing.id)  # of an area's lineage, an airing has one target
        .join(Bulletin, Bulletin.id == Airing.bulletin)
        .where(Target.area.in_(area_tree(session).lineage(area)))
        .where(Target.starts_at >= since, Target.starts_at < until)
        .where(Airing.state.in_(OPEN), Bulletin.state != BulletinState.APPROVED)
        .order_by(Target.starts_at, Airing.id)
    )
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class Loss:
    """What a policy that is only proposed would take from one airing, in any of the areas at most."""

    airing: AiringId
    bulletin: BulletinId
    title: str
    starts_at: datetime
    heard: timedelta
    """What would be heard of it by the policies in force."""
    loses: timedelta
    is_quieter: bool

    @property
    def is_silenced(self) -> bool:
        """Whether nothing of it would be heard any more."""
        return self.loses >= self.heard


def losses_by_policy(session: Session, proposed: Policy, since: datetime, until: datetime) -> list[Loss]:
    """Return what airings between two instants would lose if the policy came into force, by start.

    It asks the loudspeakers' own rule twice: by the policies in force, and with the proposed one in place.
    """
    leaves = _leaves(session, [proposed.target])
    planned = _planned(session, _above(session, leaves), since - AROUND, until)
    found: dict[AiringId, Loss] = {}
    for ground in _grounds(session, leaves, planned):
        kept = tuple(policy for policy in ground.policies if policy.target != proposed.target)
        before = _heard_by(ground.airings, ground.policies, since, until)
        after = _heard_by(ground.airings, (*kept, proposed), since, until)
        for airing, (heard, volume) in before.items():
            left, new_volume = after.get(airing, (timedelta(), volume))
            one = planned[airing]
            loss = Loss(
                airing,
                one.bulletin,
                one.title,
                one.airing.starts_at,
                heard,
                heard - left,
                is_quieter=new_volume < volume,
            )
            known = found.get(airing)
            if (loss.loses or loss.is_quieter) and (known is None or known.loses < loss.loses):
                found[airing] = loss
    return sorted(found.values(), key=lambda loss: (loss.starts_at, loss.airing))


def _heard_by(
    airings: Sequence[PlannedAiring], policies: Sequence[Policy], since: datetime, until: datetime
) -> dict[AiringId, tuple[timedelta, int]]:
    """Return how long each airing is heard, and how loud at most."""
    plan = Plan.model_construct(
        target=AreaCode(""), version=1, issued_at=since, expires_at=until + 2 * AROUND, airings=tuple(airings)
    )
    heard: dict[AiringId, tuple[timedelta, int]] = {}
    for slot in timetable([plan], policies, since, until):
        length, volume = heard.get(slot.airing.airing, (timedelta(), 0))
        heard[slot.airing.airing] = (
            length + (slot.ends_at - slot.starts_at),
            max(volume, slot.airing.volume),
        )
    return heard


@dataclass(frozen=True, slots=True)
class _Planned:
    airing: PlannedAiring
    bulletin: BulletinId
    title: str
    targets: tuple[AreaCode, ...]
    is_approved: bool


def _planned(
    session: Session, areas: Collection[AreaCode], since: datetime, until: datetime
) -> dict[AiringId, _Planned]:
    """Return the airings between two instants that are meant for any of these very areas.

    What was aired counts too: it has used up minutes of its day.
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
    planned: dict[AiringId, _Planned] = {}
    for row in rows:
        known = planned.get(row.id)
        if known is not None:
            planned[row.id] = replace(known, targets=(*known.targets, row.area))
            continue
        text = texts[row.bulletin]
        airing = _as_planned(row, row.duration_ms or text.duration_ms)
        planned[row.id] = _Planned(airing, row.bulletin, text.title, (row.area,), text.is_approved)
    return planned


_OF_AIRING = ("id", "recording", "starts_at", "latest_start_at", "duration_ms", "grade", "volume")


@dataclass(frozen=True, slots=True)
class _Text:
    """What a planned airing needs to know of its bulletin."""

    title: str
    is_approved: bool
    duration_ms: int


def _texts(session: Session, bulletins: Collection[BulletinId]) -> dict[BulletinId, _Text]:
    query = (
        select(Bulletin.id, Bulletin.title, Bulletin.state, Recording.duration_ms)
        .outerjoin(
            Rendering, and_(Rendering.bulletin == Bulletin.id, Rendering.revision == Bulletin.revision)
        )
        .outerjoin(Recording, Recording.id == Rendering.recording)
        .where(Bulletin.id.in_(bulletins))
    )
    return {
        row.id: _Text(
            row.title, row.state is BulletinState.APPROVED, row.duration_ms or _length_of(session, row.id)[0]
        )
        for row in session.execute(query).all()
    }


def _length_of(session: Session, bulletin_id: BulletinId) -> tuple[int, bool]:
    """Return how long the newest wording is, milliseconds, and whether that is a guess."""
    recorded = session.scalar(
        select(Recording.duration_ms)
        .join(Rendering, Rendering.recording == Recording.id)
        .join(Bulletin, and_(Bulletin.id == Rendering.bulletin, Bulletin.revision == Rendering.revision))
        .where(Bulletin.id == bulletin_id)
    )
    if recorded is not None:
        return recorded, False
    title, text = session.execute(
        select(Bulletin.title, Revision.text)
        .join(Revision, and_(Revision.bulletin == Bulletin.id, Revision.number == Bulletin.revision))
        .where(Bulletin.id == bulletin_id)
    ).one()
    return max(estimated_ms(title, text), _SHORTEST_MS), True


def _candidate(asking: Asking, duration_ms: int) -> PlannedAiring:
    # Its name sorts last, as the newest id does: of two with equal right, the one planned first sounds.
    return PlannedAiring.model_construct(
        airing=AiringId("~"),
        recording=RecordingId(""),
        approval="",
        starts_at=asking.starts_at,
        latest_start_at=asking.latest_start_at,
        duration_ms=duration_ms,
        grade=asking.grade,
        volume=asking.volume,
        test=False,
    )


def _above(session: Session, areas: Iterable[AreaCode]) -> frozenset[AreaCode]:
    """Return the areas with all above them: what is meant for any of these sounds in one of those."""
    tree = area_tree(session)
    return frozenset(above for area in areas for above in tree.lineage(area))


def _leaves(session: Session, targets: Iterable[AreaCode]) -> list[AreaCode]:
    """Return the areas under the targets in which loudspeakers stand; the targets, where there are none."""
    targets = list(targets)
    below = area_tree(session).below(targets)
    query = select(Node.area).where(Node.area.in_(below), Node.retired_at.is_(None)).distinct()
    return sorted(session.scalars(query)) or targets


def _grounds(
    session: Session, areas: Sequence[AreaCode], planned: Mapping[AiringId, _Planned]
) -> list[Ground]:
    """Return the areas, those together in which the same airings and the same policies hold."""
    tree: AreaTree = area_tree(session)
    policies = _policies(session)
    by_target: dict[AreaCode, list[AiringId]] = defaultdict(list)
    for name, one in planned.items():
        for target in one.targets:
            by_target[target].append(name)
    alike: dict[tuple[frozenset[AiringId], frozenset[AreaCode]], list[AreaCode]] = defaultdict(list)
    for area in areas:
        lineage = tree.lineage(area)
        here = frozenset(name for above in lineage for name in by_target[above])
        alike[here, frozenset(above for above in lineage if above in policies)].append(area)
    return [
        Ground(
            tuple(together),
            tuple(planned[name].airing for name in sorted(here)),
            tuple(policies[above] for above in sorted(bound)),
        )
        for (here, bound), together in alike.items()
    ]


def _policies(session: Session) -> dict[AreaCode, Policy]:
    query = select(Published.target, Published.document).where(Published.kind == Kind.POLICY)
    return {
        AreaCode(target): Policy.model_validate_json(document) for target, document in session.execute(query)
    }
