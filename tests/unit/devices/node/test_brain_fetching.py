"""How recordings come to a loudspeaker, and how its receipts leave it, in virtual time."""

import random
from datetime import timedelta
from itertools import pairwise

import pytest

from devices import topics
from devices.chunks import Bitmap, manifest_of, sent_forms, split, wanted
from devices.node.effects import DropDocument, DropRecording, Publish, Subscribe
from devices.node.events import Connected, Received
from devices.node.fetching import AGED_EVERY, MANIFEST, RESERVE, UNNAMED_KEPT, Fetching
from devices.signing import sign
from tests.simulation.station_in_world import Scene
from tests.support.world import Network

LENGTH = 20_000
CHUNKS = 13


@pytest.fixture
def scene():
    return Scene()


def recording(scene: Scene, n: int = 1):
    return scene.station.add_recording(random.Random(n).randbytes(4096 * (CHUNKS - 1) + 17), LENGTH)


def plan(scene: Scene, rec, in_s: float = 60, name: str = "a1"):
    airing = scene.station.airing(name, rec, scene.in_s(in_s), LENGTH)
    scene.station.publish_plan("56", airing)
    return airing


def test_a_recording_is_asked_for_once_and_then_no_more(scene):
    plan(scene, recording(scene))
    scene.run(30)
    assert [len(wanted(want)) for want in scene.station.wants] == [CHUNKS]
    filters = scene.world._places[scene.node.id].filters
    assert not any("recording" in name for name in filters)


def test_what_is_lost_is_asked_for_again_and_nothing_else():
    scene = Scene(seed=3, network=Network(loss=0.4))
    plan(scene, recording(scene))
    scene.run(59)
    asked = [set(wanted(want)) for want in scene.station.wants]
    assert len(asked) > 1
    assert all(later < earlier for earlier, later in pairwise(asked))
    assert scene.kinds("a1") == ["fetched"]


def test_a_chunk_with_one_bit_wrong_is_dropped_counted_and_fetched_again(scene):
    rec = recording(scene)
    spoilt = []

    def spoil(_, n, body):
        if n == 5 and not spoilt:
            spoilt.append(n)
            return bytes([body[0] ^ 1]) + body[1:]
        return body

    scene.station.spoil = spoil
    plan(scene, rec)
    scene.run(100)
    assert spoilt == [5]
    assert scene.node.brain.counts["chunk: wrong digest"] == 1
    assert [set(wanted(want)) for want in scene.station.wants][1:] == [{5}]
    assert scene.kinds("a1") == ["fetched", "started", "finished"]
    assert scene.station.vitals[scene.node.id].chunks_refused == 1


def test_a_node_that_lost_power_fetches_only_what_is_missing(scene):
    rec = recording(scene)
    scene.station.spoil = lambda _, n, body: body if n < 6 else b""
    plan(scene, rec)
    scene.run(3)
    scene.world.switch_off(scene.node)
    scene.station.spoil = lambda _recording, _n, body: body
    scene.station.wants.clear()
    scene.run(5)
    scene.world.switch_on(scene.node)
    scene.run(20)
    assert set(wanted(scene.station.wants[0])) == set(range(6, CHUNKS))
    assert scene.kinds("a1") == ["fetched"]


def test_a_disk_that_forgot_bytes_is_found_out_at_boot_and_mended(scene):
    rec = recording(scene)
    plan(scene, rec, in_s=90)
    scene.run(10)
    scene.world.switch_off(scene.node)
    scene.world.disk(scene.node).chunks[rec][4] = b"spoilt"
    scene.world.switch_on(scene.node)
    scene.run(120)
    assert scene.world.heard(scene.node)[0].heard_ms == LENGTH
    assert scene.world.disk(scene.node).sha256(rec) == rec


