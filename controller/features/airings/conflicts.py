"""Conflicts of an airing, found before anything is saved; pure.

It applies the nodes' own rule (devices/plan.py) with and without the airing, so the result here is
what the nodes will do. docs/architecture.md, "What is foreseen".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from devices.ids import AiringId, AreaCode
from devices.messages import Plan, PlannedAiring
from devices.plan import WALL_TIME, WHOLE_DAY_MINUTES, change_points, ends_at, timetable, what_sounds
from devices.statements import Policy
from schedules.turns import whole_ms

LONGEST_SHIFT = timedelta(hours=24)
"""A clear start further away than this is another day's business."""
_MOST_TRIES = 200
"""Starts that are tried for a clear one; a day has far fewer ends of airings and of quiet hours."""
_MILLISECOND = timedelta(milliseconds=1)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class ConflictKind(StrEnum):
    """Kinds of conflict between an airing and policies or other airings."""

    QUIET_HOURS = "quiet-hours"  # a policy silences it at that time of day
    MINUTES_A_DAY = "minutes-a-day"  # the policy's daily limit of minutes is used up
    YIELDS = "yields"  # it gives way to another airing
    TAKES = "takes"  # another airing gives way to it
    STARVES = "starves"  # it uses minutes of the daily limit that another airing needs


BY_POLICY = frozenset({ConflictKind.QUIET_HOURS, ConflictKind.MINUTES_A_DAY})
"""Conflicts that nobody may accept: the nodes would be silent."""


class Choice(StrEnum):
    """What a person can do about a conflict."""

    SHIFT = "shift"  # choose another time
    AFTER = "after"  # start at the first clear instant
    REPLACE = "replace"  # cancel what it meets
    ACCEPT = "accept"  # by grade: one of the two loses
    SHORTEN = "shorten"  # a shorter text
    REFUSE = "refuse"  # do not plan it


class Meeting(StrEnum):
    """What to do if an airing conflicts with others; policies cannot be overridden."""

    REFUSE = "refuse"
    AFTER = "after"  # start at the first clear instant
    REPLACE = "replace"  # cancel the others
    ACCEPT = "accept"  # as the grades say


