"""The real gTTS over real sockets, against a stand-in for its service on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.support.loopback_google import LoopbackGoogle
from tts.engines.gtts import LONGEST, PATIENCE_SECONDS, TRIES, GoogleEngine
from tts.errors import EngineFailed, EngineUnavailable

LONG = (
    "Theo khoản hai điều mười lăm của luật này, công dân có quyền khiếu nại quyết định hành chính khi có "
    "căn cứ cho rằng quyết định đó trái pháp luật, xâm phạm trực tiếp đến quyền và lợi ích hợp pháp của mình."
)


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackGoogle]:
    stand_in = LoopbackGoogle()
    stand_in.start()
    monkeypatch.setenv("HTTPS_PROXY", stand_in.proxy)
    monkeypatch.setenv("https_proxy", stand_in.proxy)
    yield stand_in
    stand_in.stop()


@pytest.fixture
def engine(tmp_path) -> GoogleEngine:
    return GoogleEngine(tmp_path, timeout=10.0, first_wait=0.01)


def test_a_phrase_is_asked_for_once_and_comes_back_as_sound(google, engine):
    sound = engine.speak("Xin chào bà con", "vi", 1.0)
    assert google.asked == ["Xin chào bà con"]
    assert google.hosts == {"translate.google.com:443"}
    assert 0.7 < sound.seconds < 1.0
    assert np.abs(sound.samples).max() > 0.2


def test_a_long_phrase_is_cut_at_clauses_into_requests_of_allowed_length(google, engine):
    engine.speak(LONG, "vi", 1.0)
    assert " ".join(google.asked) == LONG
    assert google.asked[0].startswith("Theo khoản hai điều mười lăm của luật này, ")
    assert max(map(len, google.asked)) <= LONGEST


def test_a_refusal_is_not_asked_again(google, engine):
    google.mode = "429"
    with pytest.raises(EngineUnavailable, match="429"):
        engine.speak("Xin chào", "vi", 1.0)
    assert len(google.asked) == 1


def test_a_server_error_is_tried_a_few_times(google, engine):
    google.mode = "503"
    with pytest.raises(EngineUnavailable, match="503"):
        engine.speak("Xin chào", "vi", 1.0)
    assert len(google.asked) == TRIES


def test_a_passing_fault_costs_only_another_try(google, engine):
    google.mode = lambda number: "503" if number == 1 else "ok"
    assert engine.speak("Xin chào", "vi", 1.0).seconds > 0.3
    assert len(google.asked) == 2


def test_an_answer_without_audio_is_a_failure(google, engine):
    google.mode = "no audio"
    with pytest.raises(EngineFailed, match="âm thanh"):
        engine.speak("Xin chào", "vi", 1.0)


def test_an_answer_that_is_no_sound_is_a_failure(google, engine):
    google.mode = "no sound file"
    with pytest.raises(EngineFailed):
        engine.speak("Xin chào", "vi", 1.0)


@pytest.mark.parametrize("mode", ["slow", "drip"])
def test_what_may_be_lost_is_lost_once_and_then_nothing_is_asked(google, tmp_path, mode):
    google.mode = mode
    engine = GoogleEngine(tmp_path, timeout=1.5, first_wait=0.01, patience=2.5)
    with pytest.raises(EngineUnavailable, match="mạng"):
        engine.speak("Xin chào", "vi", 1.0)
    assert len(google.asked) == 2  # 1.5 s, then what was left; a third would be too many
    with pytest.raises(EngineUnavailable, match="mạng"):
        engine.speak("Mời họp", "vi", 1.0)
    assert len(google.asked) == 2


def test_losses_of_successful_phrases_add_up(google, tmp_path):
    engine = GoogleEngine(tmp_path, timeout=20.0, patience=30.0)
    engine._lose(16.0)
    engine.speak("Xin chào", "vi", 1.0)
    engine._lose(16.0)
    with pytest.raises(EngineUnavailable, match="chập chờn"):
        engine.speak("Tạm biệt", "vi", 1.0)
    assert google.asked == ["Xin chào"]


def test_what_was_lost_long_ago_is_forgotten(google, tmp_path):
    now = [1000.0]
    google.mode = "slow"
    engine = GoogleEngine(tmp_path, timeout=5.0, first_wait=0.01, patience=5.0, clock=lambda: now[0])
    engine._lose(5.0)
    with pytest.raises(EngineUnavailable):
        engine.speak("Xin chào", "vi", 1.0)
    assert google.asked == []
    now[0] += 61
    google.mode = "ok"
    assert engine.speak("Xin chào", "vi", 1.0).seconds > 0.3


def test_a_bulletin_loses_less_than_ten_seconds():
    assert PATIENCE_SECONDS <= 9  # the rest is for starting and stopping what was under way


def test_an_answer_cut_off_in_the_middle_is_no_sound(google, engine):
    google.mode = "cut"
    with pytest.raises(EngineUnavailable):
        engine.speak("Xin chào", "vi", 1.0)


def test_a_fault_in_the_second_piece_gives_nothing_at_all(google, engine):
    google.mode = lambda number: "ok" if number == 1 else "403"
    with pytest.raises(EngineUnavailable, match="403"):
        engine.speak(LONG, "vi", 1.0)


def test_without_a_network_the_engine_is_unavailable(monkeypatch, engine):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(EngineUnavailable, match="mạng"):
        engine.speak("Xin chào", "vi", 1.0)


def test_marks_without_a_word_are_a_failure_and_no_request(google, engine):
    with pytest.raises(EngineFailed):
        engine.speak("…", "vi", 1.0)
    assert google.asked == []
