"""What sounds, and when: pure functions of plans and policies; docs/protocol.md, "What sounds".

The node uses them to choose what to play, the controller to predict it: both run the same code.

An airing is *due* from starts_at for its whole duration, the pauses of a repeated one included. Of the due
airings the highest grade sounds, then the one that starts first, then the smallest id. A policy only narrows:
its quiet hours and its minutes a day silence all but emergencies, and its loudest volume, and those of hours
that an airing meets, cap everything; an emergency at EMERGENCY_FLOOR at the lowest.
"""

import operator
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from heapq import heappop, heappush
from itertools import pairwise

from devices.ids import AiringId, Grade
from devices.messages import Plan, PlannedAiring
from devices.statements import Policy, QuietHours

WHOLE_DAY_MINUTES = 1440
"""A policy with so many minutes a day sets no limit."""
EMERGENCY_FLOOR = 20
"""Percent, 14 dB below full: 200 m from a horn it is below the noise of a village street. Nothing makes an
emergency quieter: with one stolen key somebody could silence all alarms."""
WALL_TIME = timezone(timedelta(hours=7))
"""Of all wall times and midnights of policies: Vietnam's, all year."""
_DAY = timedelta(days=1)
Span = tuple[datetime, datetime]
"""From the first instant up to, not including, the second."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A span in which one airing sounds without a break."""

    airing: PlannedAiring
    starts_at: datetime
    ends_at: datetime
    cut: bool
    """Whether the slot is less than the airing's whole length: it yields, is silenced or is resumed."""


def ends_at(airing: PlannedAiring) -> datetime:
    """Return the instant from which the airing is no longer due."""
    return airing.starts_at + timedelta(milliseconds=airing.duration_ms)


def is_due(airing: PlannedAiring, now: datetime) -> bool:
    """Say whether the airing's time is now, whatever else may claim it."""
    return airing.starts_at <= now < ends_at(airing)


def round_at(airing: PlannedAiring, at: datetime) -> datetime:
    """Return when the round of a repeated airing began in which an instant lies; else the airing's start."""
    if airing.every_ms is None or at < airing.starts_at:
        return airing.starts_at
    every = timedelta(milliseconds=airing.every_ms)
    return airing.starts_at + (at - airing.starts_at) // every * every


def next_round(airing: PlannedAiring, at: datetime) -> datetime | None:
    """Return when the recording begins again after an instant, or None: the airing is over by then."""
    if airing.every_ms is None:
        return None
    again = round_at(airing, at) + timedelta(milliseconds=airing.every_ms)
    return again if again < ends_at(airing) else None


def merge(plans: Iterable[Plan], now: datetime) -> tuple[PlannedAiring, ...]:
    """Return the airings of all unexpired plans, each once, by start and id; plans may come in any order.

    When several plans name the same airing, the highest version counts, then the greater target.
    """
    chosen: dict[AiringId, PlannedAiring] = {}
    for plan in sorted(plans, key=lambda plan: (plan.version, plan.target, plan.issued_at)):
        if plan.expires_at > now:
            chosen.update((airing.airing, airing) for airing in plan.airings)
    return tuple(sorted(chosen.values(), key=lambda airing: (airing.starts_at, airing.airing)))


def what_sounds(plans: Iterable[Plan], policies: Iterable[Policy], now: datetime) -> PlannedAiring | None:
    """Return the airing that must sound at this instant, its volume capped, or None for silence."""
    plans = tuple(plans)
    return _what_sounds(merge(plans, now), plans, policies, now)