def test_a_manifest_whose_chunks_make_another_whole_is_given_up_and_told(scene):
    data, other = random.Random(1).randbytes(9000), random.Random(2).randbytes(9000)
    true = manifest_of(data, codec="mp3", sample_rate=24000, duration_ms=LENGTH, chunk_size=4096)
    lie = manifest_of(other, codec="mp3", sample_rate=24000, duration_ms=LENGTH, chunk_size=4096)
    lie = lie.model_copy(update={"recording": true.recording})
    scene.station.recordings[true.recording] = split(other, 4096)
    scene.station.retain(topics.manifest(true.recording), sign(lie, scene.station.keys.station).encode())
    plan(scene, true.recording)
    scene.run(120)
    assert scene.world.sounds == []
    assert 2 <= len(scene.station.wants) <= 3  # the second round may begin before the station repeats
    (refused,) = scene.station.of(scene.node.id, "a1")
    assert (refused.kind, refused.reason) == ("refused", "recording-spoilt")


def test_a_station_that_does_not_answer_is_asked_ever_more_rarely(scene):
    rec = recording(scene)
    chunks = scene.station.recordings.pop(rec)
    plan(scene, rec, in_s=600)
    scene.run(300)
    assert 9 <= len(scene.station.wants) <= 16
    scene.station.recordings[rec] = chunks
    scene.run(45)
    assert scene.kinds("a1") == ["fetched"]


def test_after_a_want_for_much_it_waits_for_the_answer_as_long_as_that_may_take(scene):
    rec = scene.station.add_recording(random.Random(1).randbytes(1_600_000), LENGTH)
    scene.station.recordings.pop(rec)
    plan(scene, rec, in_s=30)  # soon: the wait is not doubled, but as long as ever
    scene.run(0.75 * 20)  # it first asks within a second, and waits 15 to 25 s
    assert len(scene.station.wants) == 1
    scene.run(2 + 0.5 * 20)
    assert len(scene.station.wants) == 2


def test_a_node_to_which_chunks_come_slowly_says_nothing(scene):
    rec = recording(scene)
    data = b"".join(scene.station.recordings[rec])
    manifest = manifest_of(data, codec="mp3", sample_rate=24000, duration_ms=LENGTH, chunk_size=4096)
    fetching = Fetching(scene.node.id, random.Random(1))
    now = scene.now
    fetching.connected(now)
    fetching.name({rec}, now)
    fetching.take_manifest(manifest, b"signed", now)
    asked = 0
    for n, piece in enumerate(sent_forms(data, 4096)[:-1]):
        for _ in range(28):
            now += timedelta(seconds=0.1)
            asked += sum(isinstance(one, Publish) for one in fetching.tick(now))
        fetching.take_chunk(rec, n, Received("chunk", piece), now)
    assert asked == 1
    for _ in range(51):
        now += timedelta(seconds=0.1)
        asked += sum(isinstance(one, Publish) for one in fetching.tick(now))
    assert asked == 2


def test_near_its_start_and_while_it_is_due_it_is_asked_for_without_growing_pauses(scene):
    rec = recording(scene)
    chunks = scene.station.recordings.pop(rec)
    plan(scene, rec, in_s=300)
    scene.run(238)
    rarely = len(scene.station.wants)
    scene.run(64)
    often = len(scene.station.wants) - rarely
    assert rarely <= 15
    assert 11 <= often <= 22  # some 60 s, each 4 s with a quarter more or less
    scene.station.recordings[rec] = chunks
    scene.run(6)
    assert "fetched" in scene.kinds("a1")


def test_a_recording_that_is_here_already_is_not_asked_for_again(scene):
    rec = recording(scene)
    plan(scene, rec, in_s=20)
    scene.run(60)
    plan(scene, rec, in_s=3600, name="a2")
    scene.run(5)
    assert len(scene.station.wants) == 1
    assert scene.kinds("a2") == ["fetched"]


def test_a_recording_that_no_plan_names_for_a_day_is_dropped(scene):
    rec = recording(scene)
    plan(scene, rec, in_s=20)
    scene.run(60)
    scene.station.publish_plan("56")
    scene.run(5)
    scene.world.unplug(scene.node)
    scene.run(23 * 3600)
    assert rec in scene.world.disk(scene.node).chunks
    scene.run(26 * 3600)
    assert rec not in scene.world.disk(scene.node).chunks
    scene.run(60 * 3600)
    assert not any(
        name.startswith(("manifest/", "airing/")) for name in scene.world.disk(scene.node).documents
    )


