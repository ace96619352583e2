"""What the technician's and the administrator's pages ask of the database, on both engines."""

import random
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import insert

from controller.errors import NotAllowed
from controller.features.accounts.administration import move_operator
from controller.features.accounts.queries import get_operator
from controller.features.airings.conflict_check import losses_by_policies
from controller.features.audit.queries import Wanted, find_entries
from controller.features.fleet.counts import has_status, statuses_by_area
from controller.features.fleet.fault_assignments import take_care
from controller.features.fleet.location_history import open_stays
from controller.features.fleet.queries import facts_of, nodes_by_area
from controller.features.fleet.status import NodeStatus, status_of
from controller.features.fleet.watch import Cared, FaultCounts, NodeFilter, troubles, watched
from controller.features.plans.policy_signing import sign_policy
from controller.model.fleet import TOLD, Node
from devices.statements import Policy, QuietHours
from tests.support.station_world import BAC_NHA_TRANG, NHA_TRANG, PASSWORD, PROVINCE


@pytest.fixture
def motley(world):
    """Nodes of every kind that a status can come from, mixed by a fixed chance."""
    chance = random.Random(40)
    with world.store.write() as session:
        rows = [any_node(world, chance, number) for number in range(400)]
        session.execute(insert(Node), rows)
        open_stays(session, [(row["id"], row["area"]) for row in rows], world.now)
    return world


def any_node(world, chance, number):
    heard, came = chance.choice((None, 5, 5, 500)), chance.choice((None, 5, 900))
    fine = chance.random() < 0.5
    told = {
        "session": 1,
        "volume": 70,
        "sounding": chance.choice((None, "an-airing")),
        "clock_error_ms": chance.choice((None, 1.0, 5000.0)) if not fine else 1.0,
        "storage_free": chance.choice((None, 1000, 10**10)) if not fine else 10**10,
        "temperature_c": chance.choice((None, 40.0, 90.0)) if not fine else None,
        "battery_percent": chance.choice((None, 5.0, 90.0)) if not fine else None,
        "mains": chance.choice((None, True, False)) if not fine else True,
        "amplifier_ok": chance.choice((None, True, False)) if not fine else True,
        "level_dbfs": chance.choice((None, -80.0, -20.0)) if not fine else None,
    }
    if chance.random() >= 0.9:
        told = None
    return {
        "id": f"motley-{number}",
        "area": chance.choice((NHA_TRANG, BAC_NHA_TRANG)),
        "name": f"Cụm {number}",
        "enrolled_at": world.now,
        "session": 1,
        "online": chance.random() < 0.8,
        "online_at": None if came is None else world.now - timedelta(seconds=came),
        "last_heard_at": None if heard is None else world.now - timedelta(seconds=heard),
        "software": "",
        "vitals": told,
        "quarantined_at": world.now if chance.random() < 0.05 else None,
        **{name: told and told[name] for name in TOLD},
    }


def test_the_database_counts_statuses_as_they_are_derived_one_by_one(motley):
    one_by_one = defaultdict(Counter)
    for node in motley.ask(nodes_by_area, None):
        one_by_one[node.area][status_of(facts_of(node), motley.now)] += 1
    counted = {area: dict(counts) for area, counts in motley.ask(statuses_by_area, motley.now).items()}
    assert counted == one_by_one
    assert len({status for counts in counted.values() for status in counts}) == len(NodeStatus) - 1


def test_nodes_are_found_by_a_status_that_is_stored_nowhere(motley):
    counts = motley.ask(statuses_by_area, motley.now)
    for status in NodeStatus:
        expected = sum(by_status[status] for by_status in counts.values())
        with motley.store.read() as session:
            found = session.query(Node).filter(has_status([status], motley.now)).count()
        assert found == expected, status


