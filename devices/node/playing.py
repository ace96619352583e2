"""Arms, starts and stops sound, so that it agrees with what should sound; docs/protocol.md, Playing.

There are no commands. Each call of `agree` computes what should sound now and shortly, compares it with what
sounds, and requests the difference from the loudspeaker.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from devices.ids import AiringId, Grade, RecordingId
from devices.messages import PlannedAiring, ReceiptKind
from devices.node.choosing import MILLISECOND, RETRY_BROKEN, Choosing
from devices.node.clock import Known, StationClock
from devices.node.effects import Arm, Disarm, Effect, StopPlaying
from devices.node.events import Ended, PlayingBegan, PlayingEnded
from devices.node.fetching import Fetching
from devices.node.records import AiringRecord
from devices.plan import ends_at, next_round, round_at

ARM_AHEAD = timedelta(seconds=5)
"""A start is armed this long before: time to decode, and a busy node still starts exactly."""
EARLY = timedelta(seconds=1)
"""A sound that began this shortly before its planned start is correct: the clock was corrected since."""
REARM = timedelta(milliseconds=0.5)
"""A better clock moves an armed start only by at least this: smaller differences are not audible."""
JOIN_AHEAD = timedelta(milliseconds=300)
"""A late start is set this far ahead: time to open the recording and seek."""
JOIN_EMERGENCY_AHEAD = timedelta(milliseconds=100)
"""For an emergency: a short echo is better than longer silence."""
LEAST_WORTH_MS = 1000
"""Joining for less than the last second of a recording gives only a crackle."""
RUN_OUT = timedelta(seconds=5)
"""How long a recording may continue past its planned end: rounding, and slow sound cards."""
NEARLY_WHOLE_MS = 500
"""An airing that had to stop within its last half second counts as heard."""
PROGRESS = timedelta(seconds=10)
"""How often the seconds heard are saved: a power cut loses at most this much."""
LOST_ARM = timedelta(seconds=5)
"""An armed start that the loudspeaker has not confirmed after this time is armed again."""
MOVED = timedelta(seconds=1)
"""A clock that was corrected by more moves the instants at which the node has something to do."""
NEAR = ARM_AHEAD + MOVED
"""Within this time of a start, each better clock estimate is used; before it nothing is armed yet."""
JUST_AFTER = timedelta(milliseconds=1)
"""Wakes are this much after the instant, so that rounding never puts them before it."""


@dataclass(slots=True)
class SoundNow:
    """The current sound of the loudspeaker; `began_at` on the raw clock."""

    airing: AiringId
    recording: RecordingId
    began_at: datetime
    offset_ms: int
    volume: int
    saved_at: datetime
    stop_reason: str | None = None


class Playing:
    """The part of the brain that controls the loudspeaker."""

    def __init__(
        self,
        choosing: Choosing,
        fetching: Fetching,
        clock: StationClock,
        join_ahead: timedelta = JOIN_AHEAD,
    ) -> None:
        self._join_ahead = join_ahead
        self._choosing = choosing
        self._fetching = fetching
        self._clock = clock
        self._armed: dict[AiringId, Arm] = {}
        self._approved_for: dict[AiringId, datetime] = {}
        """For which start each armed airing was found approved, by the documents that are held now."""
        self.sound: SoundNow | None = None

    @property
    def sounding(self) -> AiringId | None:
        """Return the airing that sounds now, if any."""
        return self.sound.airing if self.sound is not None else None

    def clock_was_set(self, now: datetime) -> None:
        """Note that the raw clock was set: earlier raw instants are void."""
        if self.sound is not None:
            self.sound.saved_at = now
        self._armed.clear()

    def plans_changed(self) -> None:
        """Note that documents changed: what is armed is judged again, for its start."""
        self._approved_for.clear()
        self._choosing.plans_changed()

    def is_near_start(self, now: datetime) -> bool:
        """Return whether a start is so near that a better clock could still move it."""
        start = self.next_start(now)
        return bool(self._armed) or (start is not None and start - now < NEAR)

    def is_other_time(self, before: Known, now: datetime) -> bool:
        """Return whether the time known now is good for other things, or so different that wakes are late."""
        trust, offset = self._clock.known(now)
        return trust is not before[0] or abs(offset - before[1]) > MOVED

    def next_start(self, now: datetime) -> datetime | None:
        """Return the raw instant of the next planned start."""
        station = self._clock.station(now)
        starts = self._choosing.starts_after(station)
        return self._clock.raw(starts[0]) if starts else None

    def next_airing(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Return the raw instants at which the current or next planned airing starts and ends."""
        station = self._clock.station(now)
        spans = [(a.starts_at, ends_at(a)) for a in self._choosing.planned.values() if ends_at(a) > station]
        if not spans:
            return None
        starts, ends = min(spans)
        return self._clock.raw(starts), self._clock.raw(ends)

    def agree(self, now: datetime) -> list[Effect]:
        """Make what sounds, and what is armed, agree with what should."""
        station = self._clock.station(now)
        effects = self._choosing.meet(station, now)
        effects += self._choosing.hold_back(station, now)
        due = self._choosing.sounds_at(self._judged_at(station), now, self.sounding)
        effects += self._stop_others(due, station)
        effects += self._arm(due, station, now)
        effects += self._save_progress(now)
        effects += self._choosing.close_cut(station, now, self.sounding)
        return [*effects, *self._choosing.records.sweep(station)]

    def _judged_at(self, station: datetime) -> datetime:
        """Return the instant to judge by: a start slightly early, by an earlier clock, is accepted."""
        planned = self._choosing.planned.get(self.sounding) if self.sounding is not None else None
        if planned is not None and station < planned.starts_at <= station + EARLY:
            return planned.starts_at
        return station

    def began(self, event: PlayingBegan, now: datetime) -> list[Effect]:
        """Note that sound began."""
        record = self._choosing.records.get(event.airing)
        armed = self._armed.pop(event.airing, None)
        if record is None or (
            armed is None and self.sound is None and event.airing not in self._choosing.planned
        ):
            return [StopPlaying(event.airing)]
        self.sound = SoundNow(
            event.airing, record.recording, event.at, event.offset_ms, event.volume, event.at
        )
        is_next_round, record.is_between = record.is_between and not record.closed, False
        record.started, record.closed, record.has_begun_here = True, False, True
        record.stretch_offset_ms, record.stretch_ms = event.offset_ms, 0
        record.sounds_at(event.volume)
        if is_next_round:  # one receipt covers all rounds
            return [self._choosing.records.save(record)]
        receipt = self._choosing.fact(record, ReceiptKind.STARTED, event.at, now, offset_ms=event.offset_ms)
        return [self._choosing.records.save(record), *receipt]

    def ended(self, event: PlayingEnded, now: datetime) -> list[Effect]:
        """Note that sound ended, and why."""
        sound, record = self.sound, self._choosing.records.get(event.airing)
        if record is None:
            return []
        if sound is None or sound.airing != event.airing:
            return self._could_not_begin(event, record, now) if event.why is Ended.BROKE else []
        self.sound = None
        record.end_stretch(event.heard_ms)
        record.closed = True
        place = sound.offset_ms + event.heard_ms
        whole = self._fetching.duration_ms(record.recording)
        nearly = whole is not None and place >= whole - NEARLY_WHOLE_MS
        is_heard = event.why is Ended.RAN_OUT or (event.why is Ended.STOPPED and nearly)
        planned = self._choosing.planned.get(event.airing)
        if is_heard and planned is not None and self._has_next_round(planned, sound, event):
            record.closed, record.is_between = False, True
            return [self._choosing.records.save(record)]
        if is_heard:
            record.finished = True
            kind, reason = ReceiptKind.FINISHED, None
        else:
            if event.why is Ended.BROKE:
                record.failures += 1
                self._choosing.retry_at[event.airing] = now + RETRY_BROKEN
            kind, reason = ReceiptKind.STOPPED, self._stop_reason(sound, event)
        facts = self._choosing.fact(
            record, kind, event.at, now, offset_ms=place, level_dbfs=event.level_dbfs, reason=reason
        )
        return [self._choosing.records.save(record), *facts]

    def _could_not_begin(self, event: PlayingEnded, record: AiringRecord, now: datetime) -> list[Effect]:
        """Note that the loudspeaker failed before any sound."""
        self._armed.pop(event.airing, None)
        record.failures += 1
        self._choosing.retry_at[event.airing] = now + RETRY_BROKEN
        fact = self._choosing.fact(record, ReceiptKind.STOPPED, event.at, now, reason="loudspeaker-broke")
        return [self._choosing.records.save(record), *fact]

    def _has_next_round(self, planned: PlannedAiring, sound: SoundNow, event: PlayingEnded) -> bool:
        """Return whether the recording is repeated after the round that ended now."""
        # The middle of the sound is inside its round, even if the clock was corrected since.
        middle = self._clock.station(sound.began_at + (event.at - sound.began_at) / 2)
        return next_round(planned, max(middle, planned.starts_at)) is not None

    def due_at(self, now: datetime) -> datetime | None:
        """Return the raw instant at which `agree` may have something new to do."""
        station = self._clock.station(now)
        instants = [self._choosing.next_change(station), *self._choosing.starts_after(station)]
        instants += [at - ARM_AHEAD for at in self._choosing.starts_after(station + ARM_AHEAD)]
        if self.sound is not None:
            ends = self._end_of(self.sound.airing)
            instants += [ends + RUN_OUT] if ends is not None and ends + RUN_OUT > station else []
        raws = [self._clock.raw(min(instants)) + JUST_AFTER]
        if self.sound is not None:
            raws.append(self.sound.saved_at + PROGRESS)
        raws += [arm.begin_at + LOST_ARM for arm in self._armed.values()]
        raws += [at for at in self._choosing.retry_at.values() if at > now]
        return min(raws, default=None)

    def _end_of(self, airing: AiringId) -> datetime | None:
        record = self._choosing.records.get(airing)
        return record.ends_at if record else None

    def _stop_others(self, due: PlannedAiring | None, station: datetime) -> list[Effect]:
        sound = self.sound
        if sound is None or (due is not None and due.airing == sound.airing):
            return []
        planned = self._choosing.planned.get(sound.airing)
        if due is None and planned is not None and self._runs_out(planned, station):
            return []
        if sound.stop_reason is None:
            sound.stop_reason = self._why_stop(sound, due, planned, station)
        return [StopPlaying(sound.airing)]

    def _runs_out(self, planned: PlannedAiring, station: datetime) -> bool:
        record = self._choosing.records.get(planned.airing)
        is_refused = record is not None and record.refused is not None
        return not is_refused and ends_at(planned) <= station < ends_at(planned) + RUN_OUT

    def _why_stop(
        self, sound: SoundNow, due: PlannedAiring | None, planned: PlannedAiring | None, station: datetime
    ) -> str:
        record = self._choosing.records.get(sound.airing)
        if due is not None:
            return "pre-empted"
        if planned is None:
            return "plan-expired" if self._choosing.is_named(sound.airing) else "withdrawn"
        if record is not None and record.refused is not None:
            return record.refused
        return "time-over" if station >= ends_at(planned) else "policy"

    def _stop_reason(self, sound: SoundNow, event: PlayingEnded) -> str:
        if event.why is Ended.BROKE:
            return "loudspeaker-broke"
        return sound.stop_reason or ("pre-empted" if self._armed else "stopped")

    def _arm(self, due: PlannedAiring | None, station: datetime, now: datetime) -> list[Effect]:
        wanted: dict[AiringId, Arm] = {}
        checks: list[Effect] = []
        for airing in (due, *self._next(station, now)):
            if airing is None or airing.airing in wanted:
                continue
            is_new = airing.airing not in self._armed and airing.airing != self.sounding
            arm = self._arm_of(airing, station, now)
            if not self._is_approved_for(airing, arm, station):
                return self.agree(now)  # judged worse than before: run again without it
            if arm is not None:
                wanted[airing.airing] = arm
            if is_new and airing.grade is Grade.EMERGENCY:
                checks += self._fetching.check_again(airing.recording)  # it may have been stored for months
        effects: list[Effect] = [Disarm(airing) for airing in self._armed if airing not in wanted]
        effects += [arm for arm in wanted.values() if arm.airing == self.sounding or self._is_other(arm)]
        self._approved_for = {name: arm.planned_at for name, arm in wanted.items()}
        for gone in self._armed.keys() - wanted.keys():
            del self._armed[gone]
        self._armed |= {
            a.airing: a for a in wanted.values() if a.airing != self.sounding and self._is_other(a)
        }
        return [*effects, *checks]

    def _is_approved_for(self, airing: PlannedAiring, arm: Arm | None, station: datetime) -> bool:
        """Return whether an airing that does not sound yet is approved when it begins."""
        planned_at = arm.planned_at if arm is not None else station
        if airing.airing == self.sounding or self._approved_for.get(airing.airing) == planned_at:
            return True
        return self._choosing.is_still_approved(airing, max(station, planned_at))

    def _next(self, station: datetime, now: datetime) -> list[PlannedAiring | None]:
        """Return what will sound at each start that is near enough to be armed."""
        soon = self._choosing.starts_after(station, station + ARM_AHEAD)
        chosen = ((at, self._choosing.sounds_at(at, now, self.sounding)) for at in soon)
        return [airing for at, airing in chosen if airing is not None and airing.starts_at == at]

    def _arm_of(self, airing: PlannedAiring, station: datetime, now: datetime) -> Arm | None:
        """Return the Arm to begin an airing or to change its volume while it sounds; None: no change."""
        if self.sound is not None and self.sound.airing == airing.airing:
            if self.sound.volume == airing.volume:
                return None
            self.sound.volume = airing.volume
            if (record := self._choosing.records.get(airing.airing)) is not None:
                record.sounds_at(airing.volume)
        armed = self._armed.get(airing.airing)
        starts_at = airing.starts_at if airing.starts_at > station else self._next_whole(airing, station)
        if starts_at is not None:
            if starts_at >= ends_at(airing):
                return None  # the last round is over
            begin_at, planned_at = self._clock.raw(starts_at), starts_at
        elif armed is not None and armed.volume == airing.volume and now < armed.begin_at + LOST_ARM:
            return armed
        else:
            is_emergency = airing.grade is Grade.EMERGENCY
            begin_at = now + (JOIN_EMERGENCY_AHEAD if is_emergency else self._join_ahead)
            planned_at = self._clock.station(begin_at)
        return Arm(
            airing=airing.airing,
            recording=airing.recording,
            begin_at=begin_at,
            planned_at=planned_at,
            offset_ms=(planned_at - round_at(airing, planned_at)) // MILLISECOND,
            duration_ms=self._fetching.duration_ms(airing.recording) or airing.duration_ms,
            volume=airing.volume,
        )

    def _next_whole(self, airing: PlannedAiring, station: datetime) -> datetime | None:
        """Return the next round's start if too little of this round is left to join; None: join this one."""
        if airing.every_ms is None or (self.sound is not None and self.sound.airing == airing.airing):
            return None
        place_ms = (station + JOIN_EMERGENCY_AHEAD - round_at(airing, station)) // MILLISECOND
        left_ms = (self._fetching.duration_ms(airing.recording) or 0) - place_ms
        if left_ms >= LEAST_WORTH_MS:
            return None
        return next_round(airing, station) or ends_at(airing)

    def _is_other(self, arm: Arm) -> bool:
        armed = self._armed.get(arm.airing)
        if armed is None or (armed.recording, armed.volume) != (arm.recording, arm.volume):
            return True
        return abs(armed.begin_at - arm.begin_at) >= REARM

    def _save_progress(self, now: datetime) -> list[Effect]:
        sound = self.sound
        record = self._choosing.records.get(sound.airing) if sound is not None else None
        if sound is None or record is None or now < sound.saved_at + PROGRESS:
            return []
        sound.saved_at = now
        record.stretch_ms = max(0, (now - sound.began_at) // MILLISECOND)
        return [self._choosing.records.save(record)]
