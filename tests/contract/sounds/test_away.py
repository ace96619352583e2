"""A store in S3 that is away, hangs, refuses or lies: what its readers get, how soon, and what is logged."""

import logging
import threading
import time

import pytest

from tests.support.s3_server import BUCKET, KEY, SECRET
from tts.bucket_store import BucketStore
from tts.buckets import S3Access, bucket_at
from tts.errors import DamagedSound, StoreAway
from tts.recordings import PHRASES, RecordingStore

SOON_S = 3.5
"""Seconds: a connection that is refused, twice, on a loaded machine; less than one question waits."""
IN_TIME_S = 20.0
"""Seconds: a question that is not answered, asked twice, and as much again for a loaded machine."""


@pytest.fixture
def bucket(s3, request):
    return bucket_at(s3.address(request.node.name), S3Access(s3.endpoint, key=KEY, secret=SECRET))


@pytest.fixture
def store(bucket, tmp_path):
    return RecordingStore(BucketStore(bucket, tmp_path / "near"))


def seconds_of(act, error=StoreAway):
    began = time.monotonic()
    with pytest.raises(error):
        act()
    return time.monotonic() - began


def test_what_is_near_is_read_on_while_the_store_is_away_and_all_else_fails_soon(s3, store):
    recording = store.put(b"sound")
    store.keep_beside(recording, PHRASES, b"[]")
    with s3.away():
        assert seconds_of(store.check) < SOON_S
        assert not store.is_up
        assert store.read(recording) == b"sound"
        assert store.file(recording).is_file()
        assert (store.has(recording), store.beside(recording, PHRASES)) == (True, b"[]")
        for act in (lambda: store.put(b"other"), store.sizes, lambda: store.read("0" * 64)):
            assert seconds_of(act) < SOON_S
    store.check()
    assert store.is_up
    assert store.put(b"other") in store.sizes()


def test_a_fault_of_the_own_disk_is_no_outage_of_the_store(bucket, tmp_path):
    with pytest.raises(FileNotFoundError):
        bucket.put("a", tmp_path / "gone")
    assert bucket.is_up
    bucket.put("a", b"sound")  # nobody waits for a moment to pass


def test_nothing_counts_as_stored_before_the_store_has_it(s3, store, tmp_path):
    with s3.away():
        seconds_of(lambda: store.put(b"sound"))
    assert [place for place in (tmp_path / "near").rglob("*") if place.is_file()] == []
    store.check()
    assert store.sizes() == {}


def test_a_store_that_hangs_holds_nobody_for_long_and_then_nobody_at_all(s3, store):
    recording = store.put(b"sound")
    store._files.forget(f"{recording[:2]}/{recording}.mp3")
    with s3.frozen():
        assert seconds_of(lambda: store.has(recording)) < IN_TIME_S
        held = [seconds_of(lambda: store.beside(recording, PHRASES)) for _ in range(20)]
        assert sum(held) < SOON_S, "after a failure nothing is asked for a moment"
    store.check()
    assert store.read(recording) == b"sound"


def test_a_key_that_is_refused_or_a_bucket_that_is_not_there_is_an_outage(s3, tmp_path, caplog):
    """Not a missing file: nobody may believe that a recording is gone."""
    access = S3Access(s3.endpoint, key=KEY, secret=SECRET)
    other = RecordingStore(BucketStore(bucket_at("s3://no-such-bucket/x", access), tmp_path / "near"))
    for act in (other.check, lambda: other.put(b"sound"), lambda: other.read("0" * 64)):
        time.sleep(0)
        other._files._bucket._closed_until = 0  # as some seconds later
        seconds_of(act)
    (line,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert "NoSuchBucket" in line


def test_no_log_and_no_error_quotes_a_key(s3, store, caplog):
    caplog.set_level(logging.DEBUG)
    access = S3Access(s3.endpoint, key=KEY, secret=SECRET, token="a-token")
    assert not any(word in repr(access) for word in (KEY, SECRET, "a-token"))
    with s3.away(), pytest.raises(StoreAway) as told:
        store.put(b"sound")
    assert told.value.__suppress_context__
    said = caplog.text + repr(store._files._bucket.__dict__) + str(told.value)
    assert KEY not in said
    assert SECRET not in said


def test_a_file_that_was_changed_in_the_bucket_is_never_given(bucket, tmp_path):
    first = RecordingStore(BucketStore(bucket, tmp_path / "first"))
    recording = first.put(b"sound")
    bucket.put(f"{recording[:2]}/{recording}.mp3", b"an enemy's")
    other = RecordingStore(BucketStore(bucket, tmp_path / "other"))
    for read in (other.read, other.file):
        with pytest.raises(DamagedSound):
            read(recording)
    assert [place for place in (tmp_path / "other").rglob("*") if place.is_file()] == []


def test_what_is_near_stays_within_its_bound_and_what_was_used_last_stays(bucket, tmp_path):
    file_store = BucketStore(bucket, tmp_path / "near", most_bytes=10_000)
    store = RecordingStore(file_store)
    made = []
    for number in range(20):
        made.append(store.put(bytes([number]) * 1000))
        store.read(made[0])
        held = sum(place.stat().st_size for place in file_store.local.rglob("*.mp3"))
        assert held <= 10_000, number
    assert store.is_local(made[0]), "it was read again and again"
    assert store.is_local(made[-1])
    assert not store.is_local(made[1])
    assert store.read(made[1]) == b"\1" * 1000, "what went is fetched again"


def test_a_recording_that_many_ask_for_is_fetched_once(bucket, tmp_path, monkeypatch):
    recording = RecordingStore(BucketStore(bucket, tmp_path / "maker")).put(b"sound" * 100_000)
    asked, blocks = [], bucket.blocks
    monkeypatch.setattr(bucket, "blocks", lambda name: asked.append(name) or blocks(name))
    store = RecordingStore(BucketStore(bucket, tmp_path / "near"))
    threads = [threading.Thread(target=store.file, args=(recording,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        ("s3://", ""),
        ("s3://UPPER/x", ""),
        ("s3://user:secret@bucket/x", ""),
        (f"s3://{BUCKET}/../x?y", ""),
        (f"s3://{BUCKET}", "ftp://host"),
        (f"s3://{BUCKET}", "https://user:secret@host"),
    ],
)
def test_what_is_no_address_is_refused(address, endpoint):
    with pytest.raises(ValueError, match="s3://bucket/prefix"):
        bucket_at(address, S3Access(endpoint, key=KEY, secret=SECRET))
