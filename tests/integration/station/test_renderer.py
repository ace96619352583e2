"""The station's renderer on a real store and a real studio, while a disk fails under it."""

import threading
from contextlib import contextmanager
from functools import partial
from io import BytesIO

import numpy as np
import pytest

from controller.features.bulletins.programmes import Item, draft_programme
from controller.features.bulletins.queries import get_recording, get_revision, rendering_of
from controller.features.bulletins.renderings import MOST_ATTEMPTS, renew_rendering
from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.bulletins.sound_uploads import keep_upload
from controller.features.chimes.service import choose_chime
from controller.model.bulletin_states import ItemKind, RenderingState
from controller.model.chimes import ChimePlace
from controller.model.speech import Speech
from controller.runtime.renderer import Renderer
from controller.settings import Settings
from devices.ids import Grade
from tests.support.brought_sounds import RATE, packed, speech_like
from tests.support.ports import free_port
from tests.support.running_station import ENGINES
from tests.support.station_world import PROVINCE
from tts.bucket_store import BucketStore
from tts.buckets import S3Access, bucket_at
from tts.recordings import RecordingStore
from tts.studio import BROUGHT, Studio
from tts.uploads import UploadId, UploadStore

WITHIN = 60.0


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Where the studio truly puts its recordings."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture(scope="module")
def studio(made, tmp_path_factory):
    studio = Studio(
        tmp_path_factory.mktemp("speech"),
        RecordingStore(made),
        engines=ENGINES,
        workers=1,
        warm_engine="tone",
    )
    studio.start()
    yield studio
    studio.stop()


@pytest.fixture
def bulletin(world):
    drafted = world.do(draft_bulletin, title="Họp thôn", text="Mời bà con đến họp.", by=world.officer)
    world.do(submit_bulletin, drafted.id, by=world.officer, speech=Speech(engine="tone"))
    return drafted.id


@contextmanager
def rendering(world, studio, file_store, bulletin, uploads=None):
    """Run a renderer that looks for finished recordings in `file_store`; yields a wait for what it wrote."""
    changed = threading.Event()
    renderer = Renderer(
        world.store,
        studio,
        RecordingStore(file_store),
        uploads or UploadStore(file_store / "uploads"),
        Settings(),
        lambda: world.now,
        changed.set,
    )

    def wait_for(is_so) -> None:
        for _ in range(200):
            if is_so(world.ask(rendering_of, bulletin, 1)):
                return
            renderer.wake()
            changed.wait(WITHIN / 200)
            changed.clear()
        pytest.fail(f"it stayed {world.ask(rendering_of, bulletin, 1).state}")

    renderer.start()
    try:
        yield wait_for
    finally:
        renderer.stop()


def test_a_rendering_that_breaks_off_each_time_fails_with_a_sentence(world, studio, bulletin, tmp_path):
    empty = tmp_path / "empty"
    with rendering(world, studio, empty, bulletin) as wait_for:
        wait_for(lambda one: one.state is RenderingState.FAILED)
    failed = world.ask(rendering_of, bulletin, 1)
    assert failed.attempts == MOST_ATTEMPTS
    assert failed.fault == "rendering.too-often"
    assert "kỹ thuật viên" in failed.fault_sentence


def test_a_rendering_that_broke_off_is_finished_once_the_disk_is_back(
    world, studio, made, bulletin, tmp_path
):
    file_store = tmp_path / "recordings"
    again = partial(rendering, world, studio, file_store, bulletin)
    with again() as wait_for:
        wait_for(lambda one: one.attempts >= 1 and one.state is not RenderingState.RENDERING)
        file_store.symlink_to(made)
        wait_for(lambda one: one.state is RenderingState.READY)
    assert world.ask(rendering_of, bulletin, 1).recording is not None


def test_sound_that_was_brought_becomes_a_recording_that_is_approved_as_any_other(
    world, studio, made, tmp_path
):
    uploads = UploadStore(tmp_path / "uploads")
    upload = keep_upload(uploads, BytesIO(packed(speech_like(3, 0.05), "mp3")))
    asked = {"title": "Lời chủ tịch", "text": "Lời kêu gọi của chủ tịch.", "by": world.officer}
    drafted = world.do(draft_bulletin, upload=upload, **asked)
    world.do(submit_bulletin, drafted.id, by=world.officer)
    with rendering(world, studio, made, drafted.id, uploads) as wait_for:
        wait_for(lambda one: one.state is RenderingState.READY)
    rendered = world.ask(rendering_of, drafted.id, 1)
    assert (rendered.engine_used, rendered.spoken_text) == (BROUGHT, "Lời kêu gọi của chủ tịch.")
    approved = world.approve(drafted.id, recording=rendered.recording)
    assert approved.text_sha256 == world.ask(get_revision, drafted.id, 1).text_sha256
    assert approved.recording == rendered.recording
    assert not world.do(renew_rendering, rendered.id)


