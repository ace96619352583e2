"""One suite over every engine."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest

from tests.support.added_voice import put_voice
from tests.support.loopback_google import LoopbackGoogle
from tests.support.nightly import amount
from tests.support.parts import missing
from tts.engines import BUILT_IN, Interruptible, engines_with, make_engine, voice_named
from tts.errors import EngineFailed, EngineUnavailable

PHRASE = "Xin chào bà con, mời họp."
ENGINES = {**BUILT_IN, "tone": "tests.support.tone_engine:ToneEngine"}
PROGRAM = {"espeak", "piper"}
"""Engines that call espeak-ng."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture(scope="module")
def voices(tmp_path_factory):
    return put_voice(tmp_path_factory.mktemp("voices"))


@pytest.fixture(scope="module", params=[*ENGINES, "piper"])
def engine(request, prepared, voices):
    """One for all tests of the suite: to load a voice takes seconds of processor."""
    if request.param in PROGRAM and shutil.which("espeak-ng") is None:
        missing("espeak-ng")
    google = LoopbackGoogle()
    google.start()
    with pytest.MonkeyPatch.context() as here:
        here.setenv("HTTPS_PROXY", google.proxy)
        here.setenv("https_proxy", google.proxy)
        yield make_engine({**engines_with(voices), **ENGINES}[request.param], prepared)
    google.stop()


def test_it_knows_its_name_version_and_at_least_one_voice_with_a_title(engine):
    assert engine.name in {*ENGINES, "piper"}
    assert engine.version
    assert all(voice.name and voice.title for voice in engine.voices)
    assert len({voice.name for voice in engine.voices}) == len(engine.voices)


def test_its_first_voice_is_the_default_and_an_unknown_one_is_refused(engine):
    assert voice_named(engine, "") == engine.voices[0].name
    assert voice_named(engine, engine.voices[-1].name) == engine.voices[-1].name
    with pytest.raises(EngineUnavailable, match="nobody"):
        voice_named(engine, "nobody")


def test_it_says_a_phrase_in_each_of_its_voices(engine):
    engine.prepare()
    for voice in engine.voices[:: amount(max(1, len(engine.voices) - 1), 1)]:  # by day the first and the last
        sound = engine.speak(PHRASE, voice.name, 1.0)
        assert sound.samples.dtype == np.float32
        assert sound.samples.ndim == 1
        assert 0.1 < np.abs(sound.samples).max() <= 1.0
        assert 0.15 < sound.seconds / len(re.findall(r"\w+", PHRASE)) < 0.8


def test_the_same_phrase_sounds_the_same(engine):
    first, second = (engine.speak("Mời họp.", engine.voices[0].name, 1.0) for _ in range(2))
    assert np.array_equal(first.samples, second.samples)


def test_a_phrase_that_is_given_up_ends_and_the_next_one_sounds_as_before(engine):
    if not isinstance(engine, Interruptible):
        return  # it takes no processor to speak of
    phrase, voice = "Mời họp.", engine.voices[0].name
    before = engine.speak(phrase, voice, 1.0)
    engine.give_up(given_up=True)
    with pytest.raises(Exception, match=r"terminate|Giọng đọc"):
        engine.speak(phrase, voice, 1.0)
    engine.give_up(given_up=False)
    assert np.array_equal(engine.speak(phrase, voice, 1.0).samples, before.samples)


def test_nothing_to_say_is_a_failure_or_silence_but_never_a_word(engine):
    try:
        sound = engine.speak("", engine.voices[0].name, 1.0)
    except EngineFailed:
        return
    assert len(sound.samples) == 0 or np.abs(sound.samples).max() < 0.01


def test_an_engine_that_does_not_exist_is_unavailable(tmp_path):
    for path in ("tts.engines.nobody:Engine", "tts.engines.kokoro:Nobody", "nonsense"):
        with pytest.raises(EngineUnavailable):
            make_engine(path, tmp_path)


def test_constructing_an_engine_does_nothing(tmp_path):
    for path in {**ENGINES, **engines_with(tmp_path / "voices")}.values():
        make_engine(path, tmp_path / "prepared")
    assert list(tmp_path.iterdir()) == []


def test_an_engine_without_a_voice_says_how_to_get_one(tmp_path):
    with pytest.raises(EngineUnavailable, match="loa voice add"):
        voice_named(make_engine(engines_with(tmp_path)["piper"], tmp_path), "")
