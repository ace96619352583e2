"""A station, and a pair of them, whose recordings and uploads lie in S3: no folder is shared."""

import shutil
import signal
import time
from contextlib import contextmanager

import pytest
import requests

from controller.features.accounts.queries import operator_named
from controller.features.bulletins.queries import rendering_of
from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.doctor.invariants import invariants
from controller.features.imports.bulletin_files import TitledText
from controller.host.sound_stores import recordings_of
from controller.model.airing_states import AiringState, DeliveryStage
from controller.model.bulletin_states import RenderingState
from controller.model.first_people import APPROVER, OFFICER
from controller.settings import Settings
from controller.terminal.progress import Stages
from controller.trial.job import TrialRun
from tests.support.brokers import BrokerProcess
from tests.support.brought_sounds import packed, speech_like
from tests.support.pair import PATIENCE_S, Pair
from tests.support.postgres import migrated, postgres  # noqa: F401 - a fixture
from tests.support.running_station import PROVINCE, outcome, playing, running
from tests.support.s3_server import s3  # noqa: F401 - a fixture
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.nightly]
HTTP_S = 60.0
CALL_S = 15.0
"""Seconds from a call to its start at every loudspeaker on a loaded machine."""


def _all_heard(station, airing):
    state, rungs, _ = outcome(station, airing)
    return state is AiringState.AIRED and min(rungs.values()) >= DeliveryStage.FINISHED


def _rendering(station, bulletin):
    with station.store.read() as session:
        return rendering_of(session, bulletin, 1)


def test_a_bulletin_goes_through_s3_to_the_loudspeakers_and_an_outage_costs_only_time(
    tmp_path,
    s3,  # noqa: F811 - the fixture
    monkeypatch,
):
    for name, value in s3.environment("one").items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    chosen = {name: getattr(settings, name) for name in ("recordings", "uploads", "s3_endpoint")}
    with running(tmp_path, serve_pages=True, **chosen) as station, playing(station):
        job = TrialRun(station, Stages(quiet=True))
        bulletin = job.render(TitledText("Thử", "Xin chào bà con."))
        made = _rendering(station, bulletin).recording
        assert list(station.recordings.sizes()) == [made], "it is in the bucket"
        assert not (tmp_path / "recordings").exists()
        job.approve(bulletin)
        shutil.rmtree(tmp_path / "recordings-near")  # as at a leader that has just taken over
        airing = job.air(bulletin, PROVINCE, station.now())
        assert wait_until(lambda: _all_heard(station, airing), PATIENCE_S), outcome(station, airing)

        second = job.render(TitledText("Thử lần hai", "Bà con chú ý nghe tin."))
        job.approve(second)
        readyz, near = f"{station.pages.address}/readyz", _rendering(station, second).recording
        with s3.away():
            airing = job.air(second, PROVINCE, station.now())
            assert wait_until(lambda: _all_heard(station, airing), PATIENCE_S), "its recording lay near"
            third = _submitted(job, "Thử lần ba")
            assert wait_until(lambda: not station.recordings.is_up, PATIENCE_S)
            told = requests.get(readyz, timeout=HTTP_S)
            assert (told.status_code, told.json()["parts"]["recordings"]) == (200, False)
            time.sleep(6)  # longer than the renderer waits between two looks
            assert _rendering(station, third).state is RenderingState.WAITING
            assert _rendering(station, third).attempts == 0
        assert wait_until(lambda: _rendering(station, third).state is RenderingState.READY, PATIENCE_S)
        assert {made, near, _rendering(station, third).recording} == set(station.recordings.sizes())
        assert wait_until(
            lambda: requests.get(readyz, timeout=HTTP_S).json()["parts"]["recordings"], PATIENCE_S
        )
        with station.store.read() as session:
            assert invariants(session, now=station.now()) == []


def _submitted(job, title):
    station = job.station
    with station.store.write() as session:
        officer, now = operator_named(session, OFFICER), station.now()
        bulletin = draft_bulletin(session, title=title, text="Lần này kho vắng.", by=officer, now=now)
        submit_bulletin(session, bulletin.id, by=officer, now=now, speech=station.speech)
    station.wake()
    return bulletin.id


