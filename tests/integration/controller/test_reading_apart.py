"""Long texts are read by another process: the answer is the same, and nobody waits for them without end."""

import threading

import pytest

from controller.errors import BadInput, Busy
from controller.features.bulletins.wording_views import as_read
from controller.features.reading import child_reader as reading_apart
from controller.features.reading.child_reader import MOST_AT_ONCE, READ_HERE, read_apart
from tts.normalization import read

_WORDS = (("Ea Tam", "ê a tam"),)
_LONG = "Từ ngày 1/12, bà con xã Ea Tam đượ c tiêm phòng.\n" * (READ_HERE // 40)


def test_a_long_text_is_read_as_a_short_one_is():
    assert read_apart(_LONG, _WORDS, "south") == read(
        _LONG, words=dict(_WORDS), region="south", register="radio"
    )
    assert read_apart(_LONG, _WORDS, "south") is read_apart(_LONG, _WORDS, "south")


def test_a_text_that_takes_too_long_is_given_up_with_a_sentence_and_kept_as_it_is():
    with pytest.raises(BadInput) as refused:
        read_apart(_LONG + "a", (), "north", seconds=0.01)
    assert (refused.value.code, "quá lâu" in refused.value.sentence) == ("reading.too-slow", True)
    assert read_apart(_LONG + "a", (), "north").spoken  # it may be tried again


def test_no_more_long_texts_are_read_at_once_than_there_are_places(monkeypatch):
    monkeypatch.setattr(reading_apart, "_WAIT_SECONDS", 0.05)
    for _ in range(MOST_AT_ONCE):
        assert reading_apart._PLACES.acquire(timeout=1)
    try:
        with pytest.raises(Busy):
            read_apart(_LONG + "b", (), "north")
        shown = as_read(_LONG + "b", (), "north")
        assert (shown.parts[0].written, "thử lại" in shown.warnings[0]) == (_LONG + "b", True)
        assert read_apart("Họp thôn.", (), "north").spoken == "Họp thôn."  # short ones never wait
    finally:
        for _ in range(MOST_AT_ONCE):
            reading_apart._PLACES.release()
    assert as_read(_LONG + "b", (), "north").changed > 0  # the refusal is not remembered


def test_the_same_long_text_asked_for_by_many_is_read_once(monkeypatch):
    asked = []
    real = reading_apart._asked
    monkeypatch.setattr(reading_apart, "_asked", lambda *given: asked.append(1) or real(*given))
    threads = [threading.Thread(target=read_apart, args=(_LONG + "c", (), "north")) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) <= MOST_AT_ONCE
