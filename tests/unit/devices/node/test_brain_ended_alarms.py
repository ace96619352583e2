"""A node whose clock says nothing: what is over is never sounded, what runs now is; protocol.md, Clock."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import topics
from devices.ids import Grade
from simulator.speakers import Began, Over
from tests.simulation.small_station import YEAR
from tests.simulation.station_in_world import Scene
from tests.support.nightly import examples
from tests.support.world import Network

ALARM_MS, EVERY_MS = 6_000, 8_000
EPOCHS = {"twenty years behind": -20 * YEAR, "an hour behind": -timedelta(hours=1), "ahead": 3 * YEAR}
"""What the raw clock of a board without battery may say at boot."""
SOON_S = 1.5
"""Eight clock requests are sent 0.3 s apart; this network answers within milliseconds."""


@pytest.fixture
def scene():
    return Scene()


def sound_of(scene, n=1, duration_ms=ALARM_MS):
    return scene.station.add_recording(random.Random(n).randbytes(10_000), duration_ms)


def call(scene, name="alarm", *, rounds=4, in_s=0.35):
    """Publish an emergency that starts now; its recording is held."""
    recording = sound_of(scene)
    lasts = EVERY_MS * (rounds - 1) + ALARM_MS
    airing = scene.station.airing(
        name, recording, scene.now + timedelta(seconds=in_s), lasts, grade=Grade.EMERGENCY, every_ms=EVERY_MS
    )
    scene.station.publish_plan("56", airing, keep=[scene.station.kept("k1", recording)])
    return airing


def hold(scene):
    scene.station.publish_plan("56", keep=[scene.station.kept("k1", sound_of(scene))])
    scene.run(15)


def begins(scene, name="alarm"):
    return [one for one in scene.world.sounds if isinstance(one, Began) and one.arm.airing == name]


def off(scene):
    scene.world.switch_off(scene.node)


def on(scene, epoch):
    """Give power again; the raw clock starts at another epoch."""
    scene.node.crystal.offset = epoch
    scene.world.switch_on(scene.node)


@pytest.mark.parametrize("epoch", EPOCHS.values(), ids=EPOCHS)
@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("connected", [True, False])
def test_an_alarm_that_is_over_never_sounds_after_a_boot(scene, epoch, answers, connected):
    hold(scene)
    call(scene)
    scene.run(12)
    before = len(begins(scene))
    assert before == 2
    off(scene)
    scene.run(3600)
    scene.station.is_silent = not answers
    if not connected:
        scene.world.broker.is_running = False
    on(scene, epoch)
    scene.run(300)
    assert len(begins(scene)) == before


@pytest.mark.parametrize("epoch", EPOCHS.values(), ids=EPOCHS)
def test_an_alarm_that_ran_its_time_out_while_the_node_was_off_is_not_heard_at_all(scene, epoch):
    hold(scene)
    off(scene)
    call(scene)
    scene.run(3600)
    on(scene, epoch)
    scene.run(300)
    assert begins(scene) == []


@pytest.mark.parametrize("epoch", EPOCHS.values(), ids=EPOCHS)
def test_an_alarm_that_still_runs_goes_on_as_soon_as_the_station_says_the_time(scene, epoch):
    hold(scene)
    call(scene, rounds=100)
    scene.run(12)
    off(scene)
    scene.run(20)
    on(scene, epoch)
    booted_at = scene.now.timestamp()
    scene.run(EVERY_MS / 1000 + SOON_S)
    again = [one for one in begins(scene) if one.true_at > booted_at]
    assert again
    assert again[0].true_at - booted_at < EVERY_MS / 1000 - ALARM_MS / 1000 + 1 + SOON_S


def test_without_the_stations_word_since_boot_nothing_from_disk_sounds_even_if_it_may_still_run(scene):
    hold(scene)
    call(scene, rounds=100)
    scene.run(12)
    off(scene)
    scene.station.is_silent = True
    on(scene, -YEAR)
    before = len(begins(scene))
    scene.run(60)
    assert len(begins(scene)) == before
    scene.station.is_silent = False
    scene.run(40)
    assert len(begins(scene)) > before


@pytest.mark.parametrize("epoch", EPOCHS.values(), ids=EPOCHS)
def test_an_alarm_called_just_now_sounds_though_no_clock_request_was_ever_answered(scene, epoch):
    hold(scene)
    off(scene)
    scene.run(5)
    scene.station.is_silent = True
    on(scene, epoch)
    scene.run(60)
    called_at = scene.now.timestamp()
    call(scene, in_s=0.9)
    scene.run(300)
    heard = begins(scene)
    assert heard[0].true_at - called_at < 0.2
    assert len(heard) == 4, "all its rounds, and none after its time"


def test_a_plan_that_lay_at_the_broker_sounds_nothing_before_the_time_is_known(scene):
    hold(scene)
    scene.station.is_silent = True
    off(scene)
    call(scene, rounds=100)
    scene.run(5)
    on(scene, -YEAR)
    scene.run(30)
    assert begins(scene) == []
    scene.station.is_silent = False
    scene.run(40)
    assert begins(scene)


def test_it_is_not_called_anew_by_a_plan_that_is_sent_again(scene):
    hold(scene)
    call(scene)
    scene.run(40)
    heard = len(begins(scene))
    off(scene)
    scene.run(3600)
    scene.station.is_silent = True
    on(scene, -YEAR)
    scene.run(5)
    scene.station.say_all()
    scene.run(60)
    assert len(begins(scene)) == heard


def test_a_newer_plan_tells_a_node_without_a_clock_that_an_older_alarm_is_over(scene):
    hold(scene)
    off(scene)
    airing = call(scene)
    scene.run(3600)
    scene.station.is_silent = True
    on(scene, -YEAR)
    scene.run(5)
    talk = scene.station.airing("talk", sound_of(scene, 2), scene.in_s(600), ALARM_MS)
    scene.station.publish_plan("56", airing, talk)
    scene.run(60)
    assert begins(scene) == []


def test_the_disk_says_how_late_it_was_when_the_power_went(scene):
    hold(scene)
    airing = call(scene)
    scene.run(3600)
    off(scene)
    scene.station.is_silent = True
    documents = scene.world.disk(scene.node).documents
    for name in [name for name in documents if name.startswith(("plan/", "airing/"))]:
        del documents[name]
    scene.world.broker.retained.pop(topics.plan("56"))
    on(scene, -YEAR)
    scene.run(5)
    scene.station.publish_plan("56", airing)
    scene.run(60)
    first_life = airing.starts_at.timestamp() + airing.duration_ms / 1000
    assert all(one.true_at < first_life for one in begins(scene))


def test_a_raw_clock_that_is_set_by_years_while_the_station_is_away_sounds_nothing_old(scene):
    hold(scene)
    off(scene)
    call(scene)
    scene.run(3600)
    scene.station.is_silent = True
    on(scene, -20 * YEAR)
    scene.run(5)
    scene.node.crystal.offset = timedelta(0)
    scene.run(60)
    assert begins(scene) == []
    scene.station.is_silent = False
    talk = scene.station.airing("talk", sound_of(scene, 2), scene.in_s(60), ALARM_MS)
    scene.station.publish_plan("56", talk)
    scene.run(80)
    assert [one.arm.airing for one in scene.world.sounds if isinstance(one, Began)] == ["talk"]


def test_a_clock_far_ahead_does_not_forget_that_something_was_heard_to_its_end(scene):
    recording = sound_of(scene)
    scene.station.publish_plan("56", scene.station.airing("talk", recording, scene.in_s(8), 60_000))
    scene.run(30)
    assert len(begins(scene, "talk")) == 1
    off(scene)
    on(scene, 10 * YEAR)
    scene.run(20)
    assert len(begins(scene, "talk")) == 1


STEPS = st.lists(
    st.sampled_from(["call", "end", "over", "power", "network", "station", "again"]), min_size=3, max_size=10
)


class _Street:
    """A scene in which alarms are called, ended and left to run out, with when each may sound."""

    def __init__(self, seed, epochs, doubled):
        self.scene = Scene(seed, network=Network(doubled=doubled))
        self.epochs, self.spans, self.running = epochs, {}, []
        hold(self.scene)

    def step(self, n, step):
        scene = self.scene
        match step:
            case "call":
                airing = call(scene, f"alarm{n}", rounds=6)
                ends = airing.starts_at.timestamp() + airing.duration_ms / 1000
                self.end()
                self.spans[airing.airing] = (scene.now.timestamp(), ends)
                self.running = [airing.airing]
            case "end":
                self.end()
                scene.station.publish_plan("56", keep=[scene.station.kept("k1", sound_of(scene))])
            case "over":
                scene.run(90)
            case "power":
                off(scene)
                scene.run(2)
                on(scene, self.epochs[n % len(self.epochs)])
            case "network":
                scene.world.unplug(scene.node)
                scene.run(2)
                scene.world.plug_in(scene.node)
            case "station":
                scene.station.is_silent = not scene.station.is_silent
            case "again":
                scene.station.say_all()
        scene.run(4)

    def end(self):
        now = self.scene.now.timestamp()
        for name in self.running:
            since, until = self.spans[name]
            self.spans[name] = (since, min(until, now))
        self.running = []


@examples(25)
@given(
    steps=STEPS,
    seed=st.integers(0, 2**16),
    epochs=st.lists(st.sampled_from([-20 * YEAR, -timedelta(hours=1), 3 * YEAR]), min_size=1),
    doubled=st.sampled_from([0.0, 0.5]),
)
def test_whatever_a_clock_says_at_boot_nothing_sounds_outside_its_time(steps, seed, epochs, doubled):
    street = _Street(seed, epochs, doubled)
    for n, step in enumerate(steps):
        street.step(n, step)
    for sound in street.scene.world.sounds:
        since, until = street.spans[sound.arm.airing]
        if isinstance(sound, Began):
            assert since <= sound.true_at < until + 0.3
        elif isinstance(sound, Over):
            assert sound.true_at < until + 1.0
