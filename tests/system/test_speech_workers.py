"""Machines that speak are killed, stopped and woken: each bulletin is spoken once in the end."""

import os
import random
import signal
import time
from collections import Counter
from itertools import cycle, islice

import pytest
from sqlalchemy import select

from controller.features.bulletins.renderings import retry_rendering
from controller.features.bulletins.service import draft_bulletin, submit_bulletin
from controller.features.doctor.invariants import invariants
from controller.model.bulletin_states import RenderingState
from controller.model.bulletins import Recording, Rendering
from controller.model.journal import Entry
from controller.model.speech import Speech
from controller.model.speech_workers import SpeechWorker
from tests.support.postgres import postgres  # noqa: F401 - a fixture
from tests.support.speech_machines import CLAIM_S, Machines
from tests.support.station_world import PostgresWorlds
from tests.support.waiting import wait_until
from tts.recordings import RecordingStore

pytestmark = [pytest.mark.slow, pytest.mark.nightly, pytest.mark.timeout(900)]
PATIENCE_S = 240.0  # a loaded machine is slow, not wrong
BULLETINS, KILLS = 30, 20
SAME = 3
"""Bulletins of one text: whoever speaks them makes one and the same recording."""


@pytest.fixture
def machines(tmp_path, postgres):  # noqa: F811 - the fixture
    worlds = PostgresWorlds(postgres)
    world = worlds.world(tmp_path)
    made = Machines(world, tmp_path)
    yield made
    made.close()
    world.store.close()
    worlds.close()


def submit(world, text, engine="slow"):
    made = world.do(draft_bulletin, title="Tin", text=text, by=world.clerk)
    return world.do(submit_bulletin, made.id, by=world.clerk, speech=Speech(engine=engine, fallback=None)).id


def rows(world):
    return world.ask(lambda session: session.scalars(select(Rendering)).all())


def states(world):
    return Counter(one.state for one in rows(world))


def finished(world):
    """How often each bulletin's recording was finished, as the journal says."""
    query = select(Entry.subject).where(Entry.act == "rendering.finished")
    return Counter(world.ask(lambda session: session.scalars(query).all()))


def is_all_spoken(world):
    """Whether all is; what was broken off too often, its author has made again, as its page offers."""
    for one in rows(world):
        if one.state is RenderingState.FAILED:
            assert one.fault == "rendering.too-often", one.fault_sentence
            world.do(retry_rendering, one.bulletin, by=world.clerk)
    return states(world) == {RenderingState.READY: BULLETINS}


def test_machines_are_killed_again_and_again_and_each_bulletin_is_spoken_once(machines):
    world, chance, names = machines.world, random.Random(7), ("one", "two", "three")
    for number in range(BULLETINS):
        submit(world, " ".join(f"Câu số {line} của tin {number // SAME}." for line in range(4)))
    machines.take_in()
    for name in names:
        machines.start(name)
    for name in islice(cycle(names), KILLS):
        time.sleep(chance.uniform(0.5, 3.0))
        machines.kill(name)
        machines.start(name)
    assert wait_until(lambda: is_all_spoken(world), PATIENCE_S), (states(world), machines.logs())
    assert set(finished(world).values()) == {1}
    assert len(finished(world)) == BULLETINS
    stored, by_text = RecordingStore(machines.folder / "recordings"), {}
    for one in rows(world):
        assert (one.claim, one.worker, one.made) == (None, None, None)
        by_text.setdefault(one.spoken_text, set()).add(one.recording)
        assert stored.has(one.recording)
    assert [len(recordings) for recordings in by_text.values()] == [1] * len(by_text)
    with world.store.read() as session:
        assert session.query(Recording).count() == len(by_text)
        assert invariants(session, now=world.now) == []


def test_a_machine_that_was_stopped_past_its_claim_overwrites_nothing_when_it_wakes(machines):
    world = machines.world
    rendering = submit(world, " ".join(f"Câu thứ {line}." for line in range(12)))
    machines.take_in()
    machines.start("one")
    assert wait_until(lambda: rows(world)[0].worker is not None, PATIENCE_S), machines.logs()
    asleep = rows(world)[0]
    machines.send("one", signal.SIGSTOP)
    machines.start("two")
    assert wait_until(lambda: rows(world)[0].claim not in {None, asleep.claim}, PATIENCE_S), machines.logs()
    taken = rows(world)[0]
    machines.send("one", signal.SIGCONT)
    assert wait_until(lambda: states(world) == {RenderingState.READY: 1}, PATIENCE_S), machines.logs()
    time.sleep(CLAIM_S)  # what the first one would hand over has come by then
    done = rows(world)[0]
    assert (asleep.attempts, taken.attempts, done.attempts) == (1, 2, 2)
    assert dict(finished(world)) == {done.bulletin: 1}
    assert world.ask(lambda session: session.get(Rendering, rendering)).state is RenderingState.READY


def test_a_machine_that_is_asked_to_end_finishes_what_it_speaks_and_begins_nothing_more(machines):
    world = machines.world
    for number in range(2):
        submit(world, " ".join(f"Câu {line} tin {number}." for line in range(6)))
    machines.take_in()
    machines.start("one")
    assert wait_until(lambda: RenderingState.RENDERING in states(world), PATIENCE_S), machines.logs()
    machines.send("one", signal.SIGTERM)
    assert machines.running["one"].exit_code(PATIENCE_S) == os.EX_OK, machines.logs()
    assert wait_until(lambda: states(world)[RenderingState.RENDERING] == 0, PATIENCE_S)
    assert states(world) == {RenderingState.READY: 1, RenderingState.WAITING: 1}
    assert world.ask(lambda session: session.scalars(select(SpeechWorker)).all()) == [], "it said goodbye"
