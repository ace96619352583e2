"""A board's disk: what was committed is there after a power cut at any byte, and nothing by half."""

import hashlib
import shutil

import pytest

from devices.board.disk import DOCUMENTS_ROOM, PAGE, Disk, DiskBroken
from devices.ids import RecordingId
from devices.node.effects import DropDocument, DropRecording, SaveChunk, SaveDocument
from tests.support.nightly import amount

ROOMY = DOCUMENTS_ROOM + 64 * 1024 * 1024
SOUND = RecordingId("ab" * 32)
OTHER = RecordingId("cd" * 32)


def opened(file, limit=ROOMY):
    disk = Disk(file, limit)
    disk.open()
    return disk


def state_of(file):
    disk = opened(file)
    try:
        memory = disk.memory()
        sounds = {of: disk.recording(of) for of in memory.chunks}
        held = {of: (bits.count, tuple(bits)) for of, bits in memory.chunks.items()}
        return dict(memory.documents), held, sounds
    finally:
        disk.close()


def test_what_was_committed_is_there_after_a_restart(tmp_path):
    disk = opened(tmp_path / "disk")
    disk.commit([SaveDocument("plan", b"old"), SaveDocument("gone", b"x"), SaveChunk(OTHER, 0, 1, b"noise")])
    disk.commit([SaveDocument("plan", b"new"), DropDocument("gone"), DropRecording(OTHER)])
    disk.commit([SaveChunk(SOUND, 2, 3, b"c"), SaveChunk(SOUND, 0, 3, b"a")])
    disk.close()
    assert state_of(tmp_path / "disk") == ({"plan": b"new"}, {SOUND: (3, (0, 2))}, {SOUND: b"ac"})


def test_a_recording_is_digested_in_the_order_of_its_chunks(tmp_path):
    disk = opened(tmp_path / "disk")
    disk.commit(SaveChunk(SOUND, n, 12, bytes([n])) for n in (11, 3, 0, 1, 2, 4, 5, 6, 7, 8, 9, 10))
    assert disk.digest_of(SOUND) == hashlib.sha256(bytes(range(12))).hexdigest()
    disk.close()


def test_chunks_cut_otherwise_replace_those_of_before(tmp_path):
    disk = opened(tmp_path / "disk")
    disk.commit([SaveChunk(SOUND, 0, 3, b"abc"), SaveChunk(SOUND, 1, 3, b"def")])
    disk.commit([SaveChunk(SOUND, 1, 2, b"efgh")])
    disk.close()
    assert state_of(tmp_path / "disk")[1:] == ({SOUND: (2, (1,))}, {SOUND: b"efgh"})


BEFORE = [
    SaveDocument("session", b"6"),
    SaveDocument("plan/56", b"p" * 300),
    SaveChunk(SOUND, 0, 2, b"s" * 500),
]
COMMIT = [SaveDocument("session", b"7"), DropDocument("plan/56"), SaveChunk(SOUND, 1, 2, b"t" * 500)]


def files_around_a_commit(folder):
    """Return (database, log before, log after) of one commit, as bytes, before any checkpoint."""
    file = folder / "written"
    wal = file.with_name("written-wal")
    disk = opened(file)
    disk.commit(BEFORE)
    before = wal.read_bytes()
    disk.commit(COMMIT)
    database, after = file.read_bytes(), wal.read_bytes()
    disk.close()
    assert after.startswith(before)
    assert len(after) > len(before)
    return database, before, after


def cut_state(folder, database, wal):
    for old in folder.glob("cut*"):
        old.unlink()
    (folder / "cut").write_bytes(database)
    (folder / "cut-wal").write_bytes(wal)
    return state_of(folder / "cut")


