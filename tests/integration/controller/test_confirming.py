"""What two administrators sign is done once, by two who may, or not at all; on both databases."""

import time
from threading import Thread

import pytest

from controller.errors import Conflict, LoaError, NotAllowed
from controller.features.accounts.service import create_operator
from controller.features.area_changes.shared_acts import (
    closing_area,
    moving_area,
    moving_node,
    splitting_area,
)
from controller.features.confirmations.operations import confirm_proposal
from controller.features.fleet.queries import get_node
from controller.features.homes.service import WantedHome, wanted_act
from controller.features.plans.key_set_signing import sign_key_sets
from controller.features.plans.operations import wanted_policy
from controller.features.plans.proposals import do_or_propose, withdraw_proposal
from controller.features.plans.queries import version_of_policy
from controller.model.accounts import HeldKey
from controller.model.permissions import OperatorRole
from controller.model.proposals import Proposal
from devices.ids import Role
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, NODES, PASSWORD, PROVINCE

FREE = {"quiet_hours": (), "loudest_volume": 100, "minutes_a_day": 1440, "volumes": (), "alone_days": 7}


def administrator_of(world, area, name):
    made = world.do(
        create_operator,
        name=name,
        display_name=name,
        roles={OperatorRole.ADMINISTRATOR},
        area=area,
        password=PASSWORD,
        by=None,
    )
    world.do(sign_key_sets, root_key=world.root_key)
    return made


@pytest.fixture
def second(world):
    return administrator_of(world, PROVINCE, "quantri2")


def proposed(world, wanted):
    """Return the proposal that the first administrator's signature made."""
    stamp = {"by": world.administrator, "password": PASSWORD, "now": world.now}
    made = do_or_propose(world.store, wanted, **stamp).proposal
    assert made is not None
    return made


def quieter(world):
    limits = FREE | {"loudest_volume": 40}
    return world.ask(wanted_policy, PROVINCE, limits, "Tỉnh", None)


@pytest.mark.both_databases
def test_what_is_put_aside_while_somebody_confirms_it_is_not_done(world, second):
    proposal, before = proposed(world, quieter(world)), world.ask(version_of_policy, PROVINCE)
    said = []

    def confirm():
        try:
            world.do(confirm_proposal, proposal, by=second, password=PASSWORD)
        except LoaError as error:
            said.append(error.code)

    confirms = Thread(target=confirm)
    with world.store.write() as session:
        withdraw_proposal(session, proposal, by=second, now=world.now)
        confirms.start()
        time.sleep(0.5)  # for the other to come to where it waits
    confirms.join()
    assert said == ["proposal.closed"]
    assert world.ask(version_of_policy, PROVINCE) == before


def test_the_second_of_a_move_rules_where_the_loudspeaker_was_and_where_it_goes(world, second):
    node = NODES[0].id
    assert _area(world, node) == NHA_TRANG
    there = administrator_of(world, BAC_NHA_TRANG, "quantri.bac")
    proposal = proposed(world, world.ask(moving_node, node, BAC_NHA_TRANG))
    with pytest.raises(NotAllowed):
        world.do(confirm_proposal, proposal, by=there, password=PASSWORD)
    assert _area(world, node) == NHA_TRANG
    world.do(confirm_proposal, proposal, by=second, password=PASSWORD)
    assert _area(world, node) == BAC_NHA_TRANG


def test_who_confirms_what_touches_several_areas_rules_them_all(world):
    home = WantedHome(NHA_TRANG, ("mqtts://moi.example:8883",), (), ())
    for wanted in (
        world.ask(moving_area, NHA_TRANG, BAC_NHA_TRANG),
        world.ask(splitting_area, NHA_TRANG, {}),
        world.ask(closing_area, NHA_TRANG, BAC_NHA_TRANG),
        world.ask(wanted_act, home),
    ):
        assert wanted.area == PROVINCE, wanted.words


def test_a_home_is_told_whole_to_who_signs_it(world):
    home = WantedHome(PROVINCE, ("mqtts://moi.example:8883",), ("QUJD",), ("https://trang.example",))
    words = world.ask(wanted_act, home).words
    assert "mqtts://moi.example:8883" in words
    assert "https://trang.example" in words
    assert "b5d4045c3f466fa9…" in words, "SHA-256 of what the certificate is in DER"


def test_what_the_first_signed_by_a_key_that_ended_since_is_not_confirmed(world, second):
    proposal = proposed(world, quieter(world))
    with world.store.write() as session:
        key = session.get(HeldKey, session.get(Proposal, proposal).kid)
        assert key.role is Role.ADMINISTRATOR
        key.not_after = world.now
    with pytest.raises(Conflict) as refused:
        world.do(confirm_proposal, proposal, by=second, password=PASSWORD)
    assert refused.value.code == "proposal.changed"


def _area(world, node):
    return world.ask(get_node, node).area
