"""Advances airings that are due; a lost, late or repeated periodic run does no harm."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session

from controller.features.airings.conflict_check import allowed_start
from controller.features.airings.consent import ConsentStanding, is_asked, standings
from controller.features.airings.notifications import tell_missed, tell_not_agreed
from controller.features.airings.precedence import start_after
from controller.features.airings.queries import Reach, reaches, sound_end_of, start_spread, targets_of
from controller.features.airings.reopening import count_fetched, void_airings
from controller.features.airings.service import add_deliveries, give_turns
from controller.features.airings.split import divided, split_by_turns, split_off, turns_of
from controller.features.airings.timing import (
    DECLINED,
    NOBODY,
    SILENCED,
    UNHEARD,
    cut_off,
    start_for,
    too_late,
    unanswered,
    why_not_ready,
)
from controller.features.areas.queries import area_tree
from controller.features.bulletins.in_force import approved_until
from controller.features.bulletins.scope import OUTSIDE, allows
from controller.features.evidence.documents import keep_documents
from controller.features.journal.service import record
from controller.features.listeners.announcing import announce_bulletin
from controller.model.airing_states import AiringEvent, AiringState, DeliveryStage, after
from controller.model.airings import Airing, Delivery, Target
from controller.model.bulletins import Approved, Bulletin, Recording, Rendering
from controller.model.emergencies import Emergency
from controller.model.languages import VIETNAMESE
from controller.model.local_time import wall
from controller.model.times import STILL_OPEN, Times
from controller.store.locks import Lock, hold
from devices.ids import AiringId

MOST_EARLY = 20
"""Airings that come into the plans in one run though they start hours later: a run must not hold up an
emergency."""

# statements are built once: this runs twice a second
_HAS_STARTED = exists().where(Delivery.airing == Airing.id, Delivery.rung >= int(DeliveryStage.STARTED))
_HAS_FETCHED = exists().where(Delivery.airing == Airing.id, Delivery.rung >= int(DeliveryStage.FETCHED))
_IS_UNFINISHED = exists().where(Delivery.airing == Airing.id, Delivery.rung < int(DeliveryStage.FINISHED))
_IS_CALLED = exists().where(Emergency.airing == Airing.id)
"""Such an airing starts at once: nodes that get it late join it."""
_IS_READY_EARLY = and_(Airing.starts_at <= bindparam("reach"), approved_until() > Airing.starts_at)
_COMING = (
    select(Airing, Bulletin, Rendering, Approved, Recording, approved_until())
    .join(Bulletin, Bulletin.id == Airing.bulletin)
    .outerjoin(
        Rendering,
        and_(Rendering.bulletin == Bulletin.id, Rendering.revision == Bulletin.revision),
    )
    .outerjoin(Approved, and_(Approved.bulletin == Bulletin.id, Approved.revision == Bulletin.revision))
    .outerjoin(Recording, Recording.id == Approved.recording)
    .where(Airing.state == AiringState.PLANNED, or_(Airing.starts_at <= bindparam("near"), _IS_READY_EARLY))
    .order_by(Airing.starts_at, Airing.id)
    .with_for_update(of=Airing)
)
_NOT_BEGUN = (
    select(Airing, Recording.size, _HAS_FETCHED)
    .join(Recording, Recording.id == Airing.recording)
    .where(Airing.state == AiringState.DELIVERING, Airing.starts_at <= bindparam("near"))
    .where(~_HAS_STARTED, ~_IS_CALLED)
    .order_by(Airing.id)
    .with_for_update(of=Airing)
)
_UNSENT = _NOT_BEGUN.where(Airing.acknowledged_at.is_(None))
_UNSENT_OR_UNFETCHED = _NOT_BEGUN.where(or_(Airing.acknowledged_at.is_(None), ~_HAS_FETCHED))
_DUE = (
    select(Airing)
    .where(Airing.state == AiringState.DELIVERING, Airing.starts_at <= bindparam("now"))
    .where(or_(Airing.acknowledged_at.is_not(None), _HAS_STARTED))
    .order_by(Airing.id)
    .with_for_update()
)
_SOUNDING = (
    select(Airing, _IS_UNFINISHED)
    .where(Airing.state == AiringState.SOUNDING)
    .order_by(Airing.id)
    .with_for_update(of=Airing)
)


@dataclass(slots=True)
class Advanced:
    """The airings that one run advanced."""

    delivering: list[AiringId] = field(default_factory=list)
    moved: list[AiringId] = field(default_factory=list)
    sounding: list[AiringId] = field(default_factory=list)
    aired: list[AiringId] = field(default_factory=list)
    missed: list[AiringId] = field(default_factory=list)
    voided: list[AiringId] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.delivering, self.moved, self.sounding, self.aired, self.missed, self.voided))


@dataclass(slots=True)
class _Beat:
    session: Session
    now: datetime
    times: Times
    grace_over: bool
    returned: bool = False
    done: Advanced = field(default_factory=Advanced)
    notes: list[tuple[str, AiringId, dict[str, Any]]] = field(default_factory=list)

    @property
    def near(self) -> datetime:
        """Until when airings come into the plans whatever waits; later ones only if they are ready."""
        return self.now + min(self.times.horizon, STILL_OPEN)

    def miss(self, airing: Airing, reason: str, *, tells: bool = True) -> None:
        """Give an airing up, with the reason; not before the waiting receipts have been read."""
        if not self.grace_over:
            return
        if airing.state is AiringState.PLANNED:  # intended listeners are recorded apart from actual ones
            targets = targets_of(self.session, [airing.id])[airing.id]
            add_deliveries(self.session, area_tree(self.session), airing.id, targets)
        airing.state = after(airing.state, AiringEvent.MISS)
        airing.reason = reason
        airing.ended_at = self.now
        self.done.missed.append(airing.id)
        self.note("airing.missed", airing, reason=reason)
        if tells:
            tell_missed(self.session, airing, now=self.now)

    def note(self, act: str, airing: Airing, **detail: Any) -> None:
        self.notes.append((act, airing.id, detail))


def advance_airings(
    session: Session, *, now: datetime, times: Times, grace_over: bool, returned: bool = False
) -> Advanced:
    """Advance every airing that is due.

    `grace_over` False: receipts queued at the broker since before the start are not all read yet: nothing is
    judged missed or ended. `returned` True: the grace time has just ended after downtime and has sent no
    recording since; an airing whose recording no node has can then safely start later.
    """
    hold(session, Lock.HEARD)
    beat = _Beat(session, now, times, grace_over, returned)
    _void(beat)
    _deliver(beat)
    _move_unsent(beat)
    _sound(beat)
    _end(beat)
    for act, airing_id, detail in beat.notes:
        record(session, None, act, airing_id, now, detail=detail)
    return beat.done


def _void(beat: _Beat) -> None:
    """End airings that no valid approval supports any more; they are no longer in the plans."""
    for airing in void_airings(beat.session, beat.now):
        beat.done.voided.append(airing.id)
        beat.note("airing.cancelled", airing, reason=airing.reason)


def _deliver(beat: _Beat) -> None:
    """Fix content and time of planned, approved airings that start soon, and add them to the plans.

    The recording is the one that was approved. It is not compared with the newest rendering: after approval
    `renew_rendering` makes no new one. The doctor compares the two.

    Of what starts hours later, only a few in each run: at midnight a whole day of a province comes in.
    """
    told = {"near": beat.near, "reach": beat.times.plans_reach(beat.now)}
    rows = beat.session.execute(_COMING, told).all()
    consent = _consent(beat, [row[0] for row in rows])
    for airing, bulletin, rendering, approved, recording, until in rows:
        if airing.starts_at > beat.near and len(beat.done.delivering) >= MOST_EARLY:
            break
        in_force = until is not None and max(airing.starts_at, beat.now) < until
        if in_force and not _is_allowed(beat, airing, approved):
            beat.miss(airing, OUTSIDE)
        elif in_force:
            standing = consent.get(airing.id)
            if standing is None or _has_consent(beat, airing, bulletin, recording, standing):
                _deliver_parts(beat, airing, approved, recording)
        elif airing.latest_start_at < beat.now:
            state = rendering.state if rendering is not None else None
            beat.miss(airing, why_not_ready(bulletin.state, state, airing.latest_start_at))


def _is_allowed(beat: _Beat, airing: Airing, approved: Approved) -> bool:
    """Return whether the approval lets it sound where it is meant for: loudspeakers refuse anything else."""
    tree, starts_at = area_tree(beat.session), max(airing.starts_at, beat.now)
    targets = targets_of(beat.session, [airing.id])[airing.id]
    return all(allows(approved, airing.grade, tree.lineage(area), starts_at) for area in targets)


def _consent(beat: _Beat, airings: Sequence[Airing]) -> dict[AiringId, ConsentStanding]:
    wide = [airing for airing in airings if is_asked(airing) and airing.node is None]
    return standings(beat.session, wide, targets_of(beat.session, [one.id for one in wide])) if wide else {}


def _has_consent(
    beat: _Beat, airing: Airing, bulletin: Bulletin, recording: Recording, standing: ConsentStanding
) -> bool:
    """Return whether it may be delivered now; communes without consent are split off and wait separately.

    If none of its communes has agreed, it waits as long as it could still be heard, then it is missed.
    """
    if not standing.silent:
        return True
    targets = targets_of(beat.session, [airing.id])[airing.id]
    has_agreed = area_tree(beat.session).without(targets, standing.silent)
    if airing.starts_at > beat.near and not has_agreed:
        return False  # until then they may still say yes, or change their mind
    if has_agreed:
        for communes in (standing.declined, standing.unanswered):
            if communes:
                split_off(beat.session, airing, communes, now=beat.now)
        return True
    lead = _lead(beat, airing, recording.size)
    in_time = start_for(airing.starts_at, airing.latest_start_at, airing.grade, beat.now, lead) is not None
    if standing.declined and standing.unanswered:
        split_off(beat.session, airing, standing.declined, now=beat.now)
    elif standing.declined:
        _miss_without_consent(beat, airing, bulletin, DECLINED)
    elif not in_time:
        _miss_without_consent(beat, airing, bulletin, unanswered(airing.latest_start_at))
    return False


def _miss_without_consent(beat: _Beat, airing: Airing, bulletin: Bulletin, reason: str) -> None:
    beat.miss(airing, reason, tells=False)
    if airing.state is AiringState.MISSED:  # and not held back because the station has just started
        tell_not_agreed(beat.session, airing, bulletin, now=beat.now)


def _deliver_parts(beat: _Beat, airing: Airing, approved: Approved, recording: Recording) -> None:
    """Deliver the airing, split by who speaks in turns, and into a part for each approved language."""
    split_by_turns(beat.session, airing, now=beat.now)
    parts = []
    for part in divided(beat.session, airing, approved, recording, now=beat.now):
        _deliver_one(beat, part.airing, part.approved, part.recording)
        parts.append(part)
    if parts[0].language != VIETNAMESE or len(parts) > 1:
        languages = {part.language: part.airing.id for part in parts}
        beat.note("airing.divided", airing, languages=languages)


def _deliver_one(beat: _Beat, airing: Airing, approved: Approved, recording: Recording) -> None:
    lead = _lead(beat, airing, recording.size)
    wanted = start_after(beat.session, airing)
    airing.latest_start_at += wanted - airing.starts_at
    start = start_for(wanted, airing.latest_start_at, airing.grade, beat.now, lead)
    if start is None:
        beat.miss(airing, too_late(airing.latest_start_at))
        return
    targets = targets_of(beat.session, [airing.id])[airing.id]
    allowed = allowed_start(beat.session, airing, targets, start, recording.duration_ms)
    if allowed is None:
        beat.miss(airing, SILENCED)
        return
    start = allowed
    airing.state = after(airing.state, AiringEvent.DELIVER)
    airing.revision = approved.revision
    airing.recording = recording.id
    airing.duration_ms = recording.duration_ms
    airing.delivering_at = beat.now
    _start_at(beat, airing, start)
    beat.session.flush()
    add_deliveries(beat.session, area_tree(beat.session), airing.id, targets)
    give_turns(beat.session, airing, turns_of(beat.session, airing, targets), recording.duration_ms)
    count_fetched(beat.session, airing.id, recording.id)
    beat.done.delivering.append(airing.id)
    in_turns = {"turns": airing.turns, "over_at": wall(sound_end_of(airing))} if airing.turns > 1 else {}
    beat.note("airing.delivering", airing, starts_at=wall(start), recording=recording.id, **in_turns)


def _lead(beat: _Beat, airing: Airing, size: int) -> timedelta:
    """Return the head start needed to send its recording to all its nodes."""
    meant = reaches(beat.session, [airing.id]).get(airing.id, Reach())
    return beat.times.lead(size, 1 if airing.node is not None else meant.nodes)


def _start_at(beat: _Beat, airing: Airing, start: datetime) -> None:
    if start != airing.starts_at:
        airing.starts_at = start
        beat.session.execute(update(Target).where(Target.airing == airing.id).values(starts_at=start))
    airing.latest_start_at = max(airing.latest_start_at, start)  # an emergency may start after its latest


def _move_unsent(beat: _Beat) -> None:
    """Start later, if still allowed, what no node can receive in time.

    Applies when less than half of the lead is left, and the broker took no plan, or the station was down and
    no node has fetched the recording. Once a node has it the start stays: nodes that have it begin on time,
    others join.
    """
    query = _UNSENT_OR_UNFETCHED if beat.returned else _UNSENT
    for airing, size, is_held in beat.session.execute(query, {"near": beat.near}).all():
        lead = _lead(beat, airing, size)
        begun = airing.starts_at <= beat.now
        if airing.starts_at - beat.now >= lead / 2 or (begun and not beat.grace_over):
            continue  # still in time; or perhaps already heard: receipts may wait at the broker
        start = start_for(airing.starts_at, airing.latest_start_at, airing.grade, beat.now, lead)
        if start is not None and not is_held:
            _start_at(beat, airing, start)
            beat.done.moved.append(airing.id)
        elif airing.latest_start_at < beat.now:
            beat.miss(airing, cut_off(airing.latest_start_at))


def _sound(beat: _Beat) -> None:
    """Mark airings as sounding whose start has passed and that nodes may know."""
    for airing in beat.session.scalars(_DUE, {"now": beat.now}).all():
        airing.state = after(airing.state, AiringEvent.SOUND)
        keep_documents(beat.session, airing)
        announce_bulletin(beat.session, airing, now=beat.now)
        beat.done.sounding.append(airing.id)
        beat.note("airing.sounding", airing)


def _end(beat: _Beat) -> None:
    """End airings when all nodes finished, or after the end plus grace: as ended, or as missed by all."""
    if not beat.grace_over:
        return
    sounding = beat.session.execute(_SOUNDING).all()
    over = {airing.id for airing, _ in sounding if beat.now >= sound_end_of(airing) + beat.times.grace}
    # runs twice a second: the deliveries of an airing are counted only once, when it ends
    ending = [airing for airing, is_open in sounding if airing.id in over or not is_open]
    reached = reaches(beat.session, [airing.id for airing in ending])
    for airing in ending:
        reach = reached.get(airing.id, Reach())
        if reach.started:
            _air(beat, airing, reach)
        elif airing.id in over:
            beat.miss(airing, UNHEARD if reach.nodes else NOBODY)


def _air(beat: _Beat, airing: Airing, reach: Reach) -> None:
    airing.state = after(airing.state, AiringEvent.END)
    airing.ended_at = beat.now
    spread = start_spread(beat.session, airing.id)
    beat.done.aired.append(airing.id)
    beat.note(
        "airing.aired",
        airing,
        started_at=wall(airing.starts_at),
        nodes=reach.nodes,
        started=reach.started,
        finished=reach.finished,
        percent_heard=reach.percent_heard,
        spread_p99_ms=None if spread is None else spread.p99,
    )
