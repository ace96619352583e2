"""Whole renders in real worker processes, spoken by quick stand-in voices."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psutil
import pytest

from tests.support.sounds import RATE, dbtp, lufs
from tests.support.tone_engine import WORD_SECONDS
from tests.support.waiting import wait_until
from tts.codec import decode_mp3
from tts.errors import EmptyText, EngineFailed, EngineUnavailable, SilentSpeech, TextError
from tts.marks import Origin, origin_in
from tts.recordings import RecordingStore
from tts.script import script_of
from tts.sidecar import phrases_of
from tts.sounds import closing_chime, opening_chime
from tts.studio import Progress, RenderOrder, Studio
from tts.workers import TooSlow

VOICES = {
    name.lower(): f"tests.support.tone_engine:{name}Engine"
    for name in ("Tone", "Silent", "Absent", "Dying", "Deadly", "Slow")
}
TEXT = "Mời bà con đến họp. Nội dung là phòng cháy, chữa cháy. Ai vắng mặt xin báo trước."
ORDER = RenderOrder("Thông báo họp thôn", TEXT, engine="tone")
SHORT = RenderOrder("", "Mời bà con đến họp.", engine="tone", framed=False)
"""One phrase: each that kills its process has two or three started anew."""

NO_ROOM = """
import resource, sys
from pathlib import Path
from tts.errors import NoSpace
from tts.recordings import RecordingStore
from tts.studio import RenderOrder, Studio
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
home = Path(sys.argv[1])
voices = {"tone": "tests.support.tone_engine:ToneEngine"}
studio = Studio(home, RecordingStore(home / "recordings"), engines=voices, warm_engine=None, workers=1)
studio.start()
try:
    studio.render(RenderOrder("A", "Mời họp. Mời họp ngay. Mời họp nhanh.", engine="tone"))
except NoSpace as full:
    print(full.code)
finally:
    studio.stop()
"""
DIES = """
import os, sys, time
from pathlib import Path
from tts.recordings import RecordingStore
from tts.studio import Studio
studio = Studio(Path(sys.argv[1]), RecordingStore(Path(sys.argv[1])), warm_engine=None)
studio.start()
while len(studio.process_ids()) < 2:
    time.sleep(0.02)
