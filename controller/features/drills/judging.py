"""Whether a loudspeaker passed a drill, and if not, the first cause that explains it; pure."""

from dataclasses import dataclass
from typing import Final

from controller.features.fleet.faults import CLOCK_ERROR_LIMIT_MS, LEAST_STORAGE
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.drill_states import DrillCause

_OWN_WORDS: Final = {
    "no-sound": DrillCause.AMPLIFIER,
    "loudspeaker-broke": DrillCause.AMPLIFIER,
    "too-quiet": DrillCause.TOO_QUIET,
    "heard-too-long": DrillCause.UNPROVEN,
    "signed-later": DrillCause.UNPROVEN,
    "clock-unknown": DrillCause.CLOCK,
    "clock-inexact": DrillCause.CLOCK,
    "recording-spoilt": DrillCause.NO_RECORDING,
    "pre-empted": DrillCause.YIELDED,
    "policy": DrillCause.POLICY,
    "time-over": DrillCause.STOPPED_EARLY,
    "power-lost": DrillCause.STOPPED_EARLY,
    "stopped": DrillCause.STOPPED_EARLY,
    "withdrawn": DrillCause.STOPPED_EARLY,
    "plan-expired": DrillCause.STOPPED_EARLY,
}
"""What a loudspeaker itself gives as its reason (docs/protocol.md, Receipts); all others: it refused."""
_VOIDS: Final = frozenset({DrillCause.AMPLIFIER, DrillCause.TOO_QUIET, DrillCause.UNPROVEN})
"""These stand against a loudspeaker however far it says that it came."""


@dataclass(frozen=True, slots=True)
class DrillCriteria:
    """What counts as heard; docs of the fields: controller/model/drills.py."""

    start_within_s: int
    least_percent: int
    needs_level: bool


@dataclass(frozen=True, slots=True)
class DrillFacts:
    """What is known of one loudspeaker when a drill is over.

    `percent`: how much of the recording it sounded; `late_ms`: from its planned start to its own;
    `was_online`: at the planned start; `has_vitals`: it has told its vitals, so no clock error means that it
    does not know the time; `has_refused`: receipts of it were refused since then.
    """

    stage: DeliveryStage
    percent: int | None
    late_ms: int | None
    reason: str | None
    level_dbfs: float | None
    state: AiringState
    was_in_plans: bool
    was_online: bool = True
    is_retired: bool = False
    is_quarantined: bool = False
    has_vitals: bool = False
    clock_error_ms: float | None = None
    storage_free: int | None = None
    has_refused: bool = False


def judged(facts: DrillFacts, criteria: DrillCriteria) -> DrillCause:
    """Return whether it was heard, or the first cause in the order in which a technician would look."""
    if facts.is_retired:
        return DrillCause.RETIRED
    if facts.is_quarantined:
        return DrillCause.QUARANTINED
    said = None if facts.reason is None else _OWN_WORDS.get(facts.reason, DrillCause.REFUSED)
    if said in _VOIDS:
        return said
    if facts.stage >= DeliveryStage.STARTED:
        return _of_sound(facts, criteria, said)
    if not facts.was_in_plans or facts.state is AiringState.CANCELLED:
        return DrillCause.NOT_AIRED
    return said or _of_silence(facts)


def _of_sound(facts: DrillFacts, criteria: DrillCriteria, said: DrillCause | None) -> DrillCause:
    if facts.percent is None or facts.percent < criteria.least_percent:
        return said or DrillCause.STOPPED_EARLY
    if facts.late_ms is None or facts.late_ms > criteria.start_within_s * 1000:
        return DrillCause.LATE
    if criteria.needs_level and facts.level_dbfs is None:
        return DrillCause.UNMEASURED
    return DrillCause.HEARD


def _of_silence(facts: DrillFacts) -> DrillCause:
    if not facts.was_online:
        return DrillCause.NO_CONTACT
    if facts.has_refused:
        return DrillCause.UNPROVEN
    has_recording = facts.stage >= DeliveryStage.FETCHED
    if not has_recording and facts.storage_free is not None and facts.storage_free < LEAST_STORAGE:
        return DrillCause.STORAGE
    error = facts.clock_error_ms
    if facts.has_vitals and (error is None or error > CLOCK_ERROR_LIMIT_MS):
        return DrillCause.CLOCK
    return DrillCause.NO_WORD if has_recording else DrillCause.NO_RECORDING
