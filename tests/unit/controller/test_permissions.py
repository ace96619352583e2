"""Roles × action × relation of the areas, by one pure function."""

import pytest

from controller.model.area_tree import AreaTree
from controller.model.permissions import (
    DEPUTY_ACTS,
    ONLY_AT_HOME,
    TOKEN_ACTS,
    Act,
    Operator,
    OperatorId,
    OperatorRole,
    can,
    judge,
)
from devices.ids import AreaCode

PROVINCE, COMMUNE, VILLAGE, OTHER, NOWHERE = (
    AreaCode(code) for code in ("56", "22366", "22366-1", "22333", "99")
)
TREE = AreaTree({PROVINCE: None, COMMUNE: PROVINCE, VILLAGE: COMMUNE, OTHER: PROVINCE})
RELATIONS = {"own": COMMUNE, "below": VILLAGE, "above": PROVINCE, "beside": OTHER, "none": NOWHERE}
HOLDS_IN = {"own", "below"}

OFFICER, APPROVER = OperatorRole.OFFICER, OperatorRole.APPROVER
TECHNICIAN, ADMINISTRATOR = OperatorRole.TECHNICIAN, OperatorRole.ADMINISTRATOR
MAY = {
    # act               who
    Act.WRITE: {OFFICER, APPROVER},
    Act.APPROVE: {APPROVER},
    Act.WITHDRAW: {APPROVER},
    Act.AIR: {OFFICER, APPROVER},
    Act.AIR_EMERGENCY: {APPROVER},
    Act.ANSWER: {OFFICER, APPROVER},
    Act.STOP: {OFFICER, APPROVER, TECHNICIAN, ADMINISTRATOR},
    Act.ENROL: {TECHNICIAN, ADMINISTRATOR},
    Act.RULE: {ADMINISTRATOR},
    Act.TEACH: {APPROVER, ADMINISTRATOR},
    Act.SEE: {OFFICER, APPROVER, TECHNICIAN, ADMINISTRATOR},
}


def person(*roles, area=COMMUNE, **more):
    return Operator(OperatorId("p"), "p", "P", frozenset(roles), area, **more)


def test_the_table_names_every_act():
    assert set(MAY) == set(Act)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", OperatorRole)
def test_a_role_may_what_its_row_says_in_its_area_and_below_and_nothing_else(role, act):
    for relation, area in RELATIONS.items():
        lineage = TREE.lineage(area)
        holds_in = {"own"} if act in ONLY_AT_HOME else HOLDS_IN
        verdict = can([role], COMMUNE, act, lineage)
        assert verdict.allowed == (role in MAY[act] and relation in holds_in), relation
        assert verdict.allowed or verdict.sentence, relation
        assert judge(person(role), act, lineage) == verdict, relation


@pytest.mark.parametrize("act", Act)
def test_several_roles_may_what_one_of_them_may(act):
    for relation, area in RELATIONS.items():
        lineage = TREE.lineage(area)
        together = can([OFFICER, TECHNICIAN], COMMUNE, act, lineage).allowed
        alone = [can([role], COMMUNE, act, lineage).allowed for role in (OFFICER, TECHNICIAN)]
        assert together == any(alone), relation


@pytest.mark.parametrize("act", Act)
def test_nobody_without_a_role_may_anything(act):
    assert not can([], COMMUNE, act, TREE.lineage(COMMUNE)).allowed


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", OperatorRole)
def test_a_deputy_may_approve_in_the_lent_area_with_all_below_and_only_as_an_approver(role, act):
    deputy = person(role, area=OTHER, deputises_in=frozenset({COMMUNE}))
    for area in (COMMUNE, VILLAGE):
        assert judge(deputy, act, TREE.lineage(area)).allowed == (role is APPROVER and act in DEPUTY_ACTS)
    assert not judge(deputy, act, TREE.lineage(PROVINCE)).allowed
    assert judge(deputy, act, TREE.lineage(OTHER)).allowed == (role in MAY[act])


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", OperatorRole)
def test_a_token_only_narrows_what_its_person_may(role, act):
    for given in Act:
        narrowed = person(role, acts=frozenset({given}))
        assert judge(narrowed, act, TREE.lineage(COMMUNE)).allowed == (act is given and role in MAY[act])


def test_no_token_can_be_given_what_asks_for_the_person():
    assert TOKEN_ACTS.isdisjoint({Act.APPROVE, Act.AIR_EMERGENCY, Act.RULE})


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
