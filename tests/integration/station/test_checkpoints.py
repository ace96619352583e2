"""Checkpoints outside the station show what was cut off the journal, by whoever holds database and key."""

import pytest

from controller.features.doctor.invariants import invariants
from controller.features.evidence.queries import proof_of
from controller.features.evidence.verification import check_proof
from controller.features.journal.chain import JournalBroken
from controller.features.journal.export import read_checkpoints, sealed, verify_export
from controller.features.journal.queries import export, head
from controller.features.journal.service import record
from controller.features.reports.queries import export_as_aired
from controller.runtime.checkpoints import Checkpoints
from devices.messages import JournalCheckpoint
from tests.simulation.station_in_world import Scene
from tests.support.station_world import NHA_TRANG, NODES
from tests.support.stored_rows import behind_the_triggers, published_plans


def checkpoints_of(world, file=None, send=None):
    return Checkpoints(world.store, lambda: world.now, file, send)


def exported(world):
    with world.store.read() as session:
        signer = world.store.signer
        return list(sealed(export(session), export_as_aired(session), signer, world.now))


def test_a_journal_cut_off_with_the_stations_own_key_is_found_by_a_checkpoint(world, tmp_path):
    file = tmp_path / "checkpoints.jsonl"
    world.approved()
    checkpoints_of(world, file).write()
    entries = len(exported(world)) - 1
    behind_the_triggers(world, f"DELETE FROM journal WHERE seq > {entries - 3}")
    forged, public = exported(world), world.station_key.public_x
    assert verify_export(forged, public).entries == entries - 3  # the file alone looks whole
    witnessed = read_checkpoints(file.read_text("utf-8").splitlines(), public)
    with pytest.raises(JournalBroken, match="bị cắt bớt"):
        verify_export(forged, public, witnessed)


def test_a_journal_written_anew_with_the_stations_own_key_is_found_by_a_checkpoint(world, tmp_path):
    file = tmp_path / "checkpoints.jsonl"
    world.approved()
    checkpoints_of(world, file).write()
    entries = len(exported(world)) - 1
    behind_the_triggers(world, f"DELETE FROM journal WHERE seq > {entries - 3}")
    for _ in range(5):
        world.do(lambda session, now: record(session, None, "nothing.done", "s", now))
    forged, public = exported(world), world.station_key.public_x
    assert verify_export(forged, public).entries == entries + 2
    witnessed = read_checkpoints(file.read_text("utf-8").splitlines(), public)
    with pytest.raises(JournalBroken, match="không còn như") as broken:
        verify_export(forged, public, witnessed)
    assert broken.value.line == entries


def test_a_journal_that_only_grew_fits_all_its_checkpoints(world, tmp_path):
    file, sent = tmp_path / "checkpoints.jsonl", []
    writer = checkpoints_of(world, file, sent.append)
    for _ in range(3):
        world.approved()
        writer.write()
    writer.write()  # nothing new: no line
    lines, public = file.read_text("utf-8").splitlines(), world.station_key.public_x
    assert lines == sent
    witnessed = read_checkpoints(lines, public)
    assert len(witnessed) == 3
    assert verify_export(exported(world), public, witnessed).entries == max(witnessed)
    with pytest.raises(JournalBroken, match="không phải là điểm"):
        read_checkpoints([lines[0].replace('"entries":', '"entries":1')], public)


def test_a_file_that_cannot_be_written_is_tried_again(world, tmp_path):
    file = tmp_path / "away" / "checkpoints.jsonl"
    writer = checkpoints_of(world, file)
    writer.write()
    file.parent.mkdir()
    writer.write()
    assert len(file.read_text("utf-8").splitlines()) == 1


def test_the_tree_goes_on_from_entries_of_a_version_that_had_none(world):
    before = world.ask(head)
    behind_the_triggers(world, "UPDATE journal SET peaks = NULL")
    assert world.ask(head) == before
    world.do(lambda session, now: record(session, None, "nothing.done", "s", now))
    with world.store.read() as session:
        assert not [found for found in invariants(session, now=world.now) if "journal" in found]


def test_a_tree_that_was_changed_in_the_database_is_found(world):
    last = world.ask(head).tree.size
    behind_the_triggers(world, f"UPDATE journal SET peaks = NULL WHERE seq < {last}")
    other = f"(SELECT j.peaks FROM journal j WHERE j.seq = {last})"
    world.do(lambda session, now: record(session, None, "nothing.done", "s", now))
    behind_the_triggers(world, f"UPDATE journal SET peaks = {other} WHERE seq = {last + 1}")
    with world.store.read() as session:
        assert any("tree" in found for found in invariants(session, now=world.now))


def test_the_loudspeakers_receipts_show_that_the_journal_was_cut_off(world):
    airing = world.plan(world.approved())
    world.advance()
    world.refresh()
    (plan,) = world.ask(published_plans, NHA_TRANG)
    assert plan.journal is not None
    assert plan.journal.size <= world.ask(head).tree.size
    world.tell(NODES[0].id, airing, "fetched", journal=plan.journal.model_dump())
    with world.store.read() as session:
        assert not [found for found in invariants(session, now=world.now) if "journal" in found]
    behind_the_triggers(world, f"DELETE FROM journal WHERE seq > {plan.journal.size - 3}")
    with world.store.read() as session:
        found = [one for one in invariants(session, now=world.now) if "journal" in one]
    assert any(NODES[0].id in one for one in found)


def test_a_loudspeaker_that_lies_about_the_journal_is_named_and_hides_no_other(world):
    airing = world.plan(world.approved())
    world.advance()
    world.refresh()
    (plan,) = world.ask(published_plans, NHA_TRANG)
    true, lie = plan.journal.model_dump(), {"size": 10**9, "root": "ab" * 32}
    world.tell(NODES[0].id, airing, "fetched", journal=true)
    world.tell(NODES[1].id, airing, "fetched", journal=lie)
    with world.store.read() as session:
        found = [one for one in invariants(session, now=world.now) if "journal" in one]
    assert len(found) == 1
    assert NODES[1].id in found[0]
    assert NODES[0].id not in found[0]


def test_a_lie_about_the_journal_spoils_no_proof_of_an_airing(world):
    airing = world.plan(world.approved())
    world.advance()
    world.publish()
    (plan,) = world.ask(published_plans, NHA_TRANG)
    world.later(seconds=61)
    world.advance()
    world.tell(NODES[0].id, airing, "fetched", journal=plan.journal.model_dump())
    for lie in ({"size": 10**9, "root": "ab" * 32}, {"size": 3, "root": "ab" * 32}):
        world.tell(NODES[1].id, airing, "fetched", journal=lie)
    proof = world.ask(proof_of, airing, world.root_key.public_x, now=world.now)
    assert (proof.journal.size, proof.journal.root) == (plan.journal.size, plan.journal.root)
    assert any("1 cụm loa đã ký" in line for line in check_proof(proof, world.root_key.public_x).proven)


def test_a_node_says_in_its_next_receipt_which_journal_its_plans_have_seen_and_only_once():
    scene = Scene()
    seen = JournalCheckpoint(size=12, root="ab" * 32)
    recordings = [scene.station.add_recording(bytes([n]) * 9_000, 5_000) for n in range(2)]
    kept = [scene.station.kept(f"k{n}", one) for n, one in enumerate(recordings)]
    scene.station.publish_plan("56", keep=kept, journal=seen)
    scene.run(60)
    told = [receipt.journal for _, receipt in scene.station.receipts.values()]
    assert sorted(told, key=lambda one: one is None) == [seen, None]