class MergedPlans:
    """Plans whose airings are merged once between two expiries: a node asks at each event what sounds."""

    __slots__ = ("_airings", "_since", "_until", "plans")

    def __init__(self, plans: tuple[Plan, ...] = ()) -> None:
        self.plans = plans
        self._airings: tuple[PlannedAiring, ...] = ()
        self._since = self._until = datetime.min.replace(tzinfo=UTC)

    def merged(self, now: datetime) -> tuple[PlannedAiring, ...]:
        """Return what `merge` returns."""
        if not self._since <= now < self._until:
            self._airings, self._since = merge(self.plans, now), now
            self._until = min((one.expires_at for one in self.plans if one.expires_at > now), default=now)
        return self._airings

    def without(self, airings: AbstractSet[AiringId]) -> "MergedPlans":
        """Return them without some airings; the same where none is named."""
        left = tuple(_without_airings(plan, airings) for plan in self.plans)
        return self if all(map(operator.is_, left, self.plans)) else MergedPlans(left)

    def what_sounds(self, policies: Iterable[Policy], now: datetime) -> PlannedAiring | None:
        """Return what `what_sounds` returns."""
        return _what_sounds(self.merged(now), self.plans, policies, now)

    def change_points(self, policies: Iterable[Policy], since: datetime, until: datetime) -> list[datetime]:
        """Return what `change_points` returns."""
        policies = tuple(policies)
        expiries = sorted({plan.expires_at for plan in self.plans if since < plan.expires_at < until})
        points = set(expiries)
        for begins, ends in zip([since, *expiries], [*expiries, until], strict=True):
            points |= _points(self.merged(begins), policies, begins, ends)
        return sorted(point for point in points if since < point < until)


def _without_airings(plan: Plan, airings: AbstractSet[AiringId]) -> Plan:
    left = tuple(airing for airing in plan.airings if airing.airing not in airings)
    return plan if len(left) == len(plan.airings) else plan.model_copy(update={"airings": left})


def _what_sounds(
    airings: Sequence[PlannedAiring], plans: tuple[Plan, ...], policies: Iterable[Policy], now: datetime
) -> PlannedAiring | None:
    due = [airing for airing in airings if is_due(airing, now)]
    if not due:
        return None
    first = min(due, key=_precedence)
    policies = tuple(policies)
    if first.grade is not Grade.EMERGENCY and any(_silences(policy, airings, now) for policy in policies):
        return None
    return _capped(first, plans, policies)


def timetable(
    plans: Iterable[Plan], policies: Iterable[Policy], since: datetime, until: datetime
) -> list[Slot]:
    """Return what sounds from `since` until `until`, in order; silence has no slot.

    It is what_sounds at each change point, found in one sweep: a node asks about one instant, but a page or a
    planner about days with thousands of airings.
    """
    plans, policies = tuple(plans), tuple(policies)
    expiries = sorted({plan.expires_at for plan in plans if since < plan.expires_at < until})
    slots: list[Slot] = []
    for begins, ends in zip([since, *expiries], [*expiries, until], strict=True):
        for airing, at, over in _sweep(plans, policies, begins, ends):
            if slots and slots[-1].airing == airing and slots[-1].ends_at == at:
                at = slots.pop().starts_at  # noqa: PLW2901 - the two spans are one slot
            is_whole = at == airing.starts_at and over == ends_at(airing)
            slots.append(Slot(airing, at, over, cut=not is_whole))
    return slots


def _sweep(
    plans: Sequence[Plan], policies: Sequence[Policy], since: datetime, until: datetime
) -> Iterator[tuple[PlannedAiring, datetime, datetime]]:
    """Yield what sounds, from when to when, between two instants in which no plan expires."""
    airings = merge(plans, since)
    points = _points(airings, policies, since, until)
    instants = [since, *sorted(point for point in points if since < point < until), until]
    silences = [_Silence(policy, airings) for policy in policies]
    capped: dict[AiringId, PlannedAiring] = {}
    due: list[tuple[tuple[int, datetime, AiringId], datetime, PlannedAiring]] = []
    coming = 0
    for begins, ends in pairwise(instants):
        while coming < len(airings) and airings[coming].starts_at <= begins:
            airing = airings[coming]
            heappush(due, (_precedence(airing), ends_at(airing), airing))
            coming += 1
        while due and due[0][1] <= begins:
            heappop(due)
        if not due or begins >= ends:
            continue
        first = due[0][2]
        if first.grade is Grade.EMERGENCY or not any(silence.holds(begins) for silence in silences):
            if first.airing not in capped:
                capped[first.airing] = _capped(first, plans, policies)
            yield capped[first.airing], begins, ends


