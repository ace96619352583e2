"""What every store of recordings and of uploads does, wherever its files are."""

import hashlib
import os
import threading
import time
from io import BytesIO

import pytest

from tts.errors import DamagedSound
from tts.file_stores import FolderStore
from tts.recordings import PHRASES, RecordingId, RecordingStore
from tts.store_copies import copy_store
from tts.uploads import UploadStore

NOBODYS = RecordingId("0" * 64)
LONG = os.urandom(6_000_000)
"""More than one part of an upload in parts."""


def test_a_recording_is_named_by_its_digest_and_comes_back(file_store, again):
    store = RecordingStore(file_store)
    recording = store.put(b"sound")
    assert recording == hashlib.sha256(b"sound").hexdigest()
    for one in (store, RecordingStore(again())):
        assert one.has(recording)
        assert one.read(recording) == b"sound"
        assert one.file(recording).read_bytes() == b"sound"
        assert one.is_local(recording)
        assert one.sizes() == {recording: 5}


def test_a_long_one_comes_back_whole(file_store, again):
    recording = RecordingStore(file_store).put(LONG)
    assert RecordingStore(again()).read(recording) == LONG


def test_the_same_bytes_are_kept_once(file_store):
    store = RecordingStore(file_store)
    assert store.put(b"sound") == store.put(b"sound")
    assert len(store.sizes()) == 1


def test_what_is_put_again_counts_as_kept_from_then_on(file_store):
    """So that no cleaning takes it between the file and its row."""
    store = RecordingStore(file_store)
    recording = store.put(b"sound")
    time.sleep(1.1)  # S3 tells whole seconds
    first = time.time()
    time.sleep(1.1)
    assert recording in store.kept_before(first)
    store.put(b"sound")
    assert store.kept_before(first) == {}


def test_what_is_not_there_is_not_there(file_store):
    store = RecordingStore(file_store)
    assert not store.has(NOBODYS)
    assert not store.is_local(NOBODYS)
    assert store.sizes() == {}
    assert store.beside(NOBODYS, PHRASES) is None
    for read in (store.read, store.file):
        with pytest.raises(FileNotFoundError):
            read(NOBODYS)
    store.delete(NOBODYS)
    store.check()
    assert store.is_up


def test_what_is_known_of_a_recording_is_read_elsewhere_and_goes_with_it(file_store, again):
    store = RecordingStore(file_store)
    recording = store.put(b"sound")
    assert store.beside(recording, PHRASES) is None
    store.keep_beside(recording, PHRASES, b"[]")
    other = RecordingStore(again())
    assert other.beside(recording, PHRASES) == b"[]"
    store.delete(recording)
    third = RecordingStore(again())
    assert third.beside(recording, PHRASES) is None
    assert not third.has(recording)
    assert list(file_store.files()) == []


def test_what_was_kept_before_an_instant_is_told_with_its_size_the_oldest_first(file_store):
    store = RecordingStore(file_store)
    first = store.put(b"first")
    time.sleep(1.1)
    second = store.put(b"the second")
    assert list(store.kept_before(time.time() + 60).items()) == [(first, 5), (second, 10)]
    assert store.kept_before(time.time() - 3600) == {}


def test_a_file_that_has_not_its_digest_is_never_given(file_store, again):
    store = RecordingStore(file_store)
    recording = store.put(b"sound")
    file_store.write(f"{recording[:2]}/{recording}.mp3", b"other sound")
    for read in (RecordingStore(again()).read, RecordingStore(again()).file):
        with pytest.raises(DamagedSound):
            read(recording)
    store.put(b"sound")  # made once more, it is whole again
    assert RecordingStore(again()).read(recording) == b"sound"


def test_a_file_that_changes_on_this_disk_is_not_given(file_store):
    """A copy of a bucket's is fetched again; in a folder there is no other."""
    store = RecordingStore(file_store)
    recording = store.put(b"sound")
    assert store.file(recording).read_bytes() == b"sound"
    store.path(recording).write_bytes(b"changed")
    if isinstance(file_store, FolderStore):
        with pytest.raises(DamagedSound):
            store.read(recording)
    else:
        assert store.read(recording) == b"sound"


def test_many_who_ask_at_once_all_get_it(file_store, again):
    recording, store, got = RecordingStore(file_store).put(LONG), RecordingStore(again()), []
    threads = [threading.Thread(target=lambda: got.append(store.read(recording) == LONG)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [True] * 8
    assert [place for place in file_store.local.rglob("*.part") if place.is_file()] == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_a_digest_is_a_name(tmp_path, name):
    for act in (RecordingStore(tmp_path).has, UploadStore(tmp_path).has):
        with pytest.raises(ValueError, match="64"):
            act(name)


def test_an_upload_is_named_by_its_digest_and_comes_back(file_store, again):
    uploads = UploadStore(file_store)
    upload = uploads.put(BytesIO(LONG))
    assert upload == hashlib.sha256(LONG).hexdigest()
    uploads.keep_beside(upload, b"{}")
    other = UploadStore(again())
    assert other.has(upload)
    assert other.file(upload).read_bytes() == LONG
    assert other.beside(upload) == b"{}"
    assert other.kept_before(time.time() + 60) == [upload]
    uploads.delete(upload)
    assert list(file_store.files()) == []
    assert not UploadStore(again()).has(upload)


def test_all_of_a_store_is_copied_and_again_only_what_lacks(file_store, again, tmp_path):
    store = RecordingStore(tmp_path / "old")
    made = [store.put(f"sound {number}".encode()) for number in range(5)]
    store.keep_beside(made[0], PHRASES, b"[]")
    spoilt = store.put(b"spoilt")
    store.path(spoilt).write_bytes(b"other!")
    done = copy_store(FolderStore(tmp_path / "old"), file_store)
    assert (done.copied, done.there_already, len(done.damaged)) == (6, 0, 1)
    other = RecordingStore(again())
    assert set(other.sizes()) == set(made)
    assert [other.read(one) for one in made] == [store.read(one) for one in made]
    assert other.beside(made[0], PHRASES) == b"[]"
    other.delete(made[1])
    done = copy_store(FolderStore(tmp_path / "old"), again())
    assert (done.copied, done.there_already, len(done.damaged)) == (1, 5, 1)
    back = copy_store(again(), FolderStore(tmp_path / "back"))
    assert (back.copied, back.damaged) == (6, [])
    assert RecordingStore(tmp_path / "back").read(made[1]) == b"sound 1"
