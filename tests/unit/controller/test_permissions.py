"""Roles × action × area, by one pure function."""

import pytest

from controller.areas.tree import AreaTree
from controller.operators.permissions import Act, OperatorRole, can
from devices.messages import AreaCode

PROVINCE, COMMUNE, VILLAGE, OTHER = (AreaCode(code) for code in ("56", "22366", "22366-1", "22333"))
TREE = AreaTree({PROVINCE: None, COMMUNE: PROVINCE, VILLAGE: COMMUNE, OTHER: PROVINCE})
MAY = {
    OperatorRole.OFFICER: {Act.WRITE, Act.AIR, Act.STOP, Act.SEE},
    OperatorRole.APPROVER: {
        Act.WRITE,
        Act.APPROVE,
        Act.WITHDRAW,
        Act.AIR,
        Act.AIR_EMERGENCY,
        Act.STOP,
        Act.TEACH,
        Act.SEE,
    },
    OperatorRole.TECHNICIAN: {Act.ENROL, Act.STOP, Act.SEE},
    OperatorRole.ADMINISTRATOR: {Act.ENROL, Act.RULE, Act.STOP, Act.TEACH, Act.SEE},
}


@pytest.mark.parametrize("role", OperatorRole)
@pytest.mark.parametrize("act", Act)
def test_a_role_may_what_its_row_says_and_nothing_else(role, act):
    verdict = can([role], PROVINCE, act, TREE.lineage(PROVINCE))
    assert verdict.allowed == (act in MAY[role])
    assert verdict.allowed or verdict.sentence


def test_a_role_holds_in_its_area_and_below_but_not_above_or_beside():
    def may(area):
        return can([OperatorRole.OFFICER], COMMUNE, Act.AIR, TREE.lineage(area)).allowed

    assert [may(area) for area in (COMMUNE, VILLAGE, PROVINCE, OTHER)] == [True, True, False, False]


def test_an_unknown_area_is_nobodys():
    assert not can(list(OperatorRole), PROVINCE, Act.SEE, TREE.lineage(AreaCode("99"))).allowed


def test_who_may_start_may_stop():
    for role in OperatorRole:
        for start in (Act.AIR, Act.AIR_EMERGENCY):
            if can([role], PROVINCE, start, [PROVINCE]).allowed:
                assert can([role], PROVINCE, Act.STOP, [PROVINCE]).allowed


def test_the_tree_knows_who_lies_below_and_drops_targets_inside_others():
    assert TREE.below([COMMUNE]) == {COMMUNE, VILLAGE}
    assert TREE.below([PROVINCE]) == {PROVINCE, COMMUNE, VILLAGE, OTHER}
    assert TREE.outermost([VILLAGE, COMMUNE, OTHER]) == (OTHER, COMMUNE)
    assert TREE.outermost([VILLAGE, PROVINCE]) == (PROVINCE,)