def test_the_database_finds_the_nodes_that_something_is_wrong_with_as_their_facts_say(motley):
    every = motley.ask(watched, NodeFilter(), motley.now)
    faulty = [one.node.id for one in every if one.faults]
    assert 50 < len(faulty) < len(every)
    assert [one.node.id for one in motley.ask(watched, NodeFilter(only_faulty=True), motley.now)] == faulty
    here = frozenset({NHA_TRANG})
    own = [one for one in every if one.faults and one.node.area == NHA_TRANG]
    motley.do(take_care, own[0].node.id, by=motley.technician, assignee="kythuat")
    asked = {"by": motley.technician, "limit": 20, "offset": 20}
    found = motley.ask(troubles, here, motley.now, **asked)
    assert [one.node.id for one in found.nodes] == [one.node.id for one in own[20:40]]
    assert found.counted == FaultCounts(len(own), 1, len(own) - 1)
    mine = motley.ask(troubles, here, motley.now, cared=Cared.MINE, by=motley.technician, limit=9)
    assert [one.node.id for one in mine.nodes] == [own[0].node.id]


def policy(world, area, **limits):
    fields = {"quiet_hours": (), "loudest_volume": 90, "minutes_a_day": 120} | limits
    return Policy(
        target=area,
        version=1,
        issued_at=world.now,
        expires_at=world.now + timedelta(days=9),
        **fields,
    )


def whole_day():
    return (QuietHours(begins="00:00", ends="12:00"), QuietHours(begins="12:00", ends="00:00"))


def losses(world, proposed):
    (found,) = world.ask(losses_by_policies, [proposed], world.now, world.now + timedelta(days=2)).values()
    return found


def test_a_proposed_policy_tells_which_airings_it_would_silence_and_changes_nothing(world):
    airing = world.plan(world.approved(), areas=(NHA_TRANG,), seconds=3600)
    airing = getattr(airing, "id", airing)
    (loss,) = losses(world, policy(world, NHA_TRANG, quiet_hours=whole_day()))
    assert (loss.airing, loss.is_silenced) == (airing, True)
    assert losses(world, policy(world, BAC_NHA_TRANG, quiet_hours=whole_day())) == []
    (above,) = losses(world, policy(world, PROVINCE, quiet_hours=whole_day()))
    assert above.airing == airing
    assert losses(world, policy(world, NHA_TRANG)) == []


def test_a_quieter_policy_tells_what_would_be_softer(world):
    world.plan(world.approved(), areas=(NHA_TRANG,), seconds=3600)
    (loss,) = losses(world, policy(world, NHA_TRANG, loudest_volume=10))
    assert (loss.is_quieter, loss.is_silenced, loss.loses) == (True, False, timedelta())


def test_a_person_is_moved_only_by_who_rules_both_areas(world):
    world.do(move_operator, world.approver.id, BAC_NHA_TRANG, by=world.administrator)
    assert world.ask(get_operator, world.approver.id).area == BAC_NHA_TRANG
    with pytest.raises(NotAllowed):
        world.do(move_operator, world.approver.id, NHA_TRANG, by=world.officer)


def test_the_journal_is_searched_by_who_what_when_and_where(world):
    bulletin = world.approved()
    world.plan(bulletin, areas=(NHA_TRANG,), seconds=3600)
    world.do(sign_policy, area=PROVINCE, administrator=world.administrator, password=PASSWORD)
    acts = lambda **asked: [entry.act for entry in world.ask(find_entries, Wanted(**asked)).entries]  # noqa: E731
    assert "bulletin.approved" in acts(by=world.approver.id)
    assert set(acts(kind="quy-dinh")) <= {"policy.signed", "keys.signed", "station.founded"}
    assert "airing.planned" in acts(areas={NHA_TRANG})
    assert "airing.planned" not in acts(areas={BAC_NHA_TRANG})
    assert acts(until=world.now - timedelta(days=999)) == []
    whole = world.ask(find_entries, Wanted())
    assert whole.unsound == frozenset()
    older = world.ask(find_entries, Wanted(before=whole.entries[3].seq)).entries
    assert older[0].seq == whole.entries[3].seq - 1


def test_the_faulty_are_the_same_whether_the_database_passes_the_others_over_or_not(motley):
    every = motley.ask(watched, NodeFilter(), motley.now)
    faulty = motley.ask(watched, NodeFilter(only_faulty=True), motley.now)
    assert [one.node.id for one in faulty] == [one.node.id for one in every if one.faults]
    assert 50 < len(faulty) < len(every)
