"""What a machine that speaks leaves to others, what it tells while it speaks, and what it may do at all."""

from io import BytesIO

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError

from controller.clocks import utc_now
from controller.features.bulletins.claims import (
    Claim,
    claim_rendering,
    hand_over,
    noted_progress,
    renew_claim,
)
from controller.features.bulletins.queries import get_recording, get_rendering
from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.bulletins.sound_uploads import keep_upload
from controller.features.speech.workers import noted_terms, speech_workers
from controller.model.bulletin_states import RenderingState
from controller.model.bulletins import Rendering
from controller.model.speech import Speech
from controller.model.speech_workers import SpeechTerms
from controller.parts.speech_worker import SpeechWorkerPart
from devices.ids import Grade
from tests.architecture.source import ROOT
from tests.support.brought_sounds import packed, speech_like
from tests.support.nightly import amount
from tests.support.postgres import postgres  # noqa: F401 - a fixture
from tests.support.s3_server import S3Server
from tests.support.speech_machines import ENGINES, Machines
from tests.support.station_world import PostgresWorlds
from tests.support.waiting import wait_until
from tts.orders import Progress
from tts.uploads import UploadStore

ROLE = "loa_speech"
"""As in docs/several-machines.md, "Machines that speak"."""


NO_RECORDINGS = amount(
    [{"rendered": {"recording": "0" * 64}}],
    [{"rendered": {"recording": "0" * 64}}, {"rendered": "x"}, {"fault": "engine.failed"}],
)


@pytest.fixture(scope="module")
def worlds(postgres):  # noqa: F811 - the fixture
    made = PostgresWorlds(postgres)
    yield made
    made.close()


@pytest.fixture
def machines(worlds, tmp_path):
    world = worlds.world(tmp_path)
    made = Machines(world, tmp_path)
    yield made
    made.close()
    world.store.close()


@pytest.fixture(scope="module")
def bucket():
    server = S3Server()
    try:
        server.start()
        yield server
    finally:
        server.stop()


def submit(world, text="Mời bà con đến họp.", *, highest=None, **speech):
    made = world.do(draft_bulletin, title="Tin", text=text, by=world.clerk)
    how = Speech(**{"engine": "tone", "fallback": None, **speech})
    return world.do(submit_bulletin, made.id, by=world.clerk, speech=how, highest_grade=highest).id


def row(world, rendering):
    return world.ask(get_rendering, rendering)


class machine:  # noqa: N801 - a context
    """A worker in this process."""

    def __init__(self, machines, **more):
        self.part = SpeechWorkerPart(machines.settings("worker", **more), ENGINES, drain_s=0)

    def __enter__(self):
        self.part.start()
        return self.part

    def __exit__(self, *_):
        self.part.stop()


def test_a_machine_leaves_what_it_cannot_speak_to_others_and_says_why(machines):
    world = machines.world
    machines.take_in()
    uploads = UploadStore(machines.folder / "uploads")
    upload = keep_upload(uploads, BytesIO(packed(speech_like(3, 0.05), "mp3")))
    brought = world.do(draft_bulletin, title="Lời", text="Lời chào.", by=world.officer, upload=upload)
    sound = world.do(submit_bulletin, brought.id, by=world.officer).id
    model = submit(world, engine="piper", voice="giong-rieng")
    plain = submit(world, "Tin thường.")
    with machine(machines, uploads=str(machines.folder / "elsewhere")):
        assert wait_until(lambda: row(world, plain).state is RenderingState.READY)
        assert wait_until(lambda: row(world, model).fault_sentence is not None)
        assert wait_until(lambda: row(world, sound).fault_sentence is not None)
    for left in (sound, model):
        assert (row(world, left).state, row(world, left).attempts) == (RenderingState.WAITING, 0)
    assert "Thiếu tệp âm thanh" in row(world, sound).fault_sentence
    assert "giong-rieng" in row(world, model).fault_sentence
    with machine(machines):
        assert wait_until(lambda: row(world, sound).state is RenderingState.READY)
    assert row(world, sound).fault_sentence is None


@pytest.mark.nightly
def test_a_machine_hands_over_by_a_bucket_and_tries_nothing_while_that_is_away(machines, bucket, monkeypatch):
    world = machines.world
    for name, value in bucket.environment("speech").items():
        monkeypatch.setenv(name, value)
    machines.shared = {}
    machines.take_in()
    with machine(machines):
        bucket.go_away()
        rendering = submit(world)
        assert not wait_until(lambda: row(world, rendering).attempts > 0, 2)
        bucket.come_back()
        assert wait_until(lambda: row(world, rendering).state is RenderingState.READY)
    assert row(world, rendering).attempts == 1
    assert not (machines.folder / "recordings").exists()


def test_a_machine_speaks_as_the_station_says(machines):
    world = machines.world
    machines.take_in(bitrate_kbps=32)
    rendering = submit(world, "Mời bà con đến họp ở nhà văn hóa thôn.")
    with machine(machines, bitrate_kbps=64):
        assert wait_until(lambda: row(world, rendering).state is RenderingState.READY)
    made = world.ask(get_recording, row(world, rendering).recording)
    assert made.size * 8 / made.duration_ms < 40, "kbit/s"


