"""What counts as heard in a drill, and the first cause where it was not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from controller.features.drills.judging import DrillCriteria, DrillFacts, judged
from controller.features.drills.outcome import months_later
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.drill_states import CAUSE_WORDS, DrillCause

USUAL = DrillCriteria(start_within_s=5, least_percent=95, needs_level=False)
HEARD = DrillFacts(
    stage=DeliveryStage.FINISHED,
    percent=100,
    late_ms=40,
    reason=None,
    level_dbfs=None,
    state=AiringState.AIRED,
    was_in_plans=True,
    has_vitals=True,
    clock_error_ms=2.0,
    storage_free=10**9,
)
FETCHED = replace(HEARD, stage=DeliveryStage.FETCHED, percent=0, late_ms=None)
UNFETCHED = replace(FETCHED, stage=DeliveryStage.PLANNED)


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        (HEARD, DrillCause.HEARD),
        (replace(HEARD, late_ms=5_000), DrillCause.HEARD),
        (replace(HEARD, late_ms=5_001), DrillCause.LATE),
        (replace(HEARD, percent=95), DrillCause.HEARD),
        (replace(HEARD, percent=94), DrillCause.STOPPED_EARLY),
        (replace(HEARD, stage=DeliveryStage.STARTED, percent=0), DrillCause.STOPPED_EARLY),
        (replace(HEARD, percent=45, reason="pre-empted"), DrillCause.YIELDED),
        (replace(HEARD, percent=45, reason="power-lost"), DrillCause.STOPPED_EARLY),
        (replace(HEARD, reason="no-sound"), DrillCause.AMPLIFIER),
        (replace(HEARD, stage=DeliveryStage.FETCHED, reason="too-quiet"), DrillCause.TOO_QUIET),
        (replace(HEARD, reason="heard-too-long"), DrillCause.UNPROVEN),
        (replace(FETCHED, was_online=False), DrillCause.NO_CONTACT),
        (replace(FETCHED, reason="clock-unknown"), DrillCause.CLOCK),
        (replace(FETCHED, clock_error_ms=None), DrillCause.CLOCK),
        (replace(FETCHED, clock_error_ms=10_001), DrillCause.CLOCK),
        (replace(FETCHED, reason="policy"), DrillCause.POLICY),
        (replace(FETCHED, reason="unknown-key"), DrillCause.REFUSED),
        (replace(FETCHED, has_refused=True), DrillCause.UNPROVEN),
        (FETCHED, DrillCause.NO_WORD),
        (UNFETCHED, DrillCause.NO_RECORDING),
        (replace(UNFETCHED, storage_free=4096), DrillCause.STORAGE),
        (replace(FETCHED, has_vitals=False, clock_error_ms=None, storage_free=None), DrillCause.NO_WORD),
        (
            replace(UNFETCHED, has_vitals=False, clock_error_ms=None, storage_free=None),
            DrillCause.NO_RECORDING,
        ),
        (replace(UNFETCHED, was_in_plans=False), DrillCause.NOT_AIRED),
        (replace(FETCHED, state=AiringState.CANCELLED), DrillCause.NOT_AIRED),
        (replace(HEARD, is_retired=True), DrillCause.RETIRED),
        (replace(FETCHED, is_quarantined=True), DrillCause.QUARANTINED),
    ],
)
def test_the_first_cause_that_explains_it_is_named(facts, cause):
    assert judged(facts, USUAL) is cause


def test_a_province_may_ask_for_a_measured_level():
    strict = replace(USUAL, needs_level=True)
    assert judged(HEARD, strict) is DrillCause.UNMEASURED
    assert judged(replace(HEARD, level_dbfs=-18.0), strict) is DrillCause.HEARD


def test_every_cause_has_its_words():
    assert set(CAUSE_WORDS) == set(DrillCause)


@pytest.mark.parametrize(
    ("at", "months", "day", "then"),
    [
        (datetime(2026, 11, 30, 2, 0, tzinfo=UTC), 3, 30, datetime(2027, 2, 28, 2, 0, tzinfo=UTC)),
        (datetime(2027, 2, 28, 2, 0, tzinfo=UTC), 3, 30, datetime(2027, 5, 30, 2, 0, tzinfo=UTC)),
        # one o'clock of the first of January there
        (datetime(2026, 12, 31, 18, 0, tzinfo=UTC), 1, 1, datetime(2027, 1, 31, 18, 0, tzinfo=UTC)),
        (datetime(2026, 11, 28, 2, 0, tzinfo=UTC), 12, 28, datetime(2027, 11, 28, 2, 0, tzinfo=UTC)),
    ],
)
def test_the_next_is_at_the_same_wall_time_so_many_months_later(at, months, day, then):
    assert months_later(at, months, day) == then