def test_sound_that_nobody_should_hear_fails_with_a_sentence(world, studio, made, tmp_path):
    uploads = UploadStore(tmp_path / "uploads")
    upload = uploads.put(BytesIO(packed(np.zeros(3 * RATE, np.float32))))  # as if nobody had looked at it
    drafted = world.do(draft_bulletin, title="Im", text="Im lặng.", by=world.officer, upload=upload)
    world.do(submit_bulletin, drafted.id, by=world.officer)
    with rendering(world, studio, made, drafted.id, uploads) as wait_for:
        wait_for(lambda one: one.state is RenderingState.FAILED)
    failed = world.ask(rendering_of, drafted.id, 1)
    assert (failed.fault, failed.fault_sentence) == (
        "sound.unfit",
        "Tệp âm thanh không có tiếng. Hãy kiểm tra micrô rồi ghi lại.",
    )


def test_a_programme_is_mixed_of_what_was_approved_and_what_was_brought(
    world, studio, made, tmp_path, bulletin
):
    uploads = UploadStore(tmp_path / "uploads")
    with rendering(world, studio, made, bulletin, uploads) as wait_for:
        wait_for(lambda one: one.state is RenderingState.READY)
        alone = world.ask(rendering_of, bulletin, 1)
        world.approve(bulletin, recording=alone.recording)
    upload = keep_upload(uploads, BytesIO(packed(speech_like(4, 0.1), "ogg")))
    items = [
        Item(ItemKind.CHIME),
        Item(ItemKind.BULLETIN, bulletin=bulletin),
        Item(ItemKind.RECORDING, "Lời chủ tịch.", upload=upload),
        Item(ItemKind.CHIME),
    ]
    programme = world.do(draft_programme, title="Tin chiều", items=items, by=world.officer).id
    world.do(submit_bulletin, programme, by=world.officer, speech=Speech(engine="tone"))
    with rendering(world, studio, made, programme, uploads) as wait_for:
        wait_for(lambda one: one.state is RenderingState.READY)
    mixed = world.ask(rendering_of, programme, 1)
    assert mixed.phrases_cached == mixed.phrases > 0
    lengths = [world.ask(get_recording, one.recording).duration_ms for one in (alone, mixed)]
    assert 3000 < lengths[1] - lengths[0] + 2000 < 8000  # four seconds more, without the closing words
    assert world.approve(programme, recording=mixed.recording).recording == mixed.recording


@pytest.fixture
def no_uploads(tmp_path):
    """A store of uploads in a bucket that nobody answers for."""
    access = S3Access(f"http://127.0.0.1:{free_port()}", key="k", secret="s")
    return UploadStore(BucketStore(bucket_at("s3://uploads", access), tmp_path / "near"))


def test_texts_are_spoken_while_the_store_of_uploads_is_away_and_what_needs_it_waits(
    world, studio, made, no_uploads, bulletin
):
    asked = {"title": "Lời", "text": "Lời kêu gọi.", "by": world.officer}
    brought = world.do(draft_bulletin, upload=UploadId("0" * 64), **asked).id
    world.do(submit_bulletin, brought, by=world.officer)
    with rendering(world, studio, made, bulletin, no_uploads) as wait_for:
        wait_for(lambda one: one.state is RenderingState.READY)
    waiting = world.ask(rendering_of, brought, 1)
    assert (waiting.state, waiting.attempts) == (RenderingState.WAITING, 0)


def test_the_text_of_an_alarm_waits_for_no_chime_of_its_area(world, studio, made, no_uploads):
    chime = {"upload": "0" * 64, "seconds": 3.0, "area": PROVINCE, "by": world.approver}
    world.do(choose_chime, ChimePlace.OPENING, **chime)
    plain, alarm = (
        world.do(draft_bulletin, title="Tin", text="Mời bà con sơ tán.", by=world.clerk).id for _ in range(2)
    )
    told = {"by": world.clerk, "speech": Speech(engine="tone")}
    world.do(submit_bulletin, plain, **told)
    world.do(submit_bulletin, alarm, highest_grade=Grade.EMERGENCY, **told)
    with rendering(world, studio, made, alarm, no_uploads) as wait_for:
        wait_for(lambda one: one.state is RenderingState.READY)
    assert world.ask(rendering_of, plain, 1).state is RenderingState.WAITING
