"""`loa-board` as a process: a real station and broker, and what the board's sound card really gave out."""

import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from controller.features.accounts.queries import operator_named
from controller.features.accounts.secret_codes import typed_code
from controller.features.airings.queries import deliveries_of, get_airing
from controller.features.enrolment.service import make_code
from controller.features.fleet.queries import get_node
from controller.features.fleet.service import NewNode
from controller.features.imports.bulletin_files import TitledText
from controller.model.airing_states import DeliveryStage
from controller.model.airings import StoredReceipt
from controller.terminal.progress import Stages
from controller.trial.job import TrialRun
from devices import topics
from devices.board.disk import Disk
from devices.enrolling import enrolled_in
from devices.ids import AreaCode, NodeId
from devices.kernel_clock import kernel_clock
from devices.node.receipts import RECEIPT
from tests.support.children import ENDING_S, child, end
from tests.support.guarded_broker import guarding
from tests.support.heard import FAINT, TENTH, decoded, first_loud, stretches
from tests.support.running_station import running

ROOT = Path(__file__).parents[2]
NEW = NewNode(NodeId("kh-22366-07"), AreaCode("22366"), "Nhà văn hóa thôn 2")
SENTENCE, SENTENCES = "Xin chào bà con thôn Hai. ", 5
"""Some 2 s of sound, and how many of them an airing usually has."""
BUFFER_S, RATE = 0.6, 24_000
TOLERANCE_S = 0.1
ALIKE = 0.94
"""Of each tenth of a second: so alike is one that lacks 11 ms. One with a sample left out was 0.96."""
DELAY_MS = 60
"""By so much what is decoded may be longer than `duration_ms` (protocol, Playing)."""
pytestmark = pytest.mark.slow


@pytest.fixture
def guarded(tmp_path):
    with guarding(tmp_path / "broker") as broker:
        yield broker


@pytest.fixture
def station(tmp_path, guarded):
    with running(tmp_path / "home", serve_pages=True, enrolled=False, **guarded.chosen) as station:
        wait_until(station.broker_up, "the station is connected")
        yield station


def wait_until(check, what, seconds=90):
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def loa_board(home, *words):
    command = [sys.executable, "-m", "devices.board", "--home", str(home), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)


@contextmanager
def board(home, wav):
    command = [sys.executable, "-m", "devices.board", "--home", str(home), "run", "--wav", str(wav)]
    with (home / "log").open("ab") as log:
        running = child(
            [*command, "--buffer-ms", str(round(BUFFER_S * 1000))], cwd=ROOT, stdout=log, stderr=log
        )
        with running as process:
            yield process


def enrolled(station, home):
    with station.store.write() as session:
        by = operator_named(session, "kythuat")
        _, code = make_code(session, NEW, by=by, now=station.now())
    done = loa_board(home, "enrol", typed_code(code), "--address", station.welcome().address)
    assert done.returncode == 0, done.stderr.decode()
    assert NEW.id in done.stdout.decode()
    assert station.welcome().root_public[:8] in done.stdout.decode()


def is_online(station):
    with station.store.read() as session:
        return get_node(session, NEW.id).online


def aired(station, sentences=SENTENCES):
    """Take a bulletin to an airing."""
    job = TrialRun(station, Stages(quiet=True))
    bulletin = job.render(TitledText("Thử", SENTENCE * sentences))
    job.approve(bulletin)
    return job.air(bulletin, NEW.area, station.now() + timedelta(seconds=1))


def rung(station, airing):
    with station.store.read() as session:
        return {one.node: one.rung for one in deliveries_of(session, airing)}.get(NEW.id)


def recording_of(station, airing):
    """Return when it was to start, and its recording's samples."""
    with station.store.read() as session:
        found = get_airing(session, airing)
        return found.starts_at, decoded(station.recordings.read(found.recording))[0]


def receipts_of(station, airing):
    """Return the stored receipts of the board, in the order of its numbers."""
    with station.store.read() as session:
        chosen = select(StoredReceipt).where(StoredReceipt.airing == airing, StoredReceipt.node == NEW.id)
        return sorted(session.scalars(chosen), key=lambda one: one.seq)


def waiting_receipts(home):
    """Return what the board still keeps because nobody has committed it."""
    disk = Disk(enrolled_in(home).disk(home) / "node.sqlite", 64 * 1024 * 1024)
    disk.open()
    try:
        return [name for name in disk.memory().documents if name.startswith(RECEIPT)]
    finally:
        disk.close()