def test_receipts_are_kept_on_disk_and_repeated_until_they_are_committed(scene):
    scene.station.commits = False
    plan(scene, recording(scene), in_s=20)
    scene.run(120)
    disk = scene.world.disk(scene.node)
    assert sum(name.startswith("receipt/") for name in disk.documents) == 3
    scene.world.switch_off(scene.node)
    scene.run(3600)
    scene.station.commits = True
    scene.world.switch_on(scene.node)
    scene.run(10)
    assert scene.kinds("a1") == ["fetched", "started", "finished"]
    assert not any(name.startswith("receipt/") for name in disk.documents)


def test_chunks_whose_manifest_is_not_believed_at_boot_are_dropped_a_day_later(scene):
    rec = recording(scene)
    fetching = Fetching(scene.node.id, random.Random(1))
    fetching.restore({}, {rec: Bitmap.of(CHUNKS, range(3))})
    fetching.name(set(), scene.now)
    now = aged(fetching, scene.now, UNNAMED_KEPT)
    assert fetching.is_lacking(rec)
    assert fetching.tick(now + timedelta(seconds=1)) == [DropDocument(MANIFEST + rec), DropRecording(rec)]


def aged(fetching, now, span):
    """Tick whenever it asks for it, until so much time has passed."""
    end = now + span
    while now < end:
        now = min(end, fetching.due_at())
        assert fetching.tick(now) == []
    return now


def test_a_raw_clock_that_is_set_forwards_drops_no_recording(scene):
    rec = recording(scene)
    fetching = Fetching(scene.node.id, random.Random(1))
    fetching.restore({}, {rec: Bitmap.of(CHUNKS, range(3))})
    fetching.name(set(), scene.now)
    ahead = scene.now + timedelta(hours=47)  # too little for the brain to take it for a clock that was set
    assert fetching.name(set(), ahead) == fetching.tick(ahead + timedelta(seconds=1)) == []
    now = aged(fetching, ahead + timedelta(seconds=1), UNNAMED_KEPT - AGED_EVERY - timedelta(seconds=1))
    assert fetching.is_lacking(rec)
    assert fetching.tick(now + timedelta(seconds=1)) == [DropDocument(MANIFEST + rec), DropRecording(rec)]


def test_chunks_whose_manifest_is_not_believed_at_boot_serve_a_plan_that_names_them_again(scene):
    rec = recording(scene)
    plan(scene, rec, in_s=20)
    scene.run(60)
    scene.station.publish_plan("56")
    scene.run(5)
    scene.world.switch_off(scene.node)
    scene.world.disk(scene.node).documents[f"manifest/{rec}"] = b"spoilt"
    asked = len(scene.station.wants)
    scene.world.switch_on(scene.node)
    scene.run(60)
    plan(scene, rec, in_s=60, name="a2")
    scene.run(120)
    assert scene.kinds("a2") == ["fetched", "started", "finished"]
    assert len(scene.station.wants) == asked


def test_a_silent_station_gets_receipts_at_most_once_a_minute_in_the_end(scene):
    scene.station.commits = False
    taken = []
    take = scene.station.take

    def noting(topic, payload, at=None):
        if topic.endswith("/receipt"):
            taken.append(scene.now)
        take(topic, payload, at)

    scene.station.take = noting
    plan(scene, recording(scene), in_s=20)
    scene.run(1800)
    last = [later - earlier for earlier, later in pairwise(taken[-6:])]
    assert all(timedelta(seconds=40) < gap < timedelta(seconds=80) for gap in last)


def test_at_connect_a_node_subscribes_first_then_says_birth_then_what_is_outstanding(scene):
    scene.station.commits = False
    plan(scene, recording(scene), in_s=20)
    scene.run(60)
    effects = scene.node.handle(Connected(), scene.now)
    topics_in_order = [effect.topic for effect in effects if isinstance(effect, Publish)]
    assert isinstance(effects[0], Subscribe)
    assert topics_in_order == [topics.state(scene.node.id), topics.receipt(scene.node.id)]
    assert not any(isinstance(effect, Subscribe) for effect in effects[effects.index(_birth(effects)) :])


def _birth(effects):
    return next(effect for effect in effects if isinstance(effect, Publish))


