"""A board's player, by a real pipe, to a sound card that is a file: what sounds, from which sample, when."""

import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from devices.board.player import Player
from devices.board.raw_clock import RawClock
from devices.board.sound_output import OutputSettings, wav_folder
from devices.board.wav_card import now_by_both
from devices.ids import AiringId, RecordingId
from devices.node.effects import Arm
from devices.node.events import Ended, PlayingBegan, PlayingEnded
from tests.support.heard import decoded, stretches, swept_mp3, wait_for
from tests.support.nightly import amount

pytestmark = pytest.mark.slow
SECONDS = 3
SOUND, OTHER = RecordingId("ab" * 32), RecordingId("cd" * 32)
BUFFER_S = 0.6
"""More than a board's: the file card is a process among others here, and must not run empty."""
ALIKE = 0.97
"""Of each tenth of a second: in some a sample is left out, to follow the time; other sound is below 0.2."""
TOLERANCE_S = 0.020
"""Protocol, Playing, Rate; the file card and the player see one clock here, but the machine may be busy."""


class Desk:
    """A player, its recordings and what it reported."""

    def __init__(self, folder, command=None, seconds=SECONDS, **settings):
        self.folder = folder
        self.seconds = seconds
        self.recordings = {SOUND: swept_mp3(seconds), OTHER: swept_mp3(seconds, seed=2)}
        self.clock = RawClock()
        self.facts = []
        output = OutputSettings(command or wav_folder(folder), BUFFER_S, **settings)
        self.player = Player(output, self.recordings.__getitem__, self.clock, self.facts.append)
        self.player.shift = timedelta()
        self.player.start()

    def arm(self, name="a1", recording=SOUND, in_s=1.8, offset_ms=0, volume=100):
        """Arm, and return the instant by the system's clock, which the card's files are stamped with."""
        begins = self.clock.now() + timedelta(seconds=in_s)
        arm = Arm(AiringId(name), recording, begins, begins, offset_ms, self.seconds * 1000, volume)
        self.player.arm(arm)
        return self.wall(begins)

    def wall(self, raw):
        """Return an instant of the node's clock by the system's."""
        at, wall = now_by_both(self.clock.seconds)
        return wall + (raw - self.clock.at(at))

    def of(self, kind):
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def wait_ended(self, count=1):
        wait_for(lambda: len(self.of(PlayingEnded)) >= count)
        wait_for(lambda: self.player._output is None)


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.player.stop()


def seconds(span):
    return span / timedelta(seconds=1)


def test_the_whole_recording_sounds_from_its_first_sample_at_its_instant(desk):
    wall = desk.arm()
    desk.wait_ended()
    (stretch,) = stretches(desk.folder)
    expected, _ = decoded(desk.recordings[SOUND])
    first, last = stretch.loud
    at, alike = stretch.whole_of(expected)
    assert alike > ALIKE
    assert abs(seconds(stretch.time_of(at) - wall)) < TOLERANCE_S
    assert first >= at
    assert last < at + len(expected), "and nothing else"
    began, ended = desk.facts
    assert (began.offset_ms, began.volume) == (0, 100)
    assert (ended.heard_ms, ended.why) == (SECONDS * 1000, Ended.RAN_OUT)
    assert abs(seconds(ended.at - began.at) - len(expected) / stretch.rate) < TOLERANCE_S


def test_a_start_in_the_middle_begins_at_the_asked_sample(desk):
    wall = desk.arm(offset_ms=1500)
    desk.wait_ended()
    (stretch,) = stretches(desk.folder)
    expected = decoded(desk.recordings[SOUND])[0][1500 * 24 :]
    at, alike = stretch.whole_of(expected)
    assert alike > ALIKE
    assert abs(seconds(stretch.time_of(at) - wall)) < TOLERANCE_S
    assert stretch.loud[0] >= at
    began, ended = desk.facts
    assert (began.offset_ms, ended.heard_ms) == (1500, 1500)


def test_who_is_late_joins_in_at_the_place_of_the_others_and_tells_which(tmp_path):
    desk = Desk(tmp_path, seconds=12)
    try:
        wall = desk.arm(in_s=-1.0)
        desk.wait_ended()
    finally:
        desk.player.stop()
    (stretch,) = stretches(tmp_path)
    place = 10  # seconds: so long may a busy machine take to begin
    at, alike = stretch.whole_of(decoded(desk.recordings[SOUND])[0][place * 24_000 :])
    assert alike > ALIKE
    assert abs(seconds(stretch.time_of(at) - wall) - place) < TOLERANCE_S
    began, ended = desk.facts
    first = stretch.loud[0]
    assert abs(began.offset_ms / 1000 - (place - (at - first) / 24_000)) < 0.005
    assert abs(seconds(stretch.time_of(first) - desk.wall(began.at))) < TOLERANCE_S
    assert began.offset_ms + ended.heard_ms == 12_000