def seconds(span):
    return span / timedelta(seconds=1)


def test_an_approved_bulletin_sounds_whole_at_its_instant_and_its_receipt_is_committed(station, tmp_path):
    home, wav = tmp_path / "board", tmp_path / "wav"
    assert loa_board(home, "run").returncode == 2, "not enrolled yet"
    enrolled(station, home)
    with board(home, wav) as process:
        wait_until(lambda: is_online(station), "the board is online")
        station.link.publish(topics.plan(NEW.id), b"forged", qos=1, retain=False)
        airing = aired(station)
        wait_until(lambda: rung(station, airing) == DeliveryStage.FINISHED, "it was heard")
        wait_until(lambda: "not sent: plan: malformed (1)" in (home / "log").read_text(), "it says what came")
        assert loa_board(home, "run").returncode == 2, "one program for one board"
        process.terminate()
        assert process.wait(ENDING_S) == 0
    wait_until(lambda: not is_online(station), "it said farewell")
    said = (home / "log").read_text()
    if not kernel_clock().is_synchronised:
        assert "CHƯA BIẾT GIỜ" in said, "before it had asked the station"
    assert "giờ theo station (together)" in said
    (stretch,) = [one for one in stretches(wav) if one.loud]
    starts_at, expected = recording_of(station, airing)
    at, alike = stretch.whole_of(expected)
    assert alike > ALIKE
    assert abs(seconds(stretch.time_of(at) - starts_at)) < TOLERANCE_S
    assert at <= stretch.loud[0] <= stretch.loud[1] < at + len(expected)
    told = receipts_of(station, airing)
    assert [one.kind for one in told] == ["fetched", "started", "finished"]
    assert abs(seconds(told[1].at - stretch.time_of(at))) < TOLERANCE_S
    assert {one.kid for one in told} == {enrolled_in(home).key.kid}, "signed by the board's own key"
    assert waiting_receipts(home) == []


def test_a_board_that_is_killed_while_it_sounds_goes_on_at_its_place_and_tells_the_truth(station, tmp_path):
    home, wav = tmp_path / "board", tmp_path / "wav"
    enrolled(station, home)
    began = time.monotonic()
    with board(home, wav) as process:
        wait_until(lambda: is_online(station), "the board is online")
        starts_in = time.monotonic() - began
        airing = aired(
            station, SENTENCES + round(2.5 * starts_in)
        )  # the end sounds after it has started again
        wait_until(lambda: rung(station, airing) == DeliveryStage.STARTED, "it sounds")
        time.sleep(3)
        end(process, at_once=True)
    time.sleep(1)
    with board(home, wav):
        wait_until(lambda: rung(station, airing) == DeliveryStage.FINISHED, "it was heard to its end")
    before, after = (one for one in stretches(wav) if one.loud)
    starts_at, expected = recording_of(station, airing)
    first, alike = before.whole_of(expected[: 2 * RATE])
    assert alike > ALIKE
    assert abs(seconds(before.time_of(first) - starts_at)) < TOLERANCE_S
    place = len(expected) - 2 * RATE
    at, alike = after.whole_of(expected[place:])
    assert alike > ALIKE
    lag = seconds(after.time_of(at) - starts_at) - place / RATE
    assert abs(lag) < TOLERANCE_S, "it goes on where the others are by now"
    told = receipts_of(station, airing)
    assert [one.kind for one in told] == ["fetched", "started", "started", "finished"]
    assert [one.seq for one in told] == [1, 2, 3, 4]
    joined = round(told[2].offset_ms * RATE / 1000)
    pause, voice = first_loud(expected[joined:]), joined + first_loud(expected[joined:], FAINT)
    heard, alike = after.place_near(expected[voice:][:TENTH], at - (place - voice))
    assert alike > ALIKE, "it told at which place it goes on"
    began = heard - (voice - joined)
    assert after.loud[0] > began + pause - RATE / 50, "and nothing before that place sounded"
    assert abs(seconds(told[2].at - after.time_of(began))) < TOLERANCE_S
    whole_ms, cut_ms = len(expected) / RATE * 1000, (before.loud[1] - first) / RATE * 1000
    rest_ms = whole_ms - told[2].offset_ms
    assert rest_ms - DELAY_MS <= told[3].heard_ms <= rest_ms + cut_ms, "no more than sounded"
    assert told[3].heard_ms < whole_ms - 500, "what was cut off is not claimed"
