import numpy as np
import pytest

from tests.support.sounds import RATE, babble, tone
from tts.jobs import TOO_LONG_SECONDS, Measured
from tts.stretches import stretches


def cut(samples, length):
    return [samples[begin : begin + length] for begin in range(0, len(samples), length)]


def silence(seconds):
    return np.zeros(round(seconds * RATE), np.float32)


@pytest.mark.parametrize("length", [997, 24_000, 10**9])
def test_the_longest_silence_is_found_however_the_sound_arrives(length):
    sound = np.concatenate(
        [tone(300, 1, 0.3), silence(2.5), tone(300, 1, 0.3), silence(1), tone(300, 1, 0.3)]
    )
    assert stretches(cut(sound, length), RATE).silent == pytest.approx(2.5, abs=0.1)


def test_silence_up_to_the_end_counts():
    assert stretches([tone(300, 1, 0.3), silence(3)], RATE).silent == pytest.approx(3, abs=0.1)


def test_speech_is_neither_silent_nor_clipped():
    found = stretches([babble(5, 0.9)], RATE)
    assert found.silent < TOO_LONG_SECONDS
    assert found.clipped == 0


def test_peaks_that_were_cut_off_are_found_even_after_they_were_turned_down():
    clipped = np.clip(tone(300, 3, 2.0), -1, 1) * np.float32(0.5)
    sound = np.concatenate([tone(300, 1, 0.3), clipped, tone(300, 1, 0.3)])
    assert stretches([sound], RATE).clipped == pytest.approx(3, abs=0.1)


def test_a_pure_tone_at_full_scale_is_not_taken_for_a_clipped_one():
    assert stretches([tone(1000, 3, 1.0)], RATE).clipped == 0


def test_nothing_has_no_stretch():
    assert stretches([], RATE).silent == 0


@pytest.mark.parametrize(
    ("silent", "clipped", "words"),
    [(0.9, 0.0, []), (2.4, 0.0, ["im lặng dài 2,4 giây"]), (3.0, 2.1, ["im lặng", "vỡ tiếng dài 2,1 giây"])],
)
def test_a_long_fault_of_a_recording_is_told_in_words(silent, clipped, words):
    warnings = Measured(-16, -1, 100, silent, clipped).warnings
    assert len(warnings) == len(words)
    assert all(word in warning for word, warning in zip(words, warnings, strict=True))
