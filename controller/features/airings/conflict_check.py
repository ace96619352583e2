"""What will be heard where: the nodes' own rule, applied to all planned airings, published or not."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from controller.features.airings.conflicts import (
    Foresight,
    PlanningContext,
    clear_start,
    conflicts,
    is_silenced,
    yields,
)
from controller.features.airings.planning_context import (
    AROUND,
    Planned,
    above,
    grounds_of,
    leaves_of,
    length_of,
    planned_between,
    without_minutes,
)
from controller.features.airings.schemas import ConflictShown, ForesightShown
from controller.features.areas.queries import area_tree
from controller.features.areas.turns import AT_ONCE, Turns, turns_at
from controller.http.schemas import View
from controller.model.airing_states import OPEN
from controller.model.airings import Airing, Target
from controller.model.bulletin_states import BulletinId
from devices.ids import AiringId, AreaCode, Grade, RecordingId
from devices.messages import Plan, PlannedAiring
from devices.plan import Slot, ends_at, timetable
from devices.statements import Policy
from schedules.turns import step_ms, whole_ms

_TICK = timedelta(microseconds=1)
"""What is planned is read between two instants, both left out."""


@dataclass(frozen=True, slots=True)
class Asking:
    """An airing that a person wants to plan."""

    areas: Collection[AreaCode]
    starts_at: datetime
    latest_start_at: datetime
    grade: Grade
    volume: int
    is_chosen: bool = False
    """For chosen loudspeakers alone: these do not speak in turns."""

    def turns(self, session: Session) -> Turns:
        """Return the turns of its loudspeakers."""
        return AT_ONCE if self.is_chosen else turns_at(session, self.areas, self.grade)


@dataclass(frozen=True, slots=True)
class HeardSlot:
    """One slot of an area's timetable with its text; in `turns`, the last of them has ended at `over_at`."""

    slot: Slot
    bulletin: BulletinId
    title: str
    turns: int
    over_at: datetime


def check_conflicts(session: Session, bulletin_id: BulletinId, asking: Asking) -> Foresight:
    """Return the conflicts of an airing of the bulletin. Read-only; policies do not apply to an emergency."""
    (foresight,) = check_each_for_conflicts(session, bulletin_id, [asking])
    return foresight


def check_each_for_conflicts(
    session: Session,
    bulletin_id: BulletinId,
    askings: Sequence[Asking],
    *,
    without: Collection[AiringId] = frozenset(),
    seeks_start: bool = True,
) -> list[Foresight]:
    """Return the conflicts of several airings in the same areas, ignoring the planned ones in `without`.

    The planned airings are read once for all of them. `seeks_start`: whether a start without conflict is
    looked for, which takes longer than all else; if not, `clear_at` and `allowed_at` are None.
    """
    duration_ms, is_estimate = length_of(session, bulletin_id)
    leaves, turns = leaves_of(session, askings[0].areas), askings[0].turns(session)
    lasts = timedelta(milliseconds=whole_ms(duration_ms, turns.count))
    since = min(asking.starts_at for asking in askings) - AROUND
    until = max(asking.starts_at for asking in askings) + lasts + AROUND
    planned = planned_between(session, above(session, leaves), since, until)
    planned = {name: one for name, one in planned.items() if name not in without}
    titles = {name: one.title for name, one in planned.items()}
    grounds = grounds_of(session, leaves, planned, turns)
    return [
        replace(
            _foresight(
                _candidate(asking, duration_ms),
                grounds,
                titles,
                is_estimate=is_estimate,
                seeks_start=seeks_start,
            ),
            turns=turns.count,
        )
        for asking in askings
    ]


def foresight_shown(foresight: Foresight) -> ForesightShown:
    """Return the conflicts as JSON shows them."""
    found = [
        ConflictShown.of(one, other_title=None if one.other is None else foresight.titles.get(one.other))
        for one in foresight.conflicts
    ]
    return ForesightShown.of(foresight, conflicts=found)


def facts_of(shown: View) -> dict[str, Any]:
    """Return what JSON shows as the facts of a refusal."""
    return shown.model_dump(mode="json", exclude_unset=True)


def _foresight(
    candidate: PlannedAiring,
    wide: Sequence[PlanningContext],
    titles: Mapping[AiringId, str],
    *,
    is_estimate: bool,
    seeks_start: bool,
) -> Foresight:
    since, until = candidate.starts_at - AROUND, ends_at(candidate) + AROUND
    grounds = [
        replace(ground, airings=tuple(one for one in ground.airings if since < one.starts_at < until))
        for ground in wide
    ]
    found = conflicts(candidate, grounds)
    clear_at: datetime | None = candidate.starts_at
    allowed_at: datetime | None = candidate.starts_at
    if found:
        alone = [replace(ground, airings=()) for ground in grounds]
        clear_at = clear_start(candidate, grounds) if seeks_start else None
        allowed_at = clear_start(candidate, alone) if seeks_start else None
    return Foresight(
        tuple(found),
        clear_at,
        timedelta(milliseconds=candidate.duration_ms),
        is_estimate,
        allowed_at,
        {one.other: titles[one.other] for one in found if one.other is not None},
    )