@contextmanager
def _pair(folder, database_url, s3):  # noqa: F811 - the fixture
    broker = BrokerProcess("mosquitto", folder)
    broker.start()
    # a voice that is loaded by nobody: what is brought is levelled without one
    more = s3.environment("pair") | {"LOA_SPEECH_WORKERS": "1", "LOA_ENGINE": "espeak"}
    pair = Pair(folder, database_url, broker.url, more)
    try:
        pair.start("one")
        pair.wait_for_leader("one")
        pair.start("two")
        yield pair
    finally:
        pair.close()
        broker.stop()


def _signed_in(address, pair, name):
    browser = requests.Session()
    said = {"ten": name, "mat_khau": pair.password(name)}
    assert browser.post(f"{address}/dang-nhap", said, timeout=HTTP_S).url == f"{address}/", pair.logs()
    return browser


def test_a_sound_goes_from_one_machines_pages_by_anothers_station_to_every_loudspeaker(
    tmp_path,
    postgres,  # noqa: F811 - the fixture
    s3,  # noqa: F811 - the fixture
    monkeypatch,
):
    """Brought at `loa web` of machine two, made by `loa station` of one, heard at two's pages, sent by it."""
    for name, value in s3.environment("pair").items():
        monkeypatch.setenv(name, value)
    with _pair(tmp_path, postgres.create(migrated(postgres)), s3) as pair:
        web = pair.start_web("two")
        officer, approver = (_signed_in(web, pair, name) for name in (OFFICER, APPROVER))
        sound = packed(speech_like(4), "mp3")
        fields = {"title": "Lời chủ tịch", "text": "Lời kêu gọi phòng, chống bão."}
        api = f"{web}/api/v1/bulletins"
        brought = officer.post(
            f"{api}/audio", files={"file": ("tin.mp3", sound)}, data=fields, timeout=HTTP_S
        )
        assert brought.status_code == 201, brought.text
        bulletin = brought.json()["id"]
        assert officer.post(f"{api}/{bulletin}/submit", timeout=HTTP_S).ok

        def made():
            return officer.get(f"{api}/{bulletin}", timeout=HTTP_S).json()["rendering"]

        assert wait_until(lambda: made()["state"] == "ready", PATIENCE_S), (made(), pair.logs())
        recording = made()["recording"]
        played = approver.get(f"{web}/tep/{recording}.mp3", timeout=HTTP_S)
        assert (played.status_code, played.headers["content-type"]) == (200, "audio/mpeg")
        assert played.content == recordings_of(Settings(home=tmp_path / "third")).read(recording)
        part = approver.get(f"{web}/tep/{recording}.mp3", headers={"Range": "bytes=100-199"}, timeout=HTTP_S)
        assert (part.status_code, part.content) == (206, played.content[100:200])
        assert approver.get(f"{web}/tep/{recording}/hinh-am", timeout=HTTP_S).ok
        assert not any(list(home.glob("recordings/*/*")) for home in pair.homes.values())
        assert not list(pair.homes["one"].glob("uploads/*"))

        said = {"revision": 1, "recording": recording, "declared": True, "password": pair.password(APPROVER)}
        approved = approver.post(f"{api}/{bulletin}/approve", json=said, timeout=HTTP_S)
        assert approved.ok, approved.text
        pair.send("one", signal.SIGKILL)
        pair.wait_for_leader("two")
        airing = pair.plan(bulletin)
        assert wait_until(lambda: pair.is_heard(airing), PATIENCE_S), pair.logs()
        assert list(pair.homes["two"].glob(f"recordings-near/*/{recording}.mp3")), "the new leader fetched it"
        pair.wait_until_the_alarm_is_held()
        with s3.frozen():
            began, alarm = time.monotonic(), pair.call()
            assert wait_until(lambda: pair.is_heard(alarm, DeliveryStage.STARTED), PATIENCE_S), pair.logs()
            assert time.monotonic() - began < CALL_S, "a call asks nothing of S3"
        pair.stop_alarm(alarm)
        assert wait_until(lambda: pair.state(alarm) is AiringState.CANCELLED, PATIENCE_S), pair.logs()
        pair.close()
        pair.check([airing], [alarm])