def test_each_boot_and_each_connection_has_a_session_of_its_own_and_wills_name_it(scene):
    scene.world.unplug(scene.node)
    scene.run(2)
    scene.world.plug_in(scene.node)
    scene.run(2)
    scene.world.switch_off(scene.node)
    scene.run(2)
    scene.world.switch_on(scene.node)
    scene.run(2)
    told = [(state.session, state.online) for state in scene.station.states]
    assert told == [(1, True), (1, False), (2, True), (2, False), (3, True)]


def test_vitals_tell_what_sounds_and_how_good_the_clock_is(scene):
    rec = scene.station.add_recording(b"long" * 1000, 120_000)
    scene.station.publish_plan("56", scene.station.airing("a1", rec, scene.in_s(20), 120_000))
    scene.run(90)
    vitals = scene.station.vitals[scene.node.id]
    assert vitals.sounding == "a1"
    assert vitals.volume == 80
    true_offset = -(scene.node.crystal.raw(scene.now) - scene.now) / timedelta(milliseconds=1)
    assert abs(vitals.clock_offset_ms - true_offset) < 5
    assert 0 < vitals.clock_error_ms < 30


def test_with_little_room_a_recording_of_later_days_waits_until_it_is_needed(scene):
    station, now = scene.station, scene.now
    rec = station.add_recording(random.Random(5).randbytes(10_000), 20_000)
    manifest = manifest_of(
        b"".join(station.recordings[rec]), codec="mp3", sample_rate=24000, duration_ms=20_000, chunk_size=4096
    )
    fetching = Fetching(scene.node.id, random.Random(1), storage_free=RESERVE + 5_000)
    fetching.connected(now)
    fetching.name({rec}, now, set())
    fetching.take_manifest(manifest, b"", now)
    assert fetching.due_at() is None
    fetching.name({rec}, now, {rec})
    assert fetching.due_at() is not None


def test_a_full_disk_gives_up_what_no_plan_names_for_what_is_needed_soon_and_else_asks_again(scene):
    now = scene.now
    fetching = Fetching(scene.node.id, random.Random(1), storage_free=10_000)
    fetching.connected(now)

    def named(seed, size):
        data = random.Random(seed).randbytes(size)
        manifest = manifest_of(data, codec="mp3", sample_rate=24000, duration_ms=LENGTH, chunk_size=4096)
        recording = manifest.recording
        fetching.name({recording}, now)
        effects = fetching.take_manifest(manifest, b"", now)
        for n, chunk in enumerate(sent_forms(data, 4096) if fetching.due_at() is not None else ()):
            effects += fetching.take_chunk(recording, n, Received("", chunk), now)
        return recording, [*effects, *fetching.digested(recording, recording, now)]

    first, _ = named(1, 3000)
    fetching.name(set(), now)
    fetching.tick(now + timedelta(minutes=1))
    second, _ = named(2, 4000)
    fetching.name(set(), now + timedelta(minutes=1))
    _, effects = named(3, 6000)
    assert [one.recording for one in effects if isinstance(one, DropRecording)] == [first]
    assert DropDocument(MANIFEST + first) in effects
    assert fetching.is_whole(second)
    large, _ = named(4, 12_000)
    assert fetching.is_lacking(large)
    assert fetching.due_at() is None, "it is not asked for"


def test_a_full_disk_keeps_what_a_new_plan_names_again(scene):
    now = scene.now
    fetching = Fetching(scene.node.id, random.Random(1), storage_free=10_000)
    fetching.connected(now)
    waits, kept = (random.Random(seed).randbytes(size) for seed, size in ((1, 6000), (2, 8000)))
    described = [
        manifest_of(data, codec="mp3", sample_rate=24000, duration_ms=LENGTH, chunk_size=4096)
        for data in (waits, kept)
    ]
    first, second = (one.recording for one in described)
    for manifest, soon in zip(described, (set(), {second}), strict=True):
        fetching.name({first, manifest.recording}, now, soon)
        fetching.take_manifest(manifest, b"", now)
    for n, chunk in enumerate(sent_forms(kept, 4096)):
        fetching.take_chunk(second, n, Received("", chunk), now)
    fetching.digested(second, second, now)
    fetching.name({first}, now, set())
    effects = fetching.name({first, second}, now, {first, second})
    assert not [one for one in effects if isinstance(one, DropRecording)]
    assert fetching.is_whole(second)
