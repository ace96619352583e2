"""The disks of a fleet."""

import sqlite3
from contextlib import closing

import pytest

from devices.chunks import manifest_of, split
from devices.node.effects import DropDocument, DropRecording, SaveChunk, SaveDocument
from simulator.fleet_storage import FleetStorage

DATA = bytes(range(256)) * 40
MANIFEST = manifest_of(DATA, codec="mp3", sample_rate=24000, duration_ms=1000, chunk_size=4096)
REC = MANIFEST.recording
PIECES = split(DATA, 4096)


@pytest.fixture
def shelf(tmp_path):
    shelf = FleetStorage(tmp_path)
    shelf.open()
    yield shelf
    shelf.close()


def chunk(n: int) -> SaveChunk:
    return SaveChunk(REC, n, len(PIECES), PIECES[n])


def reopened(tmp_path) -> FleetStorage:
    shelf = FleetStorage(tmp_path)
    shelf.open()
    return shelf


def test_a_node_finds_at_boot_what_was_committed_for_it_and_nothing_of_others(shelf, tmp_path):
    shelf.commit(
        [("n1", SaveDocument("session", b"7")), ("n2", SaveDocument("session", b"9")), ("n1", chunk(1))]
    )
    other = reopened(tmp_path)
    memory = other.memory_of("n1")
    assert memory.documents == {"session": b"7"}
    assert list(memory.chunks[REC]) == [1]
    assert other.memory_of("n3").documents == {}
    assert memory.storage_free > 0
    other.close()


def test_a_later_document_takes_the_place_of_the_earlier_and_a_dropped_one_is_gone(shelf):
    shelf.commit(
        [("n1", SaveDocument("a", b"1")), ("n1", SaveDocument("b", b"1")), ("n1", SaveDocument("a", b"2"))]
    )
    shelf.commit([("n1", DropDocument("b")), ("n1", DropDocument("never was"))])
    assert shelf.memory_of("n1").documents == {"a": b"2"}


def test_a_long_document_of_many_nodes_is_kept_once_and_read_by_each(shelf, tmp_path):
    plan, later = b"p" * 3000, b"q" * 3000
    shelf.commit([(node, SaveDocument("plan/56", plan)) for node in ("n1", "n2", "n3")])
    shelf.commit([("n1", SaveDocument("plan/56", later)), ("n2", DropDocument("plan/56"))])
    other = reopened(tmp_path)
    held = {node: other.memory_of(node).documents for node in ("n1", "n2", "n3")}
    assert held == {"n1": {"plan/56": later}, "n2": {}, "n3": {"plan/56": plan}}
    other.close()
    with closing(sqlite3.connect(tmp_path / "nodes.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM bodies").fetchone() == (2,)


def test_a_long_document_that_no_node_keeps_any_more_is_gone_when_it_opens_again(shelf, tmp_path):
    shelf.commit([("n1", SaveDocument("plan/56", b"p" * 3000)), ("n1", SaveDocument("session", b"7"))])
    shelf.commit([("n1", DropDocument("plan/56"))])
    other = reopened(tmp_path)
    assert other.memory_of("n1").documents == {"session": b"7"}
    other.close()
    with closing(sqlite3.connect(tmp_path / "nodes.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM bodies").fetchone() == (0,)


def test_a_long_document_of_a_transaction_that_failed_is_written_by_the_next(shelf):
    plan = SaveDocument("plan/56", b"p" * 3000)
    with pytest.raises(Exception, match="not supported"):
        shelf.commit([("n1", plan), ("n1", SaveDocument("b", object()))])
    shelf.commit([("n1", plan)])
    assert shelf.memory_of("n1").documents == {"plan/56": plan.body}


def test_a_transaction_that_fails_leaves_nothing(shelf):
    with pytest.raises(Exception, match="not supported"):
        shelf.commit([("n1", SaveDocument("a", b"1")), ("n1", SaveDocument("b", object()))])
    assert shelf.memory_of("n1").documents == {}
    shelf.commit([("n1", SaveDocument("a", b"3"))])
    assert shelf.memory_of("n1").documents == {"a": b"3"}


def test_the_same_chunk_of_many_nodes_is_kept_once(shelf, tmp_path):
    for node in ("n1", "n2", "n3"):
        shelf.keep_chunk(node, chunk(0))
    shelf.commit_bitmaps()
    assert len(list((tmp_path / "chunks").iterdir())) == 1
    assert list(shelf.memory_of("n3").chunks[REC]) == [0]


def test_the_whole_is_digested_from_what_the_node_really_holds(shelf):
    shelf.commit([("n1", chunk(0))])
    assert shelf.digest_of("n1", REC, len(PIECES)) != REC
    shelf.commit([("n1", chunk(n)) for n in range(1, len(PIECES))])
    assert shelf.digest_of("n1", REC, len(PIECES)) == REC
    assert b"".join(piece.read_bytes() for piece in shelf.pieces_of("n1", REC)) == DATA
    assert shelf.pieces_of("n2", REC) == ()


def test_a_dropped_recording_is_no_longer_held(shelf, tmp_path):
    shelf.commit([("n1", chunk(0))])
    shelf.commit([("n1", DropRecording(REC))])
    other = reopened(tmp_path)
    assert other.memory_of("n1").chunks == {}
    other.close()


def test_half_written_chunks_and_those_of_other_names_are_swept_when_it_opens(tmp_path):
    (tmp_path / "chunks").mkdir()
    (tmp_path / "chunks" / f"{REC}-0-of-3.part").write_bytes(b"half")
    (tmp_path / "chunks" / REC).write_bytes(b"as the first releases named them")
    shelf = reopened(tmp_path)
    assert list((tmp_path / "chunks").iterdir()) == []
    shelf.close()


def test_a_fate_that_struck_is_remembered(shelf, tmp_path):
    shelf.note_struck("n1")
    other = reopened(tmp_path)
    assert other.struck == {"n1"}
    other.close()


def test_what_chunks_a_node_has_is_durable_with_what_it_saves_and_of_others_a_little_later(shelf, tmp_path):
    shelf.keep_chunk("n1", chunk(0))
    shelf.keep_chunk("n2", chunk(0))
    shelf.commit([("n1", SaveDocument("receipt", b"fetched"))])
    other = reopened(tmp_path)
    assert list(other.memory_of("n1").chunks[REC]) == [0]
    assert other.memory_of("n2").chunks == {}
    other.close()
    shelf.commit_bitmaps()
    other = reopened(tmp_path)
    assert list(other.memory_of("n2").chunks[REC]) == [0]
    other.close()
