import numpy as np

from tests.support.sounds import RATE
from tts.codec import encode_mp3
from tts.marks import Origin
from tts.recordings import BESIDE, PEAKS, PHRASES, RecordingStore
from tts.script import Line
from tts.sidecar import (
    PhraseTime,
    keep_phrases,
    origin_of,
    peaks,
    peaks_of,
    phrase_times,
    phrases_of,
)


def test_a_phrase_sounds_after_everything_before_it_and_chimes_are_no_phrases():
    lines = [Line("", 500, "opening"), Line("một hai", 100), Line("ba", 300)]
    lengths = [24_000, 12_000, 12_000, 2_400, 6_000, 7_200]
    assert phrase_times(lines, lengths, 24_000) == (
        PhraseTime(1500, 2000, "một hai"),
        PhraseTime(2100, 2350, "ba"),
    )


def test_loud_and_soft_parts_are_told_apart():
    soft, loud = np.full(48_000, 0.1, np.float32), np.full(48_000, 0.5, np.float32)
    found = peaks([soft, loud], points=10)
    assert len(found) == 10
    assert (found[0], found[-1]) == (20, 100)


def test_silence_and_nothing_draw_nothing():
    assert peaks([np.zeros(24_000, np.float32)]) == ()
    assert peaks([]) == ()


def test_what_is_known_of_a_recording_lies_beside_it_and_goes_with_it(tmp_path):
    store = RecordingStore(tmp_path)
    time = np.arange(RATE) / RATE
    recording = store.put(encode_mp3([np.asarray(0.3 * np.sin(440 * time), np.float32)], RATE, 48))
    told = (PhraseTime(0, 900, "xin chào"),)
    keep_phrases(store, recording, told)
    assert phrases_of(store, recording) == told
    drawn = peaks_of(store, recording)
    assert max(drawn) == 100
    assert peaks_of(store, recording) == drawn
    store.delete(recording)
    assert store.beside(recording, PHRASES) is None
    assert store.beside(recording, PEAKS) is None
    assert phrases_of(store, recording) == ()
    assert store.sizes() == {}


def test_a_damaged_file_about_a_recording_is_as_good_as_none(tmp_path):
    store = RecordingStore(tmp_path)
    time = np.arange(RATE) / RATE
    recording = store.put(encode_mp3([np.asarray(0.3 * np.sin(440 * time), np.float32)], RATE, 48))
    good = peaks_of(store, recording)
    for damaged in (b"", b"\xff", b"7", b'["x"]', b'[[1, 2, "a", "b"]]', b'{"a": [0]}'):
        for kind in BESIDE:
            store.keep_beside(recording, kind, damaged)
        assert phrases_of(store, recording) == ()
        assert peaks_of(store, recording) == good
        assert origin_of(store, recording) is Origin.PERSON