@dataclass(slots=True)
class _Silence:
    """What one policy silences, with the instant at which each day's minutes are used up kept."""

    policy: Policy
    airings: Sequence[PlannedAiring]
    _spent_at: dict[date, datetime | None] = field(default_factory=dict)

    def holds(self, now: datetime) -> bool:
        """Say whether the policy forbids all but emergencies at this instant."""
        local = now.astimezone(WALL_TIME)
        if any(_is_quiet(hours, local.time()) for hours in self.policy.quiet_hours):
            return True
        if self.policy.minutes_a_day >= WHOLE_DAY_MINUTES:
            return False
        day = local.date()
        if day not in self._spent_at:
            self._spent_at[day] = _spent_at(self.policy, self.airings, day)
        spent = self._spent_at[day]
        return spent is not None and now >= spent


def change_points(
    plans: Iterable[Plan], policies: Iterable[Policy], since: datetime, until: datetime
) -> list[datetime]:
    """Return every instant after `since` and before `until` at which what_sounds may change, in order."""
    return MergedPlans(tuple(plans)).change_points(policies, since, until)


def _points(
    airings: Sequence[PlannedAiring], policies: Iterable[Policy], since: datetime, until: datetime
) -> set[datetime]:
    points: set[datetime] = set()
    for airing in airings:
        points.update((airing.starts_at, ends_at(airing)))
    for policy in policies:
        points.update(_quiet_bounds(policy, since, until))
        points.update(_spent_instants(policy, airings, since, until))
    return points


def _capped(airing: PlannedAiring, plans: Iterable[Plan], policies: Iterable[Policy]) -> PlannedAiring:
    """Return the airing with its volume capped by all policies and plans, an emergency's down to the floor.

    A plan's limits bind beyond its expiry, until a newer one: expiry never makes anything audible.
    """
    caps = [*(_loudest(policy, airing) for policy in policies), *(plan.loudest_volume for plan in plans)]
    volume = min([airing.volume, *caps])
    if airing.grade is Grade.EMERGENCY:
        volume = max(volume, EMERGENCY_FLOOR)
    return airing if airing.volume == volume else airing.model_copy(update={"volume": volume})


def _precedence(airing: PlannedAiring) -> tuple[int, datetime, AiringId]:
    return (-airing.grade.rank, airing.starts_at, airing.airing)


def _loudest(policy: Policy, airing: PlannedAiring) -> int:
    """Return the lowest cap that the policy sets at any instant of the airing: its volume never changes."""
    begins, ends = airing.starts_at, ends_at(airing)
    met = [hours.loudest_volume for hours in policy.volumes if _falls_into(hours, begins, ends)]
    return min([policy.loudest_volume, *met])


def _falls_into(hours: QuietHours, begins: datetime, ends: datetime) -> bool:
    """Say whether any instant from `begins` to `ends` has a wall time within the hours."""
    opens, closes = time.fromisoformat(hours.begins), time.fromisoformat(hours.ends)
    overnight = timedelta(days=0 if opens < closes else 1)
    for day in _days(begins, ends):
        since = datetime.combine(day, opens, WALL_TIME).astimezone(UTC)
        until = datetime.combine(day + overnight, closes, WALL_TIME).astimezone(UTC)
        if since < ends and begins < until:
            return True
    return False


def _silences(policy: Policy, airings: Sequence[PlannedAiring], now: datetime) -> bool:
    """Say whether the policy forbids all but emergencies at this instant."""
    if is_quiet(policy, now):
        return True
    if policy.minutes_a_day >= WHOLE_DAY_MINUTES:
        return False
    planned = _planned(airings, now)
    spent = sum((min(ends, now) - begins for begins, ends in planned if begins < now), timedelta())
    return spent >= timedelta(minutes=policy.minutes_a_day)


