import time

import numpy as np
import pytest

from tests.support.sounds import RATE, tone
from tts.assembly import Assembly
from tts.cache import write_phrase
from tts.engines import Sound
from tts.profile import hop_of
from tts.sections import Piece
from tts.workers import Workers

PATIENCE = 60.0


@pytest.fixture
def workers(tmp_path):
    workers = Workers(1, tmp_path / "prepared")
    workers.start()
    yield workers
    workers.stop()


@pytest.fixture
def phrases(tmp_path):
    return [tmp_path / f"{n}.flac" for n in range(2)]


def speak(place, seconds):
    write_phrase(place, Sound(tone(400, seconds, 0.3), RATE))


def assembled(workers, phrases, tmp_path):
    sections = [[Piece(place, 450)] for place in phrases]
    return Assembly(workers, sections, tmp_path / "mixing", missing=phrases, patience=PATIENCE)


def test_a_section_is_mixed_while_the_next_is_still_being_spoken(workers, phrases, tmp_path):
    with assembled(workers, phrases, tmp_path) as assembly:
        assembly.go_on()
        speak(phrases[0], 1.0)
        assembly.spoken(phrases[0])
        assembly.go_on()
        until = time.monotonic() + PATIENCE
        while not (tmp_path / "mixing" / "0.npz").exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert sorted(path.name for path in (tmp_path / "mixing").iterdir()) == ["0.npz", "0.raw"]
        speak(phrases[1], 0.5001)
        assembly.spoken(phrases[1])
        mixed, lengths = assembly.mixed()
    sizes = [len(np.fromfile(section, "<i2")) for section in mixed]
    assert [sum(lengths[:2]), sum(lengths[2:])] == sizes
    assert [size % hop_of(RATE) for size in sizes] == [0, 0]
    assert lengths[0] == RATE
    assert lengths[1] == round(0.45 * RATE)


def test_a_phrase_that_has_left_the_cache_is_told(workers, phrases, tmp_path):
    with assembled(workers, phrases, tmp_path) as assembly:
        for place in phrases:
            assembly.spoken(place)
        with pytest.raises(FileNotFoundError):
            assembly.mixed()


def test_nothing_is_mixed_any_more_when_it_is_left(workers, phrases, tmp_path):
    for place in phrases:
        speak(place, 1.0)
    with assembled(workers, phrases, tmp_path) as assembly:
        for place in phrases:
            assembly.spoken(place)
        assembly.go_on()
    left = {path: path.stat().st_mtime_ns for path in (tmp_path / "mixing").iterdir()}
    time.sleep(0.3)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "mixing").iterdir()} == left