@dataclass(frozen=True, slots=True)
class AiringConflict:
    """One conflict; `loses`: how much of its sound is lost, the largest loss in any area."""

    kind: ConflictKind
    areas: tuple[AreaCode, ...]
    since: datetime
    until: datetime
    loses: timedelta
    other: AiringId | None = None
    is_overrun: bool = False
    """Whether the airing is too long for its slot: the other begins while it sounds."""

    @property
    def seconds_lost(self) -> float:
        """Return how much of its sound is lost, in seconds."""
        return round(self.loses.total_seconds(), 1)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Return the choices, the least disruptive first."""
        if self.kind is ConflictKind.QUIET_HOURS:
            return (Choice.AFTER, Choice.SHIFT, Choice.SHORTEN, Choice.REFUSE)
        if self.kind is ConflictKind.MINUTES_A_DAY:
            return (Choice.SHIFT, Choice.SHORTEN, Choice.REFUSE)
        shorter = (Choice.SHORTEN,) if self.is_overrun else ()
        return (Choice.AFTER, Choice.SHIFT, *shorter, Choice.REPLACE, Choice.ACCEPT, Choice.REFUSE)


@dataclass(frozen=True, slots=True)
class Foresight:
    """Conflicts of an airing; `clear_at`: first start within a day without any conflict."""

    conflicts: tuple[AiringConflict, ...]
    clear_at: datetime | None
    duration: timedelta
    is_estimate: bool
    """Whether the length is guessed from the text: the recording is not made yet."""
    allowed_at: datetime | None = None
    """The first start within a day at which no quiet hours fall into it, whatever else it meets."""
    titles: Mapping[AiringId, str] = field(default_factory=dict)
    turns: int = 1
    """In how many turns its loudspeakers speak; `duration` is that of one."""

    @property
    def duration_seconds(self) -> float:
        """Return how long it sounds, in seconds."""
        return round(self.duration.total_seconds(), 1)

    @property
    def whole_seconds(self) -> float:
        """Return how long it takes until its last turn has ended, in seconds."""
        return round(whole_ms(round(self.duration / _MILLISECOND), self.turns) / 1000, 1)

    @property
    def against_policy(self) -> tuple[AiringConflict, ...]:
        """Return the conflicts that nobody may accept."""
        return tuple(one for one in self.conflicts if one.kind in BY_POLICY)

    @property
    def others(self) -> tuple[AiringConflict, ...]:
        """Return the conflicts with other airings."""
        return tuple(one for one in self.conflicts if one.kind not in BY_POLICY)

    def is_forbidden(self, latest: datetime) -> bool:
        """Return whether policies allow no uncut start until its latest start."""
        if not self.against_policy:
            return False
        spent = any(one.kind is ConflictKind.MINUTES_A_DAY for one in self.against_policy)
        return spent or self.allowed_at is None or self.allowed_at > latest


@dataclass(frozen=True, slots=True)
class PlanningContext:
    """Areas with the same planned airings and the same policies.

    Where loudspeakers speak in turns, areas are in two contexts. In one, airings are as one loudspeaker has
    them (`turns` None), for minutes of the day. In the other they last until the last of their turns has
    ended, as what is asked for would with so many `turns`: two airings must not overlap in the air, and quiet
    hours hold for the last turn.
    """

    areas: tuple[AreaCode, ...]
    airings: tuple[PlannedAiring, ...]
    policies: tuple[Policy, ...]
    turns: int | None = None


def conflicts(candidate: PlannedAiring, grounds: Iterable[PlanningContext]) -> list[AiringConflict]:
    """Return all conflicts of the airing, policies first, each conflict once with all its areas."""
    joined: dict[tuple[ConflictKind, AiringId | None], AiringConflict] = {}
    for ground in grounds:
        whole = _whole(candidate, ground)
        for found in (*_against_it(whole, ground), *_against_others(whole, ground)):
            key = (found.kind, found.other)
            joined[key] = _join(joined[key], found) if key in joined else found
    return sorted(joined.values(), key=lambda one: (one.kind not in BY_POLICY, one.since, one.other or ""))


def clear_start(candidate: PlannedAiring, grounds: Sequence[PlanningContext]) -> datetime | None:
    """Return the first start without conflict, within a day from the asked start, or None."""
    asked = candidate.starts_at
    starts = {asked}
    for ground in grounds:
        points = change_points([_plan(ground.airings)], ground.policies, asked, asked + LONGEST_SHIFT)
        starts.update(point for point in points if point > asked)
    for start in sorted(starts)[:_MOST_TRIES]:
        late = start - asked
        moved = candidate.model_copy(
            update={"starts_at": start, "latest_start_at": candidate.latest_start_at + late}
        )
        if not any(_meets_anything(moved, ground) for ground in grounds):
            return start
    return None


def is_silenced(candidate: PlannedAiring, grounds: Iterable[PlanningContext]) -> bool:
    """Return whether policies silence the whole airing in all of the areas."""
    return all(
        not timetable([_plan([whole])], ground.policies, *_span(whole))
        for ground, whole in ((ground, _whole(candidate, ground)) for ground in grounds)
    )


def yields(candidate: PlannedAiring, grounds: Iterable[PlanningContext]) -> bool:
    """Return whether the airing gives way to another one, in whole or in part, in any of the areas."""
    found = conflicts(candidate, grounds)
    return any(one.kind is ConflictKind.YIELDS for one in found)


def _span(airing: PlannedAiring) -> tuple[datetime, datetime]:
    return airing.starts_at, ends_at(airing)


def _plan(airings: Iterable[PlannedAiring]) -> Plan:
    """Return the airings as one plan; it is never published, so its other fields are placeholders."""
    return Plan.model_construct(
        target=AreaCode(""), version=1, issued_at=_NEVER, expires_at=_NEVER, airings=tuple(airings)
    )


def _whole(candidate: PlannedAiring, ground: PlanningContext) -> PlannedAiring:
    """Return the airing as long as all of its turns."""
    if ground.turns is None:
        return candidate
    return candidate.model_copy(update={"duration_ms": whole_ms(candidate.duration_ms, ground.turns)})


def _meets_anything(candidate: PlannedAiring, ground: PlanningContext) -> bool:
    whole = _whole(candidate, ground)
    return bool(_against_it(whole, ground) or _against_others(whole, ground))


def _against_it(candidate: PlannedAiring, ground: PlanningContext) -> list[AiringConflict]:
    """Return the conflicts that prevent parts of the airing from being heard."""
    plans = [_plan((*ground.airings, candidate))]
    since, until = _span(candidate)
    found: dict[tuple[ConflictKind, AiringId | None], AiringConflict] = {}
    for begins, ends in pairwise([since, *change_points(plans, ground.policies, since, until), until]):
        sounds = what_sounds(plans, ground.policies, begins)
        if sounds is not None and sounds.airing == candidate.airing:
            continue
        kind, other = _why_silent(candidate, plans, ground, begins)
        overrun = other is not None and begins > since
        piece = AiringConflict(kind, ground.areas, begins, ends, ends - begins, other, overrun)
        before = found.get((kind, other))
        found[kind, other] = (
            piece if before is None else replace(before, until=ends, loses=before.loses + piece.loses)
        )
    return list(found.values())


def _why_silent(
    candidate: PlannedAiring, plans: Sequence[Plan], ground: PlanningContext, at: datetime
) -> tuple[ConflictKind, AiringId | None]:
    unbound = what_sounds(plans, (), at)
    if unbound is not None and unbound.airing != candidate.airing:
        return ConflictKind.YIELDS, unbound.airing
    by_the_hour = [
        policy.model_copy(update={"minutes_a_day": WHOLE_DAY_MINUTES}) for policy in ground.policies
    ]
    if what_sounds(plans, by_the_hour, at) is None:
        return ConflictKind.QUIET_HOURS, None
    return ConflictKind.MINUTES_A_DAY, None


def _against_others(candidate: PlannedAiring, ground: PlanningContext) -> list[AiringConflict]:
    """Return what other airings lose: while it sounds, or later that day by the minutes it uses."""
    since, until = candidate.starts_at, _day_end(candidate, ground)
    before = _heard(ground.airings, ground, since, until)
    after = _heard((*ground.airings, candidate), ground, since, until)
    found = []
    for other in ground.airings:
        loses = before.get(other.airing, timedelta()) - after.get(other.airing, timedelta())
        if loses <= timedelta():
            continue
        meets = max(other.starts_at, candidate.starts_at) < min(ends_at(other), ends_at(candidate))
        kind = ConflictKind.TAKES if meets else ConflictKind.STARVES
        overrun = meets and other.starts_at > candidate.starts_at
        found.append(AiringConflict(kind, ground.areas, *_span(other), loses, other.airing, overrun))
    return found


def _heard(
    airings: Iterable[PlannedAiring], ground: PlanningContext, since: datetime, until: datetime
) -> dict[AiringId, timedelta]:
    heard: dict[AiringId, timedelta] = {}
    for slot in timetable([_plan(airings)], ground.policies, since, until):
        name = slot.airing.airing
        heard[name] = heard.get(name, timedelta()) + (slot.ends_at - slot.starts_at)
    return heard


def _day_end(candidate: PlannedAiring, ground: PlanningContext) -> datetime:
    """Return the midnight that ends the last day in which the airing sounds; without policies its end."""
    end = ends_at(candidate)
    if not ground.policies:
        return end
    tomorrow = end.astimezone(WALL_TIME).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), WALL_TIME).astimezone(UTC)


def _join(one: AiringConflict, more: AiringConflict) -> AiringConflict:
    return replace(
        one,
        areas=tuple(dict.fromkeys((*one.areas, *more.areas))),
        since=min(one.since, more.since),
        until=max(one.until, more.until),
        loses=max(one.loses, more.loses),
    )