def is_quiet(policy: Policy, now: datetime) -> bool:
    """Say whether an instant lies in the policy's quiet hours."""
    wall = now.astimezone(WALL_TIME).time()
    return any(_is_quiet(hours, wall) for hours in policy.quiet_hours)


def _is_quiet(hours: QuietHours, wall: time) -> bool:
    begins, ends = time.fromisoformat(hours.begins), time.fromisoformat(hours.ends)
    if begins < ends:
        return begins <= wall < ends
    return wall >= begins or wall < ends


def _quiet_bounds(policy: Policy, since: datetime, until: datetime) -> list[datetime]:
    """Return where quiet hours may begin or end, from a day before `since` to a day after `until`."""
    walls = [time.fromisoformat(wall) for hours in policy.quiet_hours for wall in (hours.begins, hours.ends)]
    return [
        datetime.combine(day, wall, WALL_TIME).astimezone(UTC)
        for day in _days(since, until)
        for wall in walls
    ]


def _spent_instants(
    policy: Policy, airings: Sequence[PlannedAiring], since: datetime, until: datetime
) -> list[datetime]:
    """Return the instants at which a day's minutes are used up, and the midnights that renew them."""
    if policy.minutes_a_day >= WHOLE_DAY_MINUTES:
        return []
    points = []
    for day in _days(since, until):
        points.append(datetime.combine(day, time(), WALL_TIME).astimezone(UTC))
        spent = _spent_at(policy, airings, day)
        if spent is not None:
            points.append(spent)
    return points


def _spent_at(policy: Policy, airings: Sequence[PlannedAiring], day: date) -> datetime | None:
    """Return the instant from which a local day's minutes are used up, or None when they are not."""
    midnight = datetime.combine(day, time(), WALL_TIME).astimezone(UTC)
    left = timedelta(minutes=policy.minutes_a_day)
    if not left:
        return midnight
    for begins, ends in _planned(airings, midnight):
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
    return None


def _planned(airings: Sequence[PlannedAiring], now: datetime) -> list[Span]:
    """Return the spans of now's local day in which the plan has something due, but no emergency.

    It counts what is planned, not what policies let through: so that one policy never widens another.
    """
    today = now.astimezone(WALL_TIME).date()
    midnight = datetime.combine(today, time(), WALL_TIME).astimezone(UTC)
    next_midnight = datetime.combine(today + _DAY, time(), WALL_TIME).astimezone(UTC)
    spans = [
        (
            max(airing.starts_at, midnight),
            min(ends_at(airing), next_midnight),
            airing.grade is Grade.EMERGENCY,
        )
        for airing in airings
        if airing.starts_at < next_midnight and ends_at(airing) > midnight
    ]
    return counted_spans(spans)


def counted_spans(spans: Iterable[tuple[datetime, datetime, bool]]) -> list[Span]:
    """Return by what spans a day's minutes are counted, of (begins, ends, is an emergency).

    What overlaps counts once, and what an emergency takes counts for nothing.
    """
    spans = list(spans)
    ordinary = _union([(begins, ends) for begins, ends, emergency in spans if not emergency])
    emergencies = _union([(begins, ends) for begins, ends, emergency in spans if emergency])
    return _without(ordinary, emergencies)


def _union(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for begins, ends in sorted(spans):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((begins, ends))
    return joined


def _without(spans: list[Span], holes: list[Span]) -> list[Span]:
    """Return the spans less the holes; both are disjoint and in order."""
    left: list[Span] = []
    hole_ends = [ends for _, ends in holes]
    for span_begins, ends in spans:
        begins = span_begins
        for hole in holes[bisect_right(hole_ends, begins) :]:
            if hole[0] >= ends:
                break
            if begins < hole[0]:
                left.append((begins, hole[0]))
            begins = hole[1]
        if begins < ends:
            left.append((begins, ends))
    return left


def _days(since: datetime, until: datetime) -> list[date]:
    """Return the local days from one before `since` to one after `until`."""
    first = (since.astimezone(WALL_TIME) - _DAY).date()
    last = (until.astimezone(WALL_TIME) + _DAY).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