def test_a_stop_is_silence_within_two_tenths_of_a_second_and_tells_what_was_heard(desk):
    wall = desk.arm()
    wait_for(lambda: desk.of(PlayingBegan))
    time.sleep(1.0)
    asked = datetime.now(UTC)
    desk.player.silence(AiringId("a1"))
    desk.wait_ended()
    (stretch,) = stretches(desk.folder)
    end = stretch.time_of(len(stretch.samples))
    assert seconds(end - asked) < 0.2
    (ended,) = desk.of(PlayingEnded)
    assert ended.why is Ended.STOPPED
    assert abs(ended.heard_ms / 1000 - seconds(end - wall)) < 0.05


def test_volume_is_a_factor_of_amplitude_also_while_it_sounds(desk):
    desk.arm(volume=50)
    wait_for(lambda: desk.of(PlayingBegan))
    time.sleep(1.0)
    desk.arm(volume=0)
    desk.wait_ended()
    (stretch,) = stretches(desk.folder)
    expected, _ = decoded(desk.recordings[SOUND])
    at, _ = stretch.place_of(expected[:12_000])
    there = stretch.samples[at : at + 12_000]
    assert np.allclose(there, expected[:12_000] * 0.5, atol=1e-3)
    assert at + 24_000 < stretch.loud[1] < at + 2 * 24_000


def test_at_its_instant_another_airing_takes_over_without_a_gap(desk):
    desk.arm()
    wall = desk.arm("a2", OTHER, in_s=3.3)
    desk.wait_ended(2)
    (stretch,) = stretches(desk.folder)
    at, alike = stretch.whole_of(decoded(desk.recordings[OTHER])[0])
    assert alike > ALIKE
    assert abs(seconds(stretch.time_of(at) - wall)) < TOLERANCE_S
    before = decoded(desk.recordings[SOUND])[0][24_000:33_000]
    assert stretch.whole_of(before)[1] > ALIKE
    told = [(type(fact).__name__, fact.airing) for fact in desk.facts]
    assert told == [
        ("PlayingBegan", "a1"),
        ("PlayingEnded", "a1"),
        ("PlayingBegan", "a2"),
        ("PlayingEnded", "a2"),
    ]
    first = desk.of(PlayingEnded)[0]
    assert first.why is Ended.STOPPED
    assert abs(first.heard_ms - 1500) < 40


@pytest.mark.parametrize("before_s", [1.2, 0.3])
def test_what_is_disarmed_does_not_sound_also_when_it_is_on_its_way_to_the_card(desk, before_s):
    desk.arm(in_s=1.9)
    time.sleep(1.9 - before_s)
    desk.player.disarm(AiringId("a1"))
    time.sleep(1.7)
    assert desk.facts == []
    assert all(stretch.loud is None for stretch in stretches(desk.folder))


@pytest.mark.parametrize("ppm", amount([900], [900, -900]))
def test_a_sound_card_whose_crystal_is_wrong_is_followed(tmp_path, ppm):
    desk = Desk(tmp_path, wav_folder(tmp_path, ppm))
    long = 10
    desk.recordings[SOUND] = swept_mp3(long)
    try:
        begins = desk.clock.now() + timedelta(seconds=1.8)
        desk.player.arm(Arm(AiringId("a1"), SOUND, begins, begins, 0, long * 1000, 100))
        desk.wait_ended()
    finally:
        desk.player.stop()
    (stretch,) = stretches(tmp_path)
    expected, _ = decoded(desk.recordings[SOUND])
    pace = stretch.rate * (1 + ppm / 1e6)
    start, _ = stretch.place_of(expected[:4800])
    for second in (3, 6, 9):
        at, alike = stretch.place_of(expected[second * 24_000 :][:800])
        assert alike > 0.9
        assert abs((at - start) / pace - second) < 0.006, "unfollowed it would be 8 ms away"


