import os
from dataclasses import replace

import numpy as np
import pytest

from tests.support.sounds import RATE, tone
from tts.cache import PhraseCache, PhraseKey, read_phrase, write_phrase
from tts.engines import Sound

KEY = PhraseKey("loa", "1", "jf_nezumi", 1.0, "Xin chào bà con.")


@pytest.mark.parametrize(
    "change",
    [
        {"engine": "gtts"},
        {"version": "2"},
        {"voice": "jm_kumo"},
        {"rate": 1.1},
        {"phrase": "Xin chào bà con!"},
    ],
)
def test_whatever_changes_the_sound_changes_the_key(change):
    assert replace(KEY, **change).digest() != KEY.digest()


def test_the_same_phrase_has_the_same_key():
    assert replace(KEY).digest() == KEY.digest()


def test_a_phrase_comes_back_to_sixteen_bits(tmp_path):
    sound = tone(300, 0.5, 0.4)
    write_phrase(tmp_path / "x" / "a.flac", Sound(sound, RATE))
    back = read_phrase(tmp_path / "x" / "a.flac")
    assert back.sample_rate == RATE
    assert np.abs(back.samples - sound).max() < 1 / 30_000


@pytest.fixture
def filled(tmp_path):
    cache = PhraseCache(tmp_path, 2500)
    for age, name in enumerate(["aa", "bb", "cc", "dd"]):
        place = cache.path(name)
        place.parent.mkdir(parents=True)
        place.write_bytes(b"x" * 1000)
        os.utime(place, (10_000 - age, 10_000 - age))
    return cache


def test_the_longest_unused_go_first(filled):
    assert filled.use("dd")
    assert filled.sweep() == 2000
    assert [name for name in ("aa", "bb", "cc", "dd") if filled.use(name)] == ["aa", "dd"]


def test_what_is_in_use_stays_above_the_bound(filled):
    filled.sweep({"cc", "dd"})
    assert filled.use("cc")
    assert filled.use("dd")


def test_a_phrase_never_spoken_is_not_there(filled):
    assert not filled.use("ee")
