import hashlib
import subprocess
import sys

import pytest

from tts.recordings import RecordingId, RecordingStore

NO_ROOM = """
import resource, signal, sys
from pathlib import Path
from tts.errors import NoSpace
from tts.recordings import RecordingStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    RecordingStore(Path(sys.argv[1])).put(b"x" * 20_000)
except NoSpace as full:
    print(full.code)
"""


@pytest.fixture
def store(tmp_path):
    return RecordingStore(tmp_path / "recordings")


def test_a_recording_is_named_by_its_digest_and_comes_back(store):
    recording = store.put(b"sound")
    assert recording == hashlib.sha256(b"sound").hexdigest()
    assert store.has(recording)
    assert store.read(recording) == b"sound"
    assert store.path(recording).read_bytes() == b"sound"


def test_the_same_bytes_are_kept_once(store):
    assert store.put(b"sound") == store.put(b"sound")
    assert store.sizes() == {hashlib.sha256(b"sound").hexdigest(): 5}


def test_an_empty_store_holds_nothing(store):
    assert store.sizes() == {}
    assert store.sweep() == 0
    assert not store.has(RecordingId("0" * 64))
    with pytest.raises(FileNotFoundError):
        store.read(RecordingId("0" * 64))


def test_a_deleted_recording_is_gone_and_may_be_deleted_again(store):
    recording = store.put(b"sound")
    store.delete(recording)
    store.delete(recording)
    assert not store.has(recording)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_a_digest_is_a_name(store, name):
    with pytest.raises(ValueError, match="64"):
        store.path(RecordingId(name))


def test_what_a_dead_writer_left_is_swept_and_a_living_ones_stays(store):
    recording = store.put(b"sound")
    folder = store.path(recording).parent
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (folder / f"{dead.pid}-abc.part").write_bytes(b"half")
    (folder / "nonsense.part").write_bytes(b"half")
    (folder / "1-abc.part").write_bytes(b"being written by a process that lives")
    assert store.sweep() == 2
    assert (folder / "1-abc.part").exists()
    assert store.has(recording)


def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path):
    # the size limit of a file stands for the end of the disk: the system refuses the write in the same way
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "disk.full"
    assert [place for place in tmp_path.rglob("*") if place.is_file()] == []
