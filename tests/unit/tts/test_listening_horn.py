"""The simulated loudspeaker itself: it must make things worse in the ways that it claims."""

import csv
from pathlib import Path

import numpy as np
import pytest

from controller.features import listening_tests
from tests.listening.sentences import SETS, more_for_tuning, sentences
from tests.support.recogniser import SENTENCES
from tests.support.sounds import RATE, tone
from tts.horn import NOISE_DB, through_horn


def power(samples):
    return float((samples.astype(np.float64) ** 2).mean())


@pytest.mark.parametrize("hertz", [80, 8000])
def test_what_is_outside_the_band_drowns_in_what_is_inside(hertz):
    both = through_horn(tone(1000, 2, 0.3) + tone(hertz, 2, 0.3), RATE)
    strength = np.abs(np.fft.rfft(both.astype(np.float64)))
    bins = np.fft.rfftfreq(len(both), 1 / RATE)
    inside, outside = (strength[np.abs(bins - at).argmin()] for at in (1000, hertz))
    assert outside < inside / 15


def test_the_echo_is_heard_after_the_sound():
    click = np.zeros(RATE, np.float32)
    click[:240] = tone(1000, 0.01, 0.9)
    arrived = through_horn(click, RATE)
    echo, later = arrived[round(0.045 * RATE) :][:240], arrived[round(0.7 * RATE) :][:240]
    assert power(echo) > 3 * power(later)


def test_the_noise_is_as_far_below_the_speech_as_it_says():
    sound = np.concatenate([tone(1000, 2, 0.5), np.zeros(2 * RATE, np.float32)])
    arrived = through_horn(sound, RATE)
    speech, noise = power(arrived[RATE : 2 * RATE]), power(arrived[3 * RATE :])
    assert 10 * np.log10((speech - noise) / noise) == pytest.approx(NOISE_DB, abs=1.5)


def test_the_same_sound_arrives_the_same_way():
    assert np.array_equal(through_horn(tone(500, 1, 0.3), RATE), through_horn(tone(500, 1, 0.3), RATE))


def test_the_sentences_are_fifty_and_fifty_and_none_is_in_two_places():
    tuning, held = (sentences(kind) for kind in SETS)
    assert len(tuning) == len(held) == 50
    assert len({*tuning, *held, *SENTENCES}) == 100 + len(SENTENCES)
    with (Path(listening_tests.__file__).parent / "sentences.csv").open(encoding="utf-8", newline="") as rows:
        assert {row["set"] for row in csv.DictReader(rows)} == set(SETS)


def test_what_the_voice_was_tuned_with_is_never_counted():
    more = more_for_tuning()
    assert len(set(more)) == len(more) > 60
    assert not set(more) & set(sentences("held"))
