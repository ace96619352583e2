"""The simulator's node passes the conformance kit in virtual time; nodes that break a rule do not."""

import pytest

from controller.trial.conform import mqtt_bench
from controller.trial.conform.checks import CheckVerdict, Requirement
from controller.trial.conform.handling import Unattended
from controller.trial.conform.laboratory import Laboratory, micros
from controller.trial.conform.mqtt_bench import MqttBench
from controller.trial.conform.node_view import NodeView
from controller.trial.conform.run import GROUPS, checks, run
from controller.trial.conform.signers import root_key
from controller.trial.conform.station import KitStation
from devices import topics
from devices.link_api import Message
from devices.messages import TimeRequest
from tests.support.conform_world import NODE, NOON, virtual_laboratory
from tests.support.mutants import MUTANTS
from tests.support.nightly import amount

OF_A_CODE = {check.id for group in GROUPS if group.needs is Requirement.CODE for check in group.checks}
"""A node in virtual time has no HTTP; tests/system/test_conform.py enrols one."""


def test_the_simulators_node_passes_every_check():
    found = run(virtual_laboratory())
    wrong = {
        check: one
        for check, one in found.items()
        if one.verdict is not CheckVerdict.PASSED and check not in OF_A_CODE
    }
    assert not wrong
    assert set(found) == set(checks())


def test_what_the_bench_cannot_do_is_skipped_and_said():
    laboratory = virtual_laboratory()
    laboratory.bench.has = set()
    found = run(laboratory, ["PWR", "LNK"])
    assert {one.verdict for one in found.values()} == {CheckVerdict.SKIPPED}
    assert all("needs" in one.why for one in found.values())


def test_a_request_that_came_while_the_broker_stopped_is_not_answered():
    laboratory = virtual_laboratory()
    bench, stop = laboratory.bench, laboratory.bench.stop_broker

    def stop_after_a_request():
        stop()
        request = TimeRequest(node=NODE, sent_us=micros(bench.now()))
        bench.hear(Message(topics.time(NODE), request.payload()))

    bench.stop_broker = stop_after_a_request
    found = run(laboratory, ["LNK"])
    assert {one.verdict for one in found.values()} == {CheckVerdict.PASSED}


def test_a_broker_that_goes_away_leaves_the_rest_of_the_run_its_outcomes(monkeypatch, free_port):
    monkeypatch.setattr(mqtt_bench, "_LINK_S", 0.1)
    bench = MqttBench(f"mqtt://127.0.0.1:{free_port}", NODE, Unattended(None, ""), None)
    station = KitStation(NODE, root_key(NOON), bench.now, bench.send)
    found = run(Laboratory(bench, station, NodeView(NODE, "")), ["PLN", "PWR"])
    plans = {(one.verdict, one.why) for check, one in found.items() if check.startswith("PLN")}
    assert plans == {(CheckVerdict.NOT_REACHED, "the broker was not reached for 40 s")}
    assert found["PWR-01"].verdict is CheckVerdict.SKIPPED


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_node_that_breaks_a_rule_fails_exactly_as_named(mutant, monkeypatch):
    """By day only the subjects that are named are run; by night all: nothing else may fail."""
    subjects = sorted({check.partition("-")[0] for check in mutant.fails})
    mutant.apply(monkeypatch.setattr)
    found = run(virtual_laboratory(), amount(subjects, []))
    failed = {
        check
        for check, one in found.items()
        if one.verdict in {CheckVerdict.FAILED, CheckVerdict.NOT_REACHED}
    }
    assert failed == mutant.fails


def test_there_are_mutants_of_every_subject_that_needs_no_code():
    named = {check.partition("-")[0] for mutant in MUTANTS for check in mutant.fails}
    everything = {check.partition("-")[0] for check in checks()} - {"ENR", "CON", "LNK"}
    assert named == everything


def test_ids_of_checks_are_unique_and_say_something():
    ids = [check.id for group in GROUPS for check in group.checks]
    assert len(ids) == len(set(ids))
    assert all(check.says.endswith(".") for check in checks().values())
