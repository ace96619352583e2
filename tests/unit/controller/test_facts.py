"""Receipts come late, twice and out of order; a delivery's facts do not depend on it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.features.airings.delivery_state import TOO_LONG, Facts, fold
from controller.features.fleet.faults import LEAST_AUDIBLE, LEAST_LEVEL_DBFS
from controller.model.airing_states import DeliveryStage
from devices.ids import AiringId, RecordingId
from devices.messages import Receipt, ReceiptKind
from devices.receipt_signing import NOTHING_BEFORE

LASTS_MS = 60_000
START = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)


def receipt(kind, seconds=0, **fields):
    if kind in {"started", "stopped", "finished"}:
        fields.setdefault("volume", 70)
    return Receipt(
        node="n1",
        seq=fields.pop("seq", 1),
        previous=NOTHING_BEFORE,
        airing=AiringId("a1"),
        recording=RecordingId("0" * 64),
        kind=kind,
        at=START + timedelta(seconds=seconds),
        **fields,
    )


RECEIPTS = st.builds(
    receipt,
    st.sampled_from(ReceiptKind),
    st.integers(-5, 5),
    offset_ms=st.integers(0, 3),
    heard_ms=st.integers(0, 3) | st.sampled_from([65_001, 2_000_000_000]),
    clock_error_ms=st.none() | st.sampled_from([0.5, 2.0]),
    volume=st.none() | st.sampled_from([0, LEAST_AUDIBLE - 1, LEAST_AUDIBLE, 100]),
    level_dbfs=st.none() | st.sampled_from([LEAST_LEVEL_DBFS - 1, -18.5]),
    reason=st.none() | st.sampled_from(["mất điện", "hết chỗ"]),
)


def folded(receipts):
    facts = Facts()
    for one in receipts:
        facts = fold(facts, one, LASTS_MS)
    return facts


@given(st.data(), st.lists(RECEIPTS, max_size=8))
def test_every_order_with_any_repeats_ends_in_the_same_facts(data, receipts):
    repeated = receipts + data.draw(
        st.lists(st.sampled_from(receipts), max_size=4) if receipts else st.just([])
    )
    assert folded(data.draw(st.permutations(repeated))) == folded(receipts)


@given(st.lists(RECEIPTS, max_size=8), RECEIPTS)
def test_no_receipt_takes_anything_back(receipts, one):
    before, after = folded(receipts), folded([*receipts, one])
    assert after.rung >= before.rung
    assert after.heard_ms >= before.heard_ms
    assert before.started_at is None or after.started_at <= before.started_at


def test_a_node_that_was_cut_off_and_came_back_keeps_its_first_start():
    facts = folded(
        [
            receipt("started", 0, offset_ms=0),
            receipt("stopped", 20, heard_ms=20_000, reason="mất điện"),
            receipt("started", 25, offset_ms=25_000),
            receipt("finished", 60, heard_ms=55_000),
        ]
    )
    assert (facts.rung, facts.started_at, facts.start_offset_ms) == (DeliveryStage.FINISHED, START, 0)
    assert (facts.heard_ms, facts.reason) == (55_000, "mất điện")


def test_a_refusal_says_why_and_climbs_nothing():
    facts = folded([receipt("refused", 0, reason="đồng hồ sai")])
    assert (facts.rung, facts.reason) == (DeliveryStage.PLANNED, "đồng hồ sai")


def test_the_first_fetch_and_the_first_finish_hold():
    facts = folded(
        [receipt("fetched", 9), receipt("fetched", 4), receipt("finished", 70), receipt("finished", 61)]
    )
    assert facts.fetched_at == START + timedelta(seconds=4)
    assert facts.finished_at == START + timedelta(seconds=61)


def test_more_than_the_airing_lasts_counts_as_all_of_it_and_says_why():
    facts = folded([receipt(ReceiptKind.FINISHED, 2, heard_ms=2_000_000_000)])
    assert (facts.heard_ms, facts.reason) == (LASTS_MS, TOO_LONG)
    facts = folded([receipt(ReceiptKind.FINISHED, 2, heard_ms=LASTS_MS + 5000)])  # it was running out
    assert (facts.heard_ms, facts.reason) == (LASTS_MS, None)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"volume": 0}, "too-quiet"),
        ({"volume": LEAST_AUDIBLE - 1}, "too-quiet"),
        ({"volume": None}, "too-quiet"),
        ({"volume": 100, "level_dbfs": LEAST_LEVEL_DBFS - 1}, "no-sound"),
        ({"volume": LEAST_AUDIBLE, "level_dbfs": -18.5}, None),
    ],
)
def test_what_nobody_can_have_heard_counts_as_not_heard_and_says_why(told, why):
    facts = folded([receipt("started", 0, **told), receipt("finished", 60, heard_ms=60_000, **told)])
    assert facts.reason == why
    assert (facts.rung, facts.heard_ms) == ((0, 0) if why else (3, 60_000))


def test_an_airing_that_was_muted_in_the_middle_was_heard_until_then_only():
    facts = folded(
        [
            receipt("started", 0),
            receipt("stopped", 20, heard_ms=20_000, reason="power-lost"),
            receipt("started", 25, volume=0),
            receipt("finished", 60, heard_ms=55_000, volume=0),
        ]
    )
    assert (facts.rung, facts.heard_ms, facts.reason) == (2, 20_000, "too-quiet")
