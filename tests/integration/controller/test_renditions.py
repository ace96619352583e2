"""A second coding of a recording goes the whole way under the one approval of the first."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from controller.features.airings.queries import deliveries_of
from controller.features.airings.unused_recordings import recordings_in_use
from controller.features.bulletins.renderings import begin_rendering, finish_rendering
from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.doctor.invariants import invariants
from controller.model.airing_states import DeliveryStage
from controller.model.bulletins import Approved, Recording
from controller.runtime.queries import needs_in_plans
from devices import topics
from devices.chunks import manifest_of
from devices.jose import read_payload
from devices.messages import Manifest
from tests.support.station_world import NODES, TEXT, Sound

MP3 = Sound(b"sound " * 20_000)
OPUS = manifest_of(b"opus" * 9_000, codec="opus", sample_rate=48_000, duration_ms=MP3.duration_ms)
NODE = NODES[0].id


@pytest.fixture
def aired(world):
    """An airing in the plans whose recording has an Opus beside it."""
    bulletin = world.do(draft_bulletin, title="Lịch tiêm phòng", text=TEXT, by=world.clerk)
    rendering = world.do(submit_bulletin, bulletin.id, by=world.clerk)
    assert world.do(begin_rendering, rendering.id)
    world.do(finish_rendering, rendering.id, MP3, MP3.manifest, OPUS)
    world.approve(bulletin.id)
    airing = world.plan(bulletin.id)
    world.advance()
    return airing


@pytest.mark.usefixtures("aired")
def test_the_approval_lists_it_and_its_manifest_is_published_beside_the_other(world):
    with world.store.read() as session:
        approved = read_payload(session.scalars(select(Approved.jws)).one())
    assert approved["recording"] == MP3.recording
    assert approved["renditions"] == [{"recording": OPUS.recording, "codec": "opus", "size": OPUS.size}]
    published = {one.topic: one.payload.decode() for one in world.publish()}
    manifest = Manifest.model_validate(read_payload(published[topics.manifest(OPUS.recording)]))
    assert manifest == OPUS
    assert topics.manifest(MP3.recording) in published
    assert world.ask(invariants, now=world.now) == []


@pytest.mark.both_databases
@pytest.mark.usefixtures("aired")
def test_its_chunks_are_needed_as_urgently_as_those_of_the_first(world):
    needs = world.ask(needs_in_plans, world.now)
    assert needs[OPUS.recording] == needs[MP3.recording]


def test_a_receipt_that_names_it_counts_and_one_of_a_stranger_does_not(world, aired):
    world.publish()
    world.tell(NODE, aired, "fetched", recording="f" * 64)
    assert {one.rung for one in world.ask(deliveries_of, aired)} == {DeliveryStage.PLANNED}
    for kind in ("fetched", "started", "finished"):
        world.later(seconds=30)
        world.tell(NODE, aired, kind, recording=OPUS.recording)
    (heard,) = [one for one in world.ask(deliveries_of, aired) if one.node == NODE]
    assert heard.rung == DeliveryStage.FINISHED


@pytest.mark.both_databases
@pytest.mark.usefixtures("aired")
def test_it_is_kept_as_long_as_the_first_and_goes_with_it(world):
    both = {MP3.recording, OPUS.recording}
    assert both <= world.ask(recordings_in_use, world.now)
    assert not both & world.ask(recordings_in_use, world.now + timedelta(days=400))


@pytest.mark.usefixtures("aired")
def test_a_recording_that_is_made_again_keeps_what_was_approved_with_it(world):
    again = manifest_of(b"opus again" * 900, codec="opus", sample_rate=48_000, duration_ms=MP3.duration_ms)
    bulletin = world.do(draft_bulletin, title="Lịch tiêm phòng", text=TEXT, by=world.clerk)
    rendering = world.do(submit_bulletin, bulletin.id, by=world.clerk)
    assert world.do(begin_rendering, rendering.id)
    world.do(finish_rendering, rendering.id, MP3, MP3.manifest, again)
    with world.store.read() as session:
        kept = session.scalars(select(Recording.id).where(Recording.rendition_of.is_not(None))).all()
    assert kept == [OPUS.recording]
