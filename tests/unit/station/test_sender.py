"""The chunk sender, over a broker in memory, by a clock that runs five times as fast as the wall's."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from obstore.store import MemoryStore

from controller.errors import Unavailable
from controller.runtime.recording_fetcher import FAILED_S, RecordingFetcher
from controller.runtime.sender import ChunkSender
from controller.runtime.wants import Need
from devices.chunks import Bitmap, manifest_of, sent_forms, want_of
from devices.ids import Grade, NodeId, RecordingId
from tests.support.memory_link import MemoryBroker, MemoryLink
from tts.bucket_store import BucketStore
from tts.buckets import Bucket
from tts.recordings import RecordingId as Stored
from tts.recordings import RecordingStore

WITHIN_S = 20
OPEN = 1_000_000_000
BODIES = (b"one" * 30_000, b"two" * 30_000)
SENT = [sum(map(len, sent_forms(body))) for body in BODIES]
"""Bytes, with the proofs."""
NODES = [NodeId(f"n{i}") for i in range(30)]


def _fast():
    return 5 * time.monotonic()


class Named:
    """What plans name, and how often that was asked for."""

    def __init__(self) -> None:
        self.needs: dict[str, Need] = {}
        self.asked = 0
        self.fails = False

    def __call__(self) -> dict[str, Need]:
        self.asked += 1
        if self.fails:
            raise Unavailable("away", code="store.unavailable")
        return dict(self.needs)


@pytest.fixture
def named():
    return Named()


@pytest.fixture
def sender(named, tmp_path):
    broker = MemoryBroker()
    broker.start()
    link = MemoryLink(broker, "station")
    link.start()
    store = RecordingStore(tmp_path)
    for body in BODIES:
        store.put(body)
    sender = ChunkSender(link, store, named, OPEN, OPEN, clock=_fast)
    sender.release()
    sender.start()
    yield sender
    sender.stop()
    link.stop()
    broker.stop()


def _manifest(body):
    return manifest_of(body, codec="mp3", sample_rate=24000, duration_ms=1000)


def _ask(sender, node, body):
    manifest = _manifest(body)
    sender.take(node, want_of(node, manifest.recording, Bitmap(manifest.count)).payload())


def _wait_until(is_so):
    until = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_plans_name_is_not_read_anew_for_each_want_of_a_round(sender, named):
    named.needs = {
        _manifest(BODIES[0]).recording: Need(Grade.ROUTINE, datetime.now(UTC) + timedelta(hours=1))
    }
    for node in NODES:
        _ask(sender, node, BODIES[0])
        time.sleep(0.03)  # each is looked at by itself
    _wait_until(lambda: sender.published_bytes >= SENT[0])
    assert named.asked < len(NODES) / 2


def test_what_a_plan_has_named_since_is_sent_at_its_first_want(sender, named):
    _ask(sender, NODES[0], BODIES[0])
    _wait_until(lambda: named.asked)
    named.needs = {_manifest(BODIES[1]).recording: Need(Grade.EMERGENCY, datetime.now(UTC))}
    _ask(sender, NODES[0], BODIES[1])
    _wait_until(lambda: sender.published_bytes == SENT[1])


def test_wants_for_which_there_is_no_room_cost_one_line(named, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr("controller.runtime.sender._QUEUE", 3)
    sender = ChunkSender(MemoryLink(MemoryBroker(), "station"), RecordingStore(tmp_path), named, OPEN, OPEN)
    for node in NODES[:9]:
        _ask(sender, node, BODIES[0])
    sender.came_or_went(NODES[0])
    sender.start()  # it was not released: nothing is read
    try:
        _wait_until(lambda: _dropped(caplog))
    finally:
        sender.stop()
    assert _dropped(caplog) == ["7 wants dropped: 3 were waiting"]


def _dropped(caplog):
    return [record.getMessage() for record in caplog.records if "dropped" in record.getMessage()]


def test_what_plans_name_cannot_be_read_and_what_is_under_way_is_sent_all_the_same(sender, named, caplog):
    named.needs = {_manifest(BODIES[0]).recording: Need(Grade.ROUTINE, datetime.now(UTC))}
    _ask(sender, NODES[0], BODIES[0])
    _wait_until(lambda: sender._book.is_busy)
    named.fails = True
    _ask(sender, NODES[1], BODIES[1])  # of a recording that was not named when it could be read
    _wait_until(lambda: sender.published_bytes == SENT[0])
    assert {record.getMessage() for record in caplog.records} == {
        "what plans name cannot be read now (store.unavailable); chunks go out as it was known"
    }
    named.fails = False
    named.needs[_manifest(BODIES[1]).recording] = Need(Grade.ROUTINE, datetime.now(UTC))
    _wait_until(lambda: _ask(sender, NODES[1], BODIES[1]) or sender.published_bytes > SENT[0])


def test_a_recording_that_cannot_be_read_costs_no_other_its_turn(sender, named):
    wanted = [_manifest(body).recording for body in BODIES]
    named.needs = {recording: Need(Grade.ROUTINE, datetime.now(UTC)) for recording in wanted}
    for body in BODIES:
        _ask(sender, NODES[0], body)
    _wait_until(lambda: len(sender._book._recordings) == len(BODIES))
    path = sender.recordings.path(Stored(wanted[0]))
    path.unlink()
    path.mkdir()
    _wait_until(lambda: sender.published_bytes == SENT[1])


def test_what_no_plan_names_is_not_sent(sender, named):
    _ask(sender, NODES[0], BODIES[0])
    _wait_until(lambda: named.asked)
    time.sleep(0.2)
    assert not sender.published_bytes


@pytest.fixture
def far(sender, tmp_path):
    """Have the recordings in a bucket, and none of them here; return the thread that fetches."""
    objects = MemoryStore()
    RecordingStore(BucketStore(Bucket(objects, objects), tmp_path / "maker")).put(BODIES[0])
    sender.recordings = RecordingStore(BucketStore(Bucket(objects, objects), tmp_path / "near"))
    fetcher = RecordingFetcher(sender.recordings, sender.needs)
    sender.fetch = fetcher.wake
    yield fetcher
    fetcher.stop()


def test_what_lies_in_s3_is_sent_once_it_is_near_and_nothing_waits_for_it(sender, named, far):
    named.needs = {_manifest(BODIES[0]).recording: Need(Grade.EMERGENCY, datetime.now(UTC))}
    _ask(sender, NODES[0], BODIES[0])
    _wait_until(far._wake.is_set)
    assert not sender.published_bytes
    far.start()
    _wait_until(lambda: sender.recordings.is_local(Stored(_manifest(BODIES[0]).recording)))
    _wait_until(lambda: _ask(sender, NODES[0], BODIES[0]) or sender.published_bytes >= SENT[0])


def test_what_is_most_urgent_is_fetched_first_and_what_is_lost_keeps_nothing_back(tmp_path, caplog):
    objects, now, fetched = MemoryStore(), datetime.now(UTC), []
    maker = RecordingStore(BucketStore(Bucket(objects, objects), tmp_path / "maker"))
    made = [RecordingId(maker.put(f"{number}".encode())) for number in range(4)]
    maker.delete(Stored(made[3]))
    orders = [(Grade.ROUTINE, 2), (Grade.EMERGENCY, 3), (Grade.ROUTINE, 1), (Grade.PRIORITY, 1)]
    needs = {
        one: Need(grade, now + timedelta(hours=hours))
        for one, (grade, hours) in zip(made, orders, strict=True)
    }
    bucket = Bucket(objects, objects)
    blocks = bucket.blocks
    bucket.blocks = lambda name: fetched.append(name[3:67]) or blocks(name)
    store = RecordingStore(BucketStore(bucket, tmp_path / "near"))
    seconds = [0.0]
    fetcher = RecordingFetcher(store, lambda: needs, lambda: seconds[0])
    assert fetcher.fetch_all()
    assert fetched == [made[1], made[3], made[2], made[0]]
    assert [store.is_local(Stored(one)) for one in made] == [True, True, True, False]
    assert f"recording {made[3]} cannot be fetched" in caplog.text
    for later, asked in ((FAILED_S - 1, 4), (FAILED_S + 1, 5)):
        seconds[0] = later
        assert fetcher.fetch_all()
        assert len(fetched) == asked, "nodes ask for it every few seconds"
