"""Decides what a node may play, and when: each planned airing is judged by what the node has and recorded."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from devices.ids import AiringId, ClockTrust, Grade, RecordingId
from devices.messages import PlannedAiring, ReceiptKind
from devices.node.clock import StationClock
from devices.node.effects import Effect
from devices.node.fetching import Fetching, Standing
from devices.node.keeping import Keeping
from devices.node.receipts import Fact, Outbox
from devices.node.records import CALLED_AHEAD, AiringRecord, Records
from devices.node.trust import Trust
from devices.not_trusted import NotTrusted, UnknownKey
from devices.plan import MergedPlans, ends_at
from devices.statements import USUAL_ALONE_DAYS

MILLISECOND = timedelta(milliseconds=1)
LEAST_WORTH_MS = 1000
"""Joining for less than the last second of a recording gives only a crackle."""
MOST_FAILURES = 3
RETRY_BROKEN = timedelta(seconds=5)
"""How often, and after what time, a loudspeaker that failed is tried again."""
PATIENT_WITH_KEYS = timedelta(seconds=5)
"""Until this long before its start, an airing of an unknown approver is not refused: the key may arrive."""
MOST_BEGUN = 16
"""Emergencies whose begin is stored while the clock is not trusted."""
OF_SOUND = frozenset({ReceiptKind.STARTED, ReceiptKind.FINISHED, ReceiptKind.STOPPED})
"""Receipts of these kinds say at which volume it sounded."""
SOON = timedelta(days=1)
"""A recording whose airing starts within this time is fetched however little room there is."""
HORIZON = timedelta(days=1)
"""How far ahead change points are searched; a wake at its end searches further."""

CLOCK_UNKNOWN, CLOCK_INEXACT, ALONE_TOO_LONG = "clock-unknown", "clock-inexact", "alone-too-long"
DOCUMENTS_WITHHELD = "documents-withheld"
"""Why an airing was not heard: the time was not known since boot, its error bound is too large, there was no
word of the station for longer than the policies allow, or keys or policies that it has do not come."""


class _May(Enum):
    YES = auto()
    NOT_HERE = auto()
    """This node cannot play it now: the next in rank may sound."""
    HEARD = auto()
    """It was heard to its end: the rest of its time stays silent."""


@dataclass(frozen=True, slots=True)
class _Met:
    """The inputs of the last `meet`: while they are all unchanged, another call would give nothing new."""

    since: datetime
    until: datetime | None
    """The station instant at which a plan expires, an airing ends, or the wait for a key ends."""
    standing: Standing
    has_repeated: bool
    """Whether an airing is repeated: its start changes while the clock is not trusted."""


class Choosing:
    """Planned airings, their records, and the decision what should sound now."""

    def __init__(self, trust: Trust, fetching: Fetching, outbox: Outbox, clock: StationClock) -> None:
        self._trust = trust
        self._fetching = fetching
        self._outbox = outbox
        self._clock = clock
        self._approved = MergedPlans()
        self._points: list[datetime] = []
        self._points_until: datetime | None = None
        self._begun_at: dict[AiringId, datetime] = {}
        self._met: _Met | None = None
        self._put_off: list[AiringRecord] = []
        self._wanted: set[RecordingId] = set()
        self._soon: set[RecordingId] = set()
        self._starts: list[datetime] = []
        self.records = Records()
        self.keeping = Keeping(trust, fetching, outbox, clock)
        self._as_sent: dict[AiringId, PlannedAiring] = {}
        self.planned: dict[AiringId, PlannedAiring] = {}
        self.retry_at: dict[AiringId, datetime] = {}
        """Raw instants before which a failed loudspeaker is not tried again with an airing."""

    def restore(self, documents: Mapping[str, bytes]) -> None:
        """Load the records that were saved before the power cut."""
        self.records.restore(documents)
        self.keeping.restore(documents)

    def plans_changed(self) -> None:
        """Note that plans, policies or keys have changed."""
        self._points_until = None
        self._met = None

    def meet(self, station: datetime, now: datetime) -> list[Effect]:
        """Record and judge every planned airing; report it once as fetched or refused; name what to fetch."""
        effects: list[Effect] = []
        if not self._is_met(station, now):
            effects, self._wanted = self._meet_all(station, now)
        return [*effects, *self._fetching.name(self._wanted, now, self._soon)]

    def _is_met(self, station: datetime, now: datetime) -> bool:
        met = self._met
        return (
            met is not None
            and met.since <= station
            and (met.until is None or station < met.until)
            and met.standing == self._fetching.standing()
            and not any(record.started for record in self._put_off)
            and not (met.has_repeated and not self._clock.is_together(now))
        )

    def _meet_all(self, station: datetime, now: datetime) -> tuple[list[Effect], set[RecordingId]]:
        effects: list[Effect] = []
        self._put_off = []
        standing = self._fetching.standing()
        plans = tuple(self._trust.plans.values())
        expiry = max((plan.expires_at for plan in plans), default=station)
        told = MergedPlans(plans)
        self._as_sent = {a.airing: a for a in told.merged(station)}
        airings: dict[AiringId, PlannedAiring] = {}
        reasons: dict[AiringId, NotTrusted | None] = {}
        for name, sent in self._as_sent.items():
            mine, reasons[name] = self._trust.as_taken(sent, station)
            airings[name] = self._as_begun(mine, station, now)
        refused: set[AiringId] = set()
        for airing in airings.values():
            if ends_at(airing) <= station and self.records.get(airing.airing) is None:
                continue
            record, changed = self.records.meet(airing, expiry)
            reason = reasons[airing.airing]
            why = reason.code if reason is not None else self._fetching.why_not(airing.recording)
            if why is not None:
                refused.add(airing.airing)
            facts = self._tell(record, airing, why, station, now)
            effects += [self.records.save(record), *facts] if changed or facts else []
        self.planned = airings
        self._starts = sorted({a.starts_at for a in airings.values()})
        self._approved = self._as_all_begun(told, airings).without(refused)
        named = {a.recording for a in airings.values() if a.airing not in refused and ends_at(a) > station}
        hold, kept = self.keeping.meet(station, now)
        ends = [plan.expires_at for plan in plans] + [ends_at(a) for a in airings.values()]
        ends += [airings[airing].starts_at - PATIENT_WITH_KEYS for airing in refused]
        ends += [airings[record.airing].starts_at + CALLED_AHEAD for record in self._put_off]
        until = min((at for at in ends if at > station), default=None)
        has_repeated = any(a.every_ms is not None for a in airings.values())
        self._met = _Met(station, until, standing, has_repeated)
        self._soon = hold | {a.recording for a in airings.values() if a.starts_at <= station + SOON}
        return [*effects, *kept], named | hold

    def _as_begun(self, airing: PlannedAiring, station: datetime, now: datetime) -> PlannedAiring:
        """Return a repeated emergency with its start set to now, where the clock is not together with others.

        A called emergency starts at most a second ahead, and this node's clock is not exact to a second.
        """
        if airing.every_ms is None or self._clock.is_together(now):
            return airing
        begun_at = self._begun_at.get(airing.airing)
        if begun_at is None:
            error = self._clock.error(now) or timedelta()
            is_called = station - error < airing.starts_at <= station + CALLED_AHEAD + error
            if not is_called or not self._runs_now(airing.airing):
                return airing
            begun_at = self._begun_at[airing.airing] = station
            if len(self._begun_at) > MOST_BEGUN:
                del self._begun_at[next(iter(self._begun_at))]
        ahead_ms = (airing.starts_at - begun_at) // MILLISECOND
        longer = {"starts_at": begun_at, "duration_ms": airing.duration_ms + ahead_ms}
        return airing.model_copy(update=longer)

    def _runs_now(self, emergency: AiringId) -> bool:
        """Return whether this node knows, since power-on, that an emergency is due now.

        By the time, or by a plan sent just now; a stored or retained plan alone does not say it. An emergency
        that began here continues.
        """
        record = self.records.get(emergency)
        has_begun = record is not None and record.has_begun_here
        return self._clock.is_set or has_begun or self._trust.is_called(emergency)

    @staticmethod
    def _as_all_begun(told: MergedPlans, airings: Mapping[AiringId, PlannedAiring]) -> MergedPlans:
        """Return the plans with the starts and the recordings that apply at this node."""
        if all(_is_same(airings.get(a.airing, a), a) for plan in told.plans for a in plan.airings):
            return told
        return MergedPlans(
            tuple(
                plan.model_copy(update={"airings": tuple(airings.get(a.airing, a) for a in plan.airings)})
                for plan in told.plans
            )
        )

    def is_still_approved(self, airing: PlannedAiring, begins_at: datetime) -> bool:
        """Check the approval in full once more, for when it begins; a worse result is stored."""
        airing = self._sent(airing)
        reason: NotTrusted | None = self._trust.judge_anew(airing, begins_at)
        if reason is not None:
            self._trust.remember(airing, reason)
            self._met = None
        return reason is None

    def _sent(self, airing: PlannedAiring) -> PlannedAiring:
        """Return the airing with the start that its plan states: that one is judged, not this clock's."""
        return self._as_sent.get(airing.airing, airing)

    def is_named(self, airing: AiringId) -> bool:
        """Return whether any stored plan names this airing, expired plans included."""
        return any(a.airing == airing for plan in self._trust.plans.values() for a in plan.airings)

    def _tell(
        self, record: AiringRecord, airing: PlannedAiring, why: str | None, station: datetime, now: datetime
    ) -> list[Effect]:
        if why == UnknownKey.code and station < airing.starts_at - PATIENT_WITH_KEYS:
            return []  # the key set with its approver's key may still arrive
        if why != record.refused and not record.finished:
            record.refused = why
            if why is not None:
                return self.fact(record, ReceiptKind.REFUSED, now, now, reason=why)
        is_whole = why is None and not record.fetched and self._fetching.is_whole(airing.recording)
        if is_whole and record.is_about_to_sound(airing, station):
            self._put_off.append(record)
        elif is_whole:
            record.fetched = True
            return self.fact(record, ReceiptKind.FETCHED, now, now)
        return []

    def sounds_at(self, at: datetime, now: datetime, sounding: AiringId | None) -> PlannedAiring | None:
        """Return what must sound at a station instant on this node, given what it has and has recorded."""
        approved, policies = self._approved, tuple(self._trust.policies.values())
        airing = approved.what_sounds(policies, at)
        while airing is not None:
            match self._may(airing, at, now, sounding):
                case _May.YES:
                    return airing
                case _May.HEARD:
                    return None
                case _May.NOT_HERE:
                    approved = approved.without({airing.airing})
            airing = approved.what_sounds(policies, at)
        return None

    def _may(self, airing: PlannedAiring, at: datetime, now: datetime, sounding: AiringId | None) -> _May:
        record = self.records.get(airing.airing)
        if record is not None and record.finished:
            return _May.HEARD
        if airing.airing == sounding:
            return _May.YES
        is_emergency = airing.grade is Grade.EMERGENCY
        is_late = at > airing.latest_start_at and not (record and record.started) and not is_emergency
        offset_ms = (at - airing.starts_at) // MILLISECOND
        left_ms = (self._fetching.duration_ms(airing.recording) or 0) - offset_ms
        if (
            record is None
            or not self._fetching.is_whole(airing.recording)
            or not self._may_begin(airing, now)
            or is_late
            or (offset_ms > 0 and left_ms < LEAST_WORTH_MS and airing.every_ms is None)
            or record.failures >= MOST_FAILURES
            or self.retry_at.get(airing.airing, now) > now
        ):
            return _May.NOT_HERE
        return _May.YES

    def _may_begin(self, airing: PlannedAiring, now: datetime) -> bool:
        """Return whether the node knows enough to begin it: the time, and what the station has signed."""
        if airing.grade is not Grade.EMERGENCY:
            return self.why_silent(now) is None
        is_blind = self._trust.announced.are_keys_withheld(self._clock.station(now))
        return self._runs_now(airing.airing) and not is_blind

    def why_silent(self, now: datetime) -> str | None:
        """Return why nothing but emergencies may sound here, or None."""
        if not self._clock.is_set:
            return CLOCK_UNKNOWN
        if self._clock.trust(now) is ClockTrust.NONE:
            return CLOCK_INEXACT
        if self._trust.announced.is_withheld(self._clock.station(now)):
            return DOCUMENTS_WITHHELD
        return ALONE_TOO_LONG if self._clock.alone_for(now) > self._alone_at_most() else None

    def _alone_at_most(self) -> timedelta:
        days = [policy.alone_days for policy in self._trust.policies.values()]
        return timedelta(days=min(days, default=USUAL_ALONE_DAYS))

    def hold_back(self, station: datetime, now: datetime) -> list[Effect]:
        """Record what should sound now and does not, because the time is not known well enough."""
        why = self.why_silent(now)
        return [] if why is None else self._hold_back(station, why)

    def hold_back_unknown(self, since: datetime, station: datetime) -> list[Effect]:
        """Record what was due since a station instant, until which this node did not know the time."""
        due = [a.starts_at for a in self.planned.values() if since < ends_at(a) <= station]
        return [one for at in sorted(due) for one in self._hold_back(max(at, since), CLOCK_UNKNOWN)]

    def _hold_back(self, at: datetime, why: str) -> list[Effect]:
        airing = self._approved.what_sounds(tuple(self._trust.policies.values()), at)
        record = self.records.get(airing.airing) if airing is not None else None
        if airing is None or record is None or airing.grade is Grade.EMERGENCY:
            return []
        is_late = at > airing.latest_start_at
        if is_late or record.started or record.finished or record.held_back is not None:
            return []
        record.held_back = why
        return [self.records.save(record)]

    def next_change(self, station: datetime) -> datetime:
        """Return the first station instant after this one at which what should sound may change."""
        if self._points_until is None or station >= self._points_until:
            self._points_until = station + HORIZON
            policies = tuple(self._trust.policies.values())
            self._points = self._approved.change_points(policies, station, self._points_until)
        after = bisect_right(self._points, station)
        return self._points[after] if after < len(self._points) else self._points_until

    def starts_after(self, station: datetime, until: datetime | None = None) -> list[datetime]:
        """Return planned starts after a station instant, in order: up to `until`, or only the first."""
        first = bisect_right(self._starts, station)
        return self._starts[first : first + 1 if until is None else bisect_right(self._starts, until)]

    def close_cut(self, station: datetime, now: datetime, sounding: AiringId | None) -> list[Effect]:
        """Report how far airings were heard that ended while not sounding.

        Either a power cut ended them and their time is over; or they were between two rounds when their end
        came, or the plans do not name them any more.
        """
        effects: list[Effect] = []
        for record in self.records:
            is_over = station >= record.ends_at
            effects += self._tell_unheard(record, now) if is_over and record.held_back else []
            is_open = record.started and not (record.finished or record.closed)
            is_withdrawn = record.is_between and record.airing not in self.planned
            if not is_open or record.airing == sounding or not (is_over or is_withdrawn):
                continue
            record.closed = True
            record.finished = record.is_between and is_over
            if record.finished:
                facts = self.fact(record, ReceiptKind.FINISHED, now, now)
            else:
                why = "withdrawn" if is_withdrawn else "power-lost"
                facts = self.fact(record, ReceiptKind.STOPPED, now, now, reason=why)
            effects += [self.records.save(record), *facts]
        return effects

    def _tell_unheard(self, record: AiringRecord, now: datetime) -> list[Effect]:
        """Report once that an airing which is over was never heard, and why."""
        is_known = self._clock.is_set and record.airing in self.planned
        if record.started or record.is_told_unheard or not is_known:
            return []
        record.is_told_unheard = True
        facts = self.fact(record, ReceiptKind.REFUSED, now, now, reason=record.held_back)
        return [self.records.save(record), *facts]

    def fact(
        self,
        record: AiringRecord,
        kind: ReceiptKind,
        at: datetime,
        now: datetime,
        *,
        offset_ms: int = 0,
        level_dbfs: float | None = None,
        reason: str | None = None,
    ) -> list[Effect]:
        """Make and queue a receipt for something that happened at the raw instant `at`."""
        error = self._clock.error(at)
        fact = Fact(
            airing=record.airing,
            recording=record.recording,
            kind=kind,
            at=self._clock.station(at) if self._clock.is_set else None,
            offset_ms=offset_ms,
            heard_ms=record.heard_ms,
            clock_error_ms=round(error / MILLISECOND, 3) if error is not None else None,
            trust=self._clock.trust(at),
            volume=record.volume if kind in OF_SOUND else None,
            level_dbfs=level_dbfs,
            reason=reason,
        )
        return self._outbox.add(fact, now)


def _is_same(one: PlannedAiring, other: PlannedAiring) -> bool:
    return (one.starts_at, one.recording) == (other.starts_at, other.recording)
