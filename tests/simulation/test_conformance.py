"""The simulator's node passes the conformance kit, in virtual time."""

from controller.trial.conform.checks import CheckVerdict
from controller.trial.conform.run import GROUPS, checks, run
from tests.support.conform_world import virtual_laboratory


def test_the_simulators_node_passes_every_check():
    found = run(virtual_laboratory())
    wrong = {check: one for check, one in found.items() if one.verdict is not CheckVerdict.PASSED}
    assert not wrong
    assert set(found) == set(checks())


def test_ids_of_checks_are_unique_and_say_something():
    ids = [check.id for subject in GROUPS for check in subject.checks]
    assert len(ids) == len(set(ids))
    assert all(check.says.endswith(".") for check in checks().values())