@pytest.mark.parametrize("rest", ["missing", "zeros", "noise"])
def test_a_power_cut_at_any_byte_of_a_commit_leaves_all_of_it_or_nothing(tmp_path, rest):
    database, before, after = files_around_a_commit(tmp_path)
    old, new = cut_state(tmp_path, database, before), cut_state(tmp_path, database, after)
    assert old != new
    frame = 24 + PAGE
    ends = range(len(before), len(after) + 1, frame)
    anywhere = range(len(before), len(after), amount(401, 97))
    cuts = {*anywhere, *(end + near for end in ends for near in (-1, 0, 1, 25))}
    seen = []
    for cut in sorted(cut for cut in cuts if len(before) <= cut <= len(after)):
        lost = len(after) - cut
        filled = {"missing": b"", "zeros": bytes(lost), "noise": b"\xa5" * lost}[rest]
        state = cut_state(tmp_path, database, after[:cut] + filled)
        assert state in (old, new), cut
        seen.append(state)
    assert seen[0] == old
    assert seen[-1] == new


def test_a_power_cut_while_the_log_is_carried_over_loses_nothing(tmp_path):
    database, _, after = files_around_a_commit(tmp_path)
    new = cut_state(tmp_path, database, after)
    carried = (tmp_path / "written").read_bytes()  # closing has carried it over
    for cut in range(0, len(carried) + 1, amount(1531, 509)):
        half = carried[:cut] + database[cut:]
        assert cut_state(tmp_path, half, after) == new, cut


def test_every_commit_waits_for_the_disk(tmp_path):
    disk = opened(tmp_path / "disk")
    figures = [disk._figure(of) for of in ("synchronous", "page_size")]
    assert figures == [2, PAGE]
    disk.close()


def test_recordings_are_bounded_and_leave_room_for_documents(tmp_path):
    limit = DOCUMENTS_ROOM + 256 * 1024
    disk = opened(tmp_path / "disk", limit)
    first = disk.free()
    assert 0 < first < 256 * 1024
    for n in range(20):
        disk.commit([SaveDocument(f"receipt/{n}", b"r" * 500), SaveChunk(SOUND, n, 20, bytes(32 * 1024))])
    memory = disk.memory()
    assert len(memory.documents) == 20, "documents are kept where chunks are refused"
    assert 1 < len(memory.chunks[SOUND]) < 8
    assert (tmp_path / "disk").stat().st_size <= limit
    disk.commit([DropRecording(SOUND)])
    assert disk.free() > 150 * 1024, "what is deleted is free again"
    disk.close()


def test_a_disk_that_is_full_says_so_and_keeps_what_it_had(tmp_path):
    disk = opened(tmp_path / "disk", 40 * PAGE)
    disk.commit([SaveDocument("session", b"1")])
    with pytest.raises(DiskBroken):
        disk.commit([SaveDocument("session", b"2"), SaveDocument("big", bytes(100 * PAGE))])
    disk.commit([SaveDocument("other", b"x")])
    disk.close()
    assert state_of(tmp_path / "disk")[0] == {"session": b"1", "other": b"x"}


def test_a_file_that_is_no_disk_is_told(tmp_path):
    (tmp_path / "disk").write_bytes(b"not a database" * 1000)
    with pytest.raises(DiskBroken):
        opened(tmp_path / "disk")


def test_a_disk_that_is_gone_is_told_also_by_who_asks_for_its_room(tmp_path):
    disk = opened(tmp_path / "card" / "disk")
    shutil.rmtree(tmp_path / "card")
    for act in (disk.free, lambda: disk.commit([SaveDocument("session", b"2")])):
        with pytest.raises(DiskBroken):
            act()
    disk.close()


def test_a_file_that_lost_a_part_in_its_middle_is_told_or_its_recording_has_another_digest(tmp_path):
    disk = opened(tmp_path / "disk")
    disk.commit(SaveChunk(SOUND, n, 30, bytes([n]) * 3000) for n in range(30))
    whole = disk.digest_of(SOUND)
    disk.close()
    content = (tmp_path / "disk").read_bytes()
    for at in range(8 * PAGE, len(content) - PAGE, 5 * PAGE):
        shutil.copy(tmp_path / "disk", tmp_path / "copy")
        with (tmp_path / "copy").open("r+b") as file:
            file.seek(at)
            file.write(b"\xff" * PAGE)
        copy = opened(tmp_path / "copy")
        assert copy.digest_of(SOUND) != whole
        copy.close()