print(*studio.process_ids(), flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    return RecordingStore(tmp_path_factory.mktemp("recordings"))


@pytest.fixture(scope="module")
def studio(tmp_path_factory, recordings):
    """One studio for all tests that leave it as it was: its workers load their libraries once."""
    shared = Studio(tmp_path_factory.mktemp("cache"), recordings, engines=VOICES, warm_engine="tone")
    shared.start()
    yield shared
    shared.stop()


@pytest.fixture
def make_studio(tmp_path, recordings):
    """Studios of a test's own, with empty caches; one worker's libraries are loaded sooner than two's."""
    started: list[Studio] = []

    def make(*, workers=1, **options):
        own = Studio(
            tmp_path / "cache", recordings, engines=VOICES, warm_engine=None, workers=workers, **options
        )
        own.start()
        started.append(own)
        return own

    yield make
    for own in started:
        own.stop()


def test_a_recording_is_as_long_as_its_parts_and_as_loud_as_asked(studio, recordings):
    rendered = studio.render(ORDER)
    samples, rate = decode_mp3(recordings.read(rendered.recording))
    script = script_of(ORDER.title, ORDER.text, framed=True)
    spoken = sum(len(line.text.split()) * WORD_SECONDS for line in script.lines)
    chimes = (len(opening_chime(RATE)) + len(closing_chime(RATE))) / RATE
    parts = spoken + chimes + sum(line.rest_ms for line in script.all) / 1000
    assert rendered.duration_ms == round(len(samples) * 1000 / rate)
    assert rendered.duration_ms / 1000 == pytest.approx(parts, abs=0.15)
    assert lufs(samples) == pytest.approx(-16, abs=0.5)
    assert dbtp(samples) <= -1.0
    assert rendered.loudness_lufs == pytest.approx(lufs(samples), abs=0.05)


def test_when_each_phrase_sounds_is_kept_beside_the_recording(studio, recordings):
    rendered = studio.render(ORDER)
    told = phrases_of(recordings, rendered.recording)
    script = script_of(ORDER.title, ORDER.text, framed=True)
    assert [one.text for one in told] == [line.text for line in script.lines]
    samples, rate = decode_mp3(recordings.read(rendered.recording))
    level = abs(samples)
    for one in told:
        assert level[one.start_ms * rate // 1000 : one.end_ms * rate // 1000].max() > 0.05
        assert 0 <= one.start_ms < one.end_ms <= rendered.duration_ms
    starts = [one.start_ms for one in told]
    assert starts == sorted(starts)


def test_an_opus_is_made_beside_it_of_the_same_length_and_loudness_if_it_is_ordered(studio, recordings):
    rendered = studio.render(replace(ORDER, opus_kbps=20))
    mp3, _ = decode_mp3(recordings.read(rendered.recording))
    opus, rate = decode_mp3(recordings.read(rendered.opus))
    assert len(opus) / rate == pytest.approx(len(mp3) / RATE, abs=0.1)
    assert lufs(opus) == pytest.approx(lufs(mp3), abs=0.7)
    assert recordings.sizes()[rendered.opus] < rendered.size * 0.6
    assert studio.render(ORDER).opus is None


def test_what_is_told_of_a_recording_is_true_of_its_file(studio, recordings):
    rendered = studio.render(ORDER)
    assert rendered.size == recordings.sizes()[rendered.recording]
    assert (rendered.codec, rendered.sample_rate, rendered.engine) == ("mp3", 24_000, "tone")
    assert rendered.text_characters == len(TEXT)
    assert "Thông báo họp thôn" in rendered.spoken_text
    assert rendered.size * 8 / rendered.duration_ms == pytest.approx(48, rel=0.02)


def test_the_recording_itself_says_that_a_machine_speaks(studio, recordings):
    assert origin_in(recordings.read(studio.render(ORDER).recording)) is Origin.MACHINE


def test_the_same_order_makes_the_same_recording_even_from_an_empty_cache(studio, make_studio):
    usual, fresh = studio.render(ORDER), make_studio().render(ORDER)
    assert usual.recording == fresh.recording
    assert fresh.phrases_cached == 0


def test_a_bulletin_read_twice_is_spoken_once_and_sounds_twice(make_studio, recordings):
    studio, steps = make_studio(), []
    order = replace(ORDER, issuer="UBND xã Vạn Thắng", readings=2)
    rendered = studio.render(order, steps.append)
    script = script_of(order.title, order.text, framed=True, issuer=order.issuer, readings=2)
    spoken = sum(len(line.text.split()) * WORD_SECONDS for line in script.lines)
    chimes = (len(opening_chime(RATE)) + len(closing_chime(RATE))) / RATE
    parts = spoken + chimes + sum(line.rest_ms for line in script.all) / 1000
    assert len(decode_mp3(recordings.read(rendered.recording))[0]) / RATE == pytest.approx(parts, abs=0.15)
    assert (rendered.phrases, rendered.phrases_cached) == (len(script.lines), 0)
    first = next(step for step in steps if step.stage == "speaking")
    assert first.done == len(script.lines) - len({line.text for line in script.lines})


def test_a_second_render_speaks_nothing_and_a_changed_sentence_one_phrase(make_studio):
    studio = make_studio()
    assert studio.render(ORDER).phrases_cached == 0
    again = studio.render(ORDER)
    assert again.phrases_cached == again.phrases
    changed = studio.render(replace(ORDER, text=TEXT.replace("phòng cháy", "phòng bão")))
    assert changed.phrases_cached == changed.phrases - 1


def test_voice_and_rate_change_the_recording(studio):
    usual, high, fast = (
        studio.render(o) for o in (ORDER, replace(ORDER, voice="high"), replace(ORDER, rate=2.0))
    )
    assert len({usual.recording, high.recording, fast.recording}) == 3
    assert fast.duration_ms < usual.duration_ms - 2000


def test_progress_goes_forward_through_all_stages(studio):
    told: list[Progress] = []
    rendered = studio.render(replace(ORDER, voice="high", rate=1.5), told.append)
    stages = list(dict.fromkeys(step.stage for step in told))
    assert stages == ["reading", "speaking", "mixing", "encoding", "done"]
    spoken = [step.done for step in told if step.stage == "speaking"]
    assert spoken == sorted(set(spoken))
    assert (spoken[0], spoken[-1]) == (0, rendered.phrases)


def test_without_a_frame_there_is_no_chime(studio):
    assert studio.render(replace(ORDER, framed=False)).duration_ms < studio.render(ORDER).duration_ms - 6000


def test_silence_is_not_taken_for_speech(studio):
    with pytest.raises(SilentSpeech):
        studio.render(replace(ORDER, engine="silent"))


@pytest.mark.parametrize("engine", ["silent", "absent", "deadly", "nobody"])
def test_another_voice_speaks_when_the_ordered_one_cannot_and_the_reason_is_told(studio, engine):
    rendered = studio.render(replace(SHORT, engine=engine, fallback="tone"))
    assert rendered.engine == "tone"
    assert rendered.fallback_reason.startswith("Bản tin được đọc bằng giọng dự phòng. Lý do: Giọng đọc ")
    assert rendered.recording == studio.render(SHORT).recording


def test_a_voice_that_can_speak_needs_no_fallback(studio):
    assert studio.render(replace(ORDER, fallback="silent")).fallback_reason is None


@pytest.mark.parametrize(
    "wrong",
    [{"engine": "absent"}, {"engine": "nobody"}, {"voice": "nobody"}, {"rate": 9.0}, {"engine": "a:b"}],
)
def test_an_order_that_cannot_be_spoken_is_refused(studio, wrong):
    with pytest.raises(EngineUnavailable):
        studio.render(replace(ORDER, **wrong))


def test_a_text_with_nothing_to_say_is_refused(studio):
    with pytest.raises((EmptyText, TextError)):
        studio.render(replace(ORDER, text=" \n "))


def test_an_engine_that_kills_its_process_once_costs_nothing(studio):
    order = replace(ORDER, text=TEXT + " Phòng cái chết đuối nước.")
    rendered = studio.render(replace(order, engine="dying"))
    assert rendered.recording == studio.render(order).recording


def test_an_engine_that_always_kills_its_process_fails_in_the_end(studio):
    with pytest.raises(EngineFailed):
        studio.render(replace(SHORT, engine="deadly"))


def test_speech_leaves_the_processors_to_the_station_while_it_loads_its_libraries_too(make_studio):
    studio = make_studio()
    assert wait_until(studio.process_ids)
    found = {psutil.Process(pid).nice() for pid in studio.process_ids()}
    assert found == {min(19, psutil.Process().nice() + 5)}


def test_a_worker_computes_on_one_processor(make_studio):
    studio = make_studio()
    studio.render(SHORT)
    (pid,) = studio.process_ids()
    assert psutil.Process(pid).num_threads() == 2  # one that computes, one that hears when to give up


def test_workers_killed_in_the_middle_do_not_take_the_render_along(make_studio):
    studio = make_studio(workers=2)
    killed: list[int] = []
    still_to_come = [1, 3]

    def kill(step: Progress) -> None:
        # Two phrases that end together are one step: a count may be passed without being told.
        if step.stage == "speaking" and still_to_come and step.done >= still_to_come[0]:
            del still_to_come[0]
            for pid in studio.process_ids():
                psutil.Process(pid).kill()
                killed.append(pid)

    rendered = studio.render(replace(ORDER, engine="slow"), kill)
    assert len(set(killed)) >= 3
    assert rendered.recording == studio.render(ORDER).recording


def test_a_voice_that_hangs_is_given_up_and_the_next_order_is_rendered(make_studio):
    studio = make_studio(phrase_seconds=10.0)  # of a voice that works: even on a busy machine
    with pytest.raises(TooSlow):
        studio.render(replace(ORDER, engine="slow", text="Máy bị treo."))
    assert studio.render(ORDER).phrases > 0


def test_what_is_urgent_is_spoken_while_every_process_is_busy_for_long(make_studio):
    studio = make_studio(workers=1)
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(studio.render, replace(ORDER, engine="slow", text="Máy bị treo."))
        assert wait_until(lambda: len(studio.process_ids()) == 1)
        time.sleep(0.5)
        assert studio.render(replace(ORDER, urgent=True)).phrases > 0
        assert not busy.done()
        studio.stop()
        with pytest.raises(EngineFailed):
            busy.result(timeout=30)


def test_stopping_ends_a_render_soon_and_leaves_no_process(make_studio):
    others = set(threading.enumerate())
    studio = make_studio(workers=2)
    with ThreadPoolExecutor(1) as pool:
        render = pool.submit(studio.render, replace(ORDER, engine="slow", text="Máy bị treo."))
        assert wait_until(lambda: len(studio.process_ids()) == 2)
        pids = studio.process_ids()
        time.sleep(0.5)
        studio.stop()
        with pytest.raises(EngineFailed):
            render.result(timeout=30)
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not set(threading.enumerate()) - others


def test_a_studio_that_is_not_running_refuses_and_can_be_started_again(make_studio):
    studio = make_studio()
    studio.stop()
    with pytest.raises(EngineFailed):
        studio.render(ORDER)
    studio.start()
    assert studio.render(ORDER).phrases > 0


def test_workers_end_when_their_parent_is_killed(tmp_path):
    command = [sys.executable, "-c", DIES, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.kill()
    assert wait_until(lambda: not any(psutil.pid_exists(pid) for pid in pids))


def test_several_renders_at_once_do_not_disturb_each_other(studio):
    orders = [replace(ORDER, text=f"{TEXT} Lần {word}.") for word in ("một", "hai", "ba")]
    with ThreadPoolExecutor(3) as pool:
        together = [rendered.recording for rendered in pool.map(studio.render, orders)]
    assert together == [studio.render(order).recording for order in orders]
    assert len(set(together)) == 3


def test_a_damaged_phrase_is_spoken_again(make_studio, tmp_path):
    studio = make_studio()
    first = studio.render(ORDER)
    for phrase in list((tmp_path / "cache" / "phrases").rglob("*.flac"))[:2]:
        phrase.write_bytes(b"damaged")
    assert studio.render(ORDER).recording == first.recording


def test_the_cache_is_kept_within_its_bound_and_the_bench_is_cleared(make_studio, tmp_path):
    make_studio(cache_bytes=60_000).render(ORDER)
    kept = [place.stat().st_size for place in (tmp_path / "cache" / "phrases").rglob("*.flac")]
    assert sum(kept) <= 60_000
    assert list((tmp_path / "cache" / "mixing").iterdir()) == []


def test_a_full_disk_is_told_as_such(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "disk.full"
    assert not list(tmp_path.rglob("*.part"))


def test_a_phrase_that_is_being_spoken_ahead_is_waited_for_and_not_spoken_twice(make_studio, tmp_path):
    studio, said = make_studio(workers=2), tmp_path / "cache" / "prepared" / "slow-said"
    asked = replace(ORDER, text="Mời bà con đến họp.", framed=False, engine="slow")
    with ThreadPoolExecutor() as threads:
        ahead = threads.submit(studio.speak_ahead, asked)
        assert wait_until(said.exists)
        assert studio.render(asked).phrases == 1
        assert ahead.result() == 1
    assert said.read_text().splitlines() == ["Mời bà con đến họp."]