def test_a_card_that_is_gone_while_it_sounds_is_a_fault(desk):
    desk.arm()
    wait_for(lambda: desk.of(PlayingBegan))
    time.sleep(0.7)
    desk.player._output._program.kill()
    desk.wait_ended()
    (ended,) = desk.of(PlayingEnded)
    assert ended.why is Ended.BROKE
    assert 400 < ended.heard_ms < 1200


DIES_EARLY = (
    "import os, time; since = time.monotonic()\n"
    "while time.monotonic() < since + 0.9: os.read(0, 960); time.sleep(0.02)"
)
"""A card that breaks when the first samples of the sound are on their way."""


@pytest.mark.parametrize(
    "command",
    [
        ["no-such-program"],
        [sys.executable, "-c", "raise SystemExit(1)"],
        ["dd", "of=/dev/null"],
        [sys.executable, "-c", DIES_EARLY],
    ],
)
def test_a_card_that_is_not_there_is_a_fault_at_the_start_and_not_before(tmp_path, command):
    desk = Desk(tmp_path, lambda *_: command)
    try:
        wall = desk.arm(in_s=1.2)
        wait_for(lambda: desk.of(PlayingEnded))
    finally:
        desk.player.stop()
    (ended,) = desk.of(PlayingEnded)
    assert (ended.why, ended.heard_ms) == (Ended.BROKE, 0)
    assert desk.wall(ended.at) > wall - timedelta(milliseconds=10)


def test_of_what_a_card_swallowed_that_seemed_to_play_nothing_was_heard(tmp_path):
    """On a busy machine it takes a while to begin to swallow."""
    slow = "import os, time; time.sleep(0.2); [time.sleep(0.1) for _ in range(8) if os.read(0, 9600)]"
    swallow = "\nwhile os.read(0, 65536): pass"
    desk = Desk(tmp_path, lambda *_: [sys.executable, "-c", slow + swallow])
    try:
        desk.arm(in_s=0.5)
        wait_for(lambda: desk.of(PlayingEnded))
    finally:
        desk.player.stop()
    assert [(one.why, one.heard_ms) for one in desk.of(PlayingEnded)] == [(Ended.BROKE, 0)]


def test_what_was_read_for_an_earlier_plan_does_not_sound_in_place_of_the_new_recording(desk):
    """The disk gives the former recording out after the new one."""
    is_late = threading.Event()

    def read(recording):
        if recording == SOUND:
            is_late.wait(10)
        return desk.recordings[recording]

    desk.player.read = read
    desk.arm()
    desk.arm(recording=OTHER)
    wait_for(lambda: desk.player._armed and desk.player._armed[AiringId("a1")].source is not None)
    is_late.set()
    desk.wait_ended()
    (stretch,) = stretches(desk.folder)
    assert stretch.whole_of(decoded(desk.recordings[OTHER])[0])[1] > ALIKE


def test_a_recording_that_cannot_be_decoded_is_a_fault(desk):
    desk.recordings[SOUND] = b"no sound at all" * 100
    desk.arm(in_s=0.3)
    wait_for(lambda: desk.facts)
    assert (desk.facts[0].why, desk.facts[0].heard_ms) == (Ended.BROKE, 0)


def test_what_is_held_back_behind_the_card_is_taken_off(tmp_path):
    desk = Desk(tmp_path, extra_s=0.25)
    try:
        wall = desk.arm()
        desk.wait_ended()
    finally:
        desk.player.stop()
    (stretch,) = stretches(tmp_path)
    at, _ = stretch.place_of(decoded(desk.recordings[SOUND])[0])
    assert abs(seconds(wall - stretch.time_of(at)) - 0.25) < TOLERANCE_S


def test_the_delay_that_the_kernel_knows_is_used(tmp_path):
    import os

    from devices.board.sound_output import _driver_delay

    sub = tmp_path / "card0" / "pcm0p" / "sub0"
    sub.mkdir(parents=True)
    (sub / "hw_params").write_text("access: RW_INTERLEAVED\nformat: S16_LE\nrate: 48000 (48000/1)\n")
    (sub / "status").write_text(f"state: RUNNING\nowner_pid   : {os.getpid()}\ndelay       : 9600\n-----\n")
    (tmp_path / "card1" / "pcm0p" / "sub0").mkdir(parents=True)
    (tmp_path / "card1" / "pcm0p" / "sub0" / "status").write_text("closed\n")
    assert _driver_delay(tmp_path, os.getpid()) == pytest.approx(0.2)
    assert _driver_delay(tmp_path, 1) is None