def allowed_start(
    session: Session, airing: Airing, targets: Iterable[AreaCode], start: datetime, duration_ms: int
) -> datetime | None:
    """Return the first start, not after the latest, that no policy silences; None: there is none.

    If policies cut off a part of it at every start, it starts as asked, and the nodes cut it.
    One that starts later than it was asked for meets others that nobody was told of: if it would
    yield to one of them, it starts when it meets nothing any more, if that is not too late.
    """
    latest = max(airing.latest_start_at, start)
    is_chosen = airing.only_chosen or airing.node is not None
    asking = Asking(list(targets), start, latest, airing.grade, airing.volume, is_chosen)
    candidate, turns = _candidate(asking, duration_ms), asking.turns(session)
    leaves = leaves_of(session, asking.areas)
    if start > airing.asked_at:
        lasts = timedelta(milliseconds=whole_ms(duration_ms, turns.count))
        others = _others(session, airing, leaves, start, latest + lasts)
        grounds = grounds_of(session, leaves, others, turns)
        clear = clear_start(candidate, grounds) if yields(candidate, grounds) else None
        if clear is not None and clear <= latest:
            return clear
    grounds = grounds_of(session, leaves, {}, turns)
    clear = clear_start(candidate, grounds)
    if clear is not None and clear <= latest:
        return clear
    return None if is_silenced(candidate, grounds) else start


def _others(
    session: Session, airing: Airing, leaves: Sequence[AreaCode], since: datetime, until: datetime
) -> dict[AiringId, Planned]:
    """Return the other approved airings that may sound in these areas between two instants."""
    near = planned_between(session, above(session, leaves), since - AROUND, until)
    return {name: one for name, one in near.items() if name != airing.id and one.is_approved}


def heard_in(session: Session, area: AreaCode, since: datetime, until: datetime) -> list[HeardSlot]:
    """Return what an area's loudspeakers sound between two instants; slots are not cut.

    Only approved airings, with the commune's yes if it is needed.
    """
    areas = above(session, [area])
    near = planned_between(session, areas, since - AROUND, until)
    # an airing that begins later can only cut one that is still sounding then
    last = max([until, *(ends_at(one.airing) for one in near.values())])
    if last > until:
        near |= planned_between(session, areas, until - _TICK, last)
    lineage = area_tree(session).lineage(area)
    planned = {
        name: one
        for name, one in near.items()
        if one.is_approved and one.standing.unanswered.isdisjoint(lineage)
    }
    (ground,) = grounds_of(session, [area], planned) or [PlanningContext((area,), (), ())]
    plan = Plan.model_construct(
        target=area, version=1, issued_at=since, expires_at=last + AROUND, airings=ground.airings
    )
    here = turns_at(session, [area]).count
    return [
        _heard(slot, planned[slot.airing.airing], here)
        for slot in timetable([plan], ground.policies, since - AROUND, last)
        if slot.starts_at < until and slot.ends_at > since
    ]


def _heard(slot: Slot, planned: Planned, here: int) -> HeardSlot:
    turns = planned.turns or here
    later = timedelta(milliseconds=(turns - 1) * step_ms(planned.airing.duration_ms))
    return HeardSlot(slot, planned.bulletin, planned.title, turns, slot.ends_at + later)


def waiting_in(session: Session, area: AreaCode, since: datetime, until: datetime) -> list[Airing]:
    """Return the area's planned airings without an approval at their start, or without the commune's yes."""
    query = (
        select(Airing)
        .join(Target, Target.airing == Airing.id)  # of an area's lineage, an airing has one target
        .where(Target.area.in_(area_tree(session).lineage(area)))
        .where(Target.starts_at >= since, Target.starts_at < until)
        .where(Airing.state.in_(OPEN), Airing.node.is_(None))
        .order_by(Target.starts_at, Airing.id)
    )
    rows = session.scalars(query).all()
    lineage = area_tree(session).lineage(area)
    planned = planned_between(session, above(session, [area]), since - _TICK, until) if rows else {}
    return [
        airing
        for airing in rows
        if not planned[airing.id].is_approved
        or not planned[airing.id].standing.unanswered.isdisjoint(lineage)
    ]


@dataclass(frozen=True, slots=True)
class PolicyLoss:
    """What a proposed policy would remove from one airing; the largest loss in any of the areas."""

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


def losses_by_policies(
    session: Session, proposed: Sequence[Policy], since: datetime, until: datetime
) -> dict[AreaCode, list[PolicyLoss]]:
    """Return what airings between two instants would lose by each of some policies alone, by start.

    Keyed by the area of the policy. It applies the nodes' own rule twice: with the policies in force, and
    with the proposed one added. The planned airings are read once for all of them.
    """
    tree, stand = area_tree(session), frozenset(leaves_of(session, [one.target for one in proposed]))
    leaves = {one.target: sorted(stand & tree.below([one.target])) or [one.target] for one in proposed}
    everywhere = above(session, (area for areas in leaves.values() for area in areas))
    planned = planned_between(session, everywhere, since - AROUND, until)
    return {
        one.target: _losses(
            one, grounds_of(session, leaves[one.target], planned, AT_ONCE), planned, since, until
        )
        for one in proposed
    }


def _losses(
    proposed: Policy,
    grounds: Iterable[PlanningContext],
    planned: Mapping[AiringId, Planned],
    since: datetime,
    until: datetime,
) -> list[PolicyLoss]:
    found: dict[AiringId, PolicyLoss] = {}
    for ground in grounds:
        kept = tuple(policy for policy in ground.policies if policy.target != proposed.target)
        before = _heard_by(ground.airings, ground.policies, since, until)
        new = proposed if ground.turns is None else without_minutes(proposed)
        after = _heard_by(ground.airings, (*kept, new), since, until)
        for airing, (heard, volume) in before.items():
            left, new_volume = after.get(airing, (timedelta(), volume))
            one = planned[airing]
            loss = PolicyLoss(
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


def _candidate(asking: Asking, duration_ms: int) -> PlannedAiring:
    # Sorts last, like the newest id: of two with equal precedence, the one planned first sounds.
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
