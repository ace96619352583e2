"""Recordings stay while anything names them and for a stated time after; then files go, never rows."""

import os
from datetime import timedelta

import pytest
from obstore.store import LocalStore

from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.doctor.invariants import invariants
from controller.features.withdrawals.service import withdraw_bulletin
from controller.model.bulletins import Recording
from controller.runtime.recording_cleanup import Tidying
from controller.settings import Settings
from tests.support.station_world import Sound
from tests.support.stored_rows import newest_entries
from tts.bucket_store import BucketStore
from tts.buckets import Bucket
from tts.recordings import RecordingStore
from tts.uploads import UploadStore

KEPT = timedelta(days=100)
DATA = b"sound " * 20_000


@pytest.fixture(params=["folder", "bucket"])
def recordings(request, tmp_path):
    """In a folder, and in a bucket whose objects are files, so that a test can make them old."""
    if request.param == "folder":
        return RecordingStore(tmp_path / "recordings")
    objects = LocalStore(tmp_path / "objects", mkdir=True)
    return RecordingStore(BucketStore(Bucket(objects, objects), tmp_path / "near"))


@pytest.fixture
def tidying(world, recordings, tmp_path):
    settings = Settings(home=tmp_path, recordings_kept_days=KEPT.days)
    return Tidying(world.store, recordings, UploadStore(tmp_path / "uploads"), settings, lambda: world.now)


def kept(recordings, world, data=DATA):
    """Keep a recording's file, as old as the world is now; return its name."""
    name = recordings.put(data)
    for place in recordings.path(name).parents[2].glob(f"*/*/{name}.mp3"):
        os.utime(place, (world.now.timestamp(),) * 2)
    return name


def test_what_nothing_names_any_more_goes_after_the_stated_time_and_its_row_stays(world, tidying, recordings):
    name = kept(recordings, world)
    bulletin = world.approved(data=DATA)
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    world.later(days=KEPT.days - 1)
    assert tidying.tidy(world.now) == 0
    world.later(days=2)
    assert tidying.tidy(world.now) == 1
    assert not recordings.has(name)
    with world.store.read() as session:
        assert session.get(Recording, name) is not None
        assert invariants(session, now=world.now) == []
        entry = newest_entries(session)[0]
        assert (entry.act, entry.detail["recordings"]) == ("recordings.removed", [name])
    assert tidying.tidy(world.now) == 0


def test_what_is_approved_or_waits_for_its_approver_stays_however_old(world, tidying, recordings):
    approved, waiting = kept(recordings, world), kept(recordings, world, b"other " * 20_000)
    world.approved(data=DATA)
    world.submitted(data=b"other " * 20_000)
    world.later(days=KEPT.days + 60)  # an approval holds for 180 days
    assert tidying.tidy(world.now) == 0
    world.later(days=KEPT.days + 60)
    assert tidying.tidy(world.now) == 1
    assert not recordings.has(approved)
    assert recordings.has(waiting)


def test_what_was_aired_stays_for_the_stated_time_after_its_last_airing(world, tidying, recordings):
    name = kept(recordings, world)
    bulletin = world.approved(data=DATA)
    world.later(days=170)
    world.plan(bulletin)
    world.advance()
    world.later(minutes=10)
    world.advance()
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    world.later(days=KEPT.days - 1)
    assert tidying.tidy(world.now) == 0
    world.later(days=2)
    assert tidying.tidy(world.now) == 1
    assert not recordings.has(name)


def test_a_file_that_no_row_names_goes_after_two_days(world, tidying, recordings):
    name = kept(recordings, world, b"left by a crash")
    world.later(days=1)
    assert tidying.tidy(world.now) == 0
    world.later(days=2)
    assert tidying.tidy(world.now) == 1
    assert not recordings.has(name)


def test_the_sound_that_was_brought_goes_with_the_recording_that_was_made_of_it(world, tidying, tmp_path):
    uploads = tidying.uploads
    (tmp_path / "brought").write_bytes(b"RIFF of a person")
    with (tmp_path / "brought").open("rb") as source:
        upload = uploads.put(source)
    wording = {"title": "Bà Hai kể", "text": "Chuyện làng.", "upload": upload}
    bulletin = world.do(draft_bulletin, **wording, by=world.officer).id
    world.later(days=2 * KEPT.days)
    assert tidying.tidy(world.now) == 0  # nothing was made of it yet
    world.render(world.do(submit_bulletin, bulletin, by=world.officer).id, Sound(DATA))
    world.approve(bulletin)
    world.do(withdraw_bulletin, bulletin, by=world.approver)
    world.later(days=KEPT.days - 1)
    assert tidying.tidy(world.now) == 0
    world.later(days=2)
    assert tidying.tidy(world.now) == 1
    assert not uploads.has(upload)


def test_the_station_looks_once_a_day_and_not_at_its_very_start(world, tidying, recordings):
    for crash in (b"left by a crash", b"left by another"):
        kept(recordings, world, crash)
    world.later(days=5)
    assert tidying.look() == 0
    world.later(minutes=50)
    assert tidying.look() == 0
    world.later(minutes=20)
    assert tidying.look() == 2
    kept(recordings, world, b"left by a third")
    world.later(hours=23)
    assert tidying.look() == 0
    world.later(days=2)
    assert tidying.look() == 1