def test_a_machine_of_another_release_speaks_nothing(machines):
    world = machines.world
    desk = machines.take_in()
    assert wait_until(lambda: world.ask(noted_terms) is not None)
    desk.stop()  # else it would say its release again
    with world.store.write() as session:
        session.execute(update(SpeechTerms).values(software="loa 99"))
    rendering = submit(world)
    with machine(machines):
        assert not wait_until(lambda: row(world, rendering).state is not RenderingState.WAITING, 2)


def test_pages_of_another_process_see_how_far_a_machine_is(machines):
    world = machines.world
    rendering = submit(world, " ".join(f"Câu thứ {line}." for line in range(10)), engine="slow")
    machines.take_in()
    seen = []
    with machine(machines):
        assert wait_until(lambda: row(world, rendering).state is RenderingState.RENDERING)

        def is_ready():
            progress = noted_progress(row(world, rendering))
            if progress is not None and progress not in seen:
                seen.append(progress)
            return row(world, rendering).state is RenderingState.READY

        assert wait_until(is_ready)
    speaking = [one.done for one in seen if one.stage == "speaking"]
    assert len(speaking) >= 2, seen
    assert speaking == sorted(speaking)
    assert noted_progress(row(world, rendering)) is None


def test_what_may_be_called_is_spoken_while_a_long_bulletin_is(machines):
    world = machines.world
    machines.take_in()
    long = submit(world, " ".join(f"Câu thứ {line} của tin dài." for line in range(60)), engine="slow")
    with machine(machines):
        assert wait_until(lambda: (noted_progress(row(world, long)) or Progress("reading", 0, 1)).done > 1)
        submit(world, "Tin khác.")
        alarm = submit(world, "Nước lên.", highest=Grade.EMERGENCY)
        assert wait_until(lambda: row(world, alarm).state is RenderingState.READY)
        assert row(world, long).state is RenderingState.RENDERING
        states = [one.state for one in world.ask(lambda session: session.scalars(select(Rendering)).all())]
        assert states.count(RenderingState.WAITING) == 1, "the other one waits its turn"


def test_who_has_lost_a_claim_hands_over_and_renews_nothing(machines):
    world = machines.world
    rendering = submit(world)
    first, second = Claim(rendering, "first"), Claim(rendering, "second")
    assert world.do(claim_rendering, first, worker="máy một", life_s=0.0)
    desk = machines.take_in()
    assert wait_until(lambda: row(world, rendering).state is RenderingState.WAITING)
    desk.stop()
    assert world.do(claim_rendering, second, worker="máy hai", life_s=60.0)
    with world.store.write() as session:
        assert not renew_claim(session, first, Progress("speaking", 9, 9), 60.0)
        assert not hand_over(session, first, {"fault": "x", "sentence": "x", "again": False})
        assert renew_claim(session, second, Progress("speaking", 1, 9), 60.0)
    kept = row(world, rendering)
    assert (kept.claim, kept.worker, kept.steps_done, kept.made) == ("second", "máy hai", 1, None)


@pytest.mark.parametrize("made", NO_RECORDINGS)
def test_what_is_handed_over_and_is_no_recording_is_made_again(machines, made):
    world = machines.world
    rendering, claim = submit(world), "c"
    assert world.do(claim_rendering, Claim(rendering, claim), worker="máy lạ", life_s=60.0)
    with world.store.write() as session:
        assert hand_over(session, Claim(rendering, claim), made)
    machines.take_in()
    assert wait_until(lambda: row(world, rendering).state is RenderingState.WAITING)
    assert row(world, rendering).recording is None


def test_a_machine_needs_no_more_of_the_database_than_the_page_says(machines):
    """With the role of docs/several-machines.md it speaks, and can touch neither accounts nor the journal."""
    world = machines.world
    machines.take_in()
    with world.store.write() as session:
        session.execute(text(f"DROP ROLE IF EXISTS {ROLE}"))
        for statement in grants():
            session.execute(text(statement))
    rendering = submit(world)
    url = world.store.url.set(username=ROLE, password="a long one").render_as_string(hide_password=False)
    try:
        with machine(machines, database_url=url) as part:
            assert wait_until(lambda: row(world, rendering).state is RenderingState.READY)
            ((live, is_seen),) = world.ask(speech_workers, utc_now())
            assert (live.place, is_seen) == (part.place, True)
            for forbidden in ("SELECT 1 FROM keys", "DELETE FROM journal", "UPDATE recordings SET size = 1"):
                with pytest.raises(ProgrammingError), part.store.write() as session:
                    session.execute(text(forbidden))
    finally:
        with world.store.write() as session:
            session.execute(text(f"DROP OWNED BY {ROLE}"))
            session.execute(text(f"DROP ROLE {ROLE}"))


def grants():
    """Return the statements of the page."""
    page = (ROOT / "docs" / "several-machines.md").read_text(encoding="utf-8")
    block = page.split("<!-- role of machines that speak -->")[1].split("```")[1].removeprefix("sql\n")
    return [one.strip() for one in block.split(";") if one.strip()]
