"""The as-aired log: what ended airings' nodes did, completed by late receipts, never rewritten."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from controller.errors import LoaError
from controller.features.airings.cancellation import cancel_airing
from controller.features.airings.delivery_state import TOO_LONG
from controller.features.doctor.invariants import invariants
from controller.features.journal.chain import JournalBroken
from controller.features.journal.export import sealed, verify_export
from controller.features.journal.queries import entries_of, export
from controller.features.reports import service as usecases
from controller.features.reports.entries import ACT, NO_WORD, NOT_ENDED
from controller.features.reports.months import month_of
from controller.features.reports.queries import aired_between, aired_by_area, export_as_aired, noted_of
from controller.features.reports.service import note_aired
from controller.model.reports import AsAired
from controller.runtime.receipt_ingestion import MOST_ENTRIES
from tests.support.station_world import NHA_TRANG, NODES

HERE, THERE = NODES[0].id, NODES[1].id
AREAS = {NHA_TRANG}


def note(world):
    """Note all there is, as the beat does."""
    while world.do(note_aired):
        pass


def heard(world, airing, node, start, *, seconds=60):
    world.tell(node, airing, "fetched", at=start - timedelta(seconds=30))
    world.tell(node, airing, "started", at=start, clock_error_ms=2.0)
    if seconds >= 60:
        end = start + timedelta(seconds=seconds)
        world.tell(node, airing, "finished", at=end, heard_ms=seconds * 1000)


def aired(world, *, nodes=(HERE,)):
    """Air a bulletin in Nha Trang, heard by some of its two nodes, and end it."""
    airing = world.plan(world.approved())
    world.advance()
    world.publish()
    start = world.later(seconds=60)
    world.advance()
    for node in nodes:
        heard(world, airing, node, start)
    world.later(seconds=90)
    world.advance()
    return airing, start


def entries(world):
    with world.store.read() as session:
        return session.scalar(select(func.count()).select_from(AsAired))


def report(world):
    with world.store.read() as session:
        day = timedelta(days=3)
        return {one.node: one for one in aired_between(session, AREAS, world.now - day, world.now + day)}


def exported(world):
    with world.store.read() as session:
        return list(sealed(export(session), export_as_aired(session), world.store.signer, world.now))


@pytest.mark.both_databases
def test_each_node_of_an_ended_airing_gets_one_entry_with_true_times(world):
    airing, start = aired(world)
    note(world)
    found = report(world)
    assert set(found) == {HERE, THERE}
    one, other = found[HERE], found[THERE]
    assert (one.planned_at, one.planned_ms) == (start, 60_000)
    assert (one.started_at, one.finished_at) == (start, start + timedelta(seconds=60))
    assert (one.heard_ms, one.reason) == (60_000, None)
    assert (other.started_at, other.heard_ms, other.reason) == (None, 0, NO_WORD)
    (vouching,) = [entry for entry in world.ask(entries_of, airing) if entry.act == ACT]
    assert vouching.detail["entries"] == 2


def test_noting_again_writes_nothing(world):
    aired(world)
    note(world)
    before = exported(world)[:-1]
    note(world)
    assert exported(world)[:-1] == before


@pytest.mark.both_databases
def test_an_airing_of_many_nodes_is_noted_in_several_transactions(world, monkeypatch):
    monkeypatch.setattr(usecases, "_MOST_APPENDED", 1)
    airing, _ = aired(world)
    note(world)
    assert set(report(world)) == {HERE, THERE}
    acts = [entry.detail["entries"] for entry in world.ask(entries_of, airing) if entry.act == ACT]
    assert acts == [1, 1]


def test_nothing_is_noted_before_an_airing_has_ended(world):
    world.plan(world.approved())
    world.advance()
    note(world)
    assert entries(world) == 0


@pytest.mark.both_databases
def test_late_receipts_append_corrections_with_the_times_of_the_deed(world):
    airing, start = aired(world)
    note(world)
    first = exported(world)
    world.later(hours=30)
    heard(world, airing, THERE, start)
    note(world)
    assert entries(world) == 3
    other = report(world)[THERE]
    assert (other.started_at, other.heard_ms, other.reason) == (start, 60_000, None)
    assert other.is_corrected
    assert other.noted_at == world.now
    assert [line for line in first[:-1] if '"log"' in line] == [
        line for line in exported(world) if '"log":"as-aired"' in line
    ][:2]


def test_a_node_that_goes_on_changing_its_word_fills_no_log(world):
    airing, start = aired(world)
    note(world)
    for more in range(2 * MOST_ENTRIES):
        world.later(seconds=15)
        world.tell(HERE, airing, "started", at=start - timedelta(seconds=more + 1), heard_ms=60_000)
        note(world)
    assert entries(world) == 1 + MOST_ENTRIES
    assert world.ask(invariants, now=world.now) == []


def test_more_than_the_airing_lasts_is_noted_as_all_of_it_with_the_reason(world):
    airing, start = aired(world, nodes=())
    a_year = 2_000_000_000
    world.tell(HERE, airing, "started", at=start)
    world.tell(HERE, airing, "finished", at=start + timedelta(seconds=60), heard_ms=a_year)
    note(world)
    one = report(world)[HERE]
    assert (one.heard_ms, one.reason) == (60_000, TOO_LONG)


def test_a_late_receipt_that_says_what_is_known_corrects_nothing(world):
    airing, start = aired(world)
    note(world)
    heard(world, airing, HERE, start, seconds=20)  # it repeats how it began
    note(world)
    assert entries(world) == 2


@pytest.mark.both_databases
def test_an_airing_heard_behind_an_outage_is_corrected_from_missed_to_aired(world):
    airing, start = aired(world, nodes=())
    note(world)
    assert {one.state for one in report(world).values()} == {"missed"}
    world.later(hours=5)
    heard(world, airing, HERE, start)
    note(world)
    found = report(world)
    assert {one.state for one in found.values()} == {"aired"}
    assert found[HERE].is_heard
    assert found[THERE].reason == NO_WORD


def test_a_node_that_only_began_says_so(world):
    airing = world.plan(world.approved())
    world.advance()
    world.publish()
    start = world.later(seconds=60)
    world.advance()
    heard(world, airing, HERE, start, seconds=20)
    world.later(seconds=90)
    world.advance()
    note(world)
    assert report(world)[HERE].reason == NOT_ENDED


def test_what_was_called_off_before_it_went_out_is_not_in_the_log(world):
    airing = world.plan(world.approved(), seconds=86_400)
    world.do(cancel_airing, airing, by=world.approver)
    note(world)
    assert entries(world) == 0


def test_what_was_called_off_and_yet_heard_is_in_the_log_and_counts(world):
    airing = world.plan(world.approved())
    world.advance()
    world.do(cancel_airing, airing, by=world.approver, reason="Sai ngày.")
    note(world)
    assert report(world) == {}
    start = world.later(minutes=1)
    heard(world, airing, HERE, start)  # it was away, and went by the plan that it had
    note(world)
    assert set(report(world)) == {HERE}
    assert {noted.reason for _, noted in world.ask(noted_of, airing).values()} == {None, "Sai ngày."}


@pytest.mark.both_databases
@pytest.mark.parametrize("statement", ["UPDATE as_aired SET heard_ms=1", "DELETE FROM as_aired"])
def test_the_log_can_be_neither_changed_nor_deleted(world, statement):
    aired(world)
    note(world)
    with pytest.raises(LoaError), world.store.write() as session:
        session.execute(text(statement))


def test_an_exported_file_proves_itself_with_the_public_key_alone(world):
    aired(world)
    note(world)
    checked = verify_export(exported(world), world.station_key.public_x)
    assert checked.aired == 2
    with pytest.raises(JournalBroken):
        verify_export(exported(world)[:-1], world.station_key.public_x)


@pytest.mark.both_databases
def test_added_up_by_area_it_says_what_its_entries_say(world):
    first, begun = aired(world)
    second, _ = aired(world, nodes=())
    note(world)
    world.later(hours=2)
    heard(world, first, THERE, begun, seconds=20)  # a correction counts in place of what it corrects
    note(world)
    day = timedelta(days=3)
    with world.store.read() as session:
        single = list(aired_between(session, AREAS, world.now - day, world.now + day))
        added = list(aired_by_area(session, AREAS, world.now - day, world.now + day))
        nothing = list(aired_by_area(session, AREAS, world.now, world.now + day))
    assert [one.airings for one in added] == [{first}, {second}]
    for one in added:
        parts = [part for part in single if {part.airing} == one.airings]
        assert one.nodes == {part.node for part in parts} == {HERE, THERE}
        assert one.nodes_heard == {part.node for part in parts if part.is_heard}
        assert one.planned_ms == sum(part.planned_ms for part in parts) == 120_000
        assert one.heard_ms == sum(part.heard_ms for part in parts)
        assert {(part.title, month_of(part.planned_at), part.topic) for part in parts} == {
            (one.title, one.month, one.topic)
        }
        assert one.airings_heard == {part.airing for part in parts if part.is_heard}
    assert [len(one.nodes_heard) for one in added] == [2, 0]
    assert nothing == []
