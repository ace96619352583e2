"""A node may say so much; above that it is not read, and the others are."""

import pytest

from controller.runtime import budgets as module
from controller.runtime.budgets import Budgets
from devices import topics
from devices.budgets import BUDGETS, COMMITTED
from devices.ids import NodeId
from devices.messages import MOST_RECEIPTS
from devices.node.receipts import MOST_KEPT
from tests.support.hand_clock import HandClock

ONE, OTHER = NodeId("loa-1"), NodeId("loa-2")
RECEIPT = topics.ReceiptTopic


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def budgets(clock):
    return Budgets(clock)


@pytest.mark.parametrize("topic", module._KINDS, ids=lambda topic: topic.__name__)
def test_a_flood_is_cut_to_the_burst_and_the_rate_and_nobody_else_suffers(budgets, clock, topic):
    budget = BUDGETS[module._KINDS[topic]]
    flood = budget.burst + int(budget.a_second * 10) + 100
    passed = sum(budgets.admits(topic(ONE), 100) for _ in range(flood))
    assert passed == budget.burst
    clock.now += 10
    assert sum(budgets.admits(topic(ONE), 100) for _ in range(flood)) == budget.a_second * 10
    assert budgets.admits(topic(OTHER), 100)
    assert budgets.dropped() == {ONE: 2 * flood - passed - budget.a_second * 10}
    assert budgets.dropped() == {}


def test_what_is_too_big_is_not_read(budgets):
    assert not budgets.admits(topics.VitalsTopic(ONE), BUDGETS["vitals"].most_bytes + 1)
    assert budgets.admits(topics.VitalsTopic(ONE), BUDGETS["vitals"].most_bytes)


def test_all_that_a_node_keeps_over_months_comes_in_at_once_three_times_over(budgets):
    messages = MOST_KEPT // MOST_RECEIPTS
    for _ in range(3):  # at the connection, when the station speaks, and when 5 s are over
        assert all(budgets.admits(RECEIPT(ONE), 60_000) for _ in range(messages))
        budgets.committed(ONE, MOST_KEPT)
    assert budgets.dropped() == {}


def test_a_node_that_invents_receipts_has_so_many_committed_and_then_few(budgets, clock):
    committed = 0
    for _ in range(24 * 60):
        clock.now += 60
        while budgets.admits(RECEIPT(ONE), 60_000):
            budgets.committed(ONE, MOST_RECEIPTS)
            committed += MOST_RECEIPTS
    a_day = COMMITTED.burst + COMMITTED.a_second * 86_400
    assert committed <= a_day + 2 * MOST_RECEIPTS
    assert budgets.admits(RECEIPT(OTHER), 60_000)


def test_the_nodes_with_buckets_are_bounded_however_many_names_there_are(budgets, monkeypatch):
    monkeypatch.setattr(module, "MOST_NODES", 100)
    for number in range(1000):
        budgets.admits(topics.TimeTopic(NodeId(f"n{number}")), 100)
    assert len(budgets) == 100


def test_what_is_no_nodes_word_passes(budgets):
    assert budgets.admits(topics.KeysTopic("56"), 10**6)
