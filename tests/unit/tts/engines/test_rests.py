import numpy as np
import pytest

from tts.engines.rests import rests, shortened

RATE = 24_000


def sounds(*seconds):
    """A tone and a silence in turn, each so long."""
    parts = [
        np.zeros(round(length * RATE), np.float32)
        if place % 2
        else np.asarray(0.5 * np.sin(np.arange(round(length * RATE)) / 7), np.float32)
        for place, length in enumerate(seconds)
    ]
    return np.concatenate(parts)


def lengths(samples):
    return pytest.approx([end - begin for begin, end in rests(samples, RATE)], abs=0.011)


def test_a_rest_is_what_is_silent_between_two_sounds():
    assert lengths(sounds(0.3, 0.1, 0.3, 0.4, 0.3)) == [0.1, 0.4]
    assert rests(np.concatenate([np.zeros(RATE), sounds(0.3), np.zeros(RATE)]), RATE) == []
    assert rests(np.zeros(RATE, np.float32), RATE) == []
    assert rests(np.zeros(0, np.float32), RATE) == []


def test_a_long_rest_is_shortened_and_everything_else_is_as_it_was():
    sound = sounds(0.3, 0.1, 0.3, 0.6, 0.3)
    cut = shortened(sound, RATE, 0.15, [])
    assert lengths(cut) == [0.1, 0.15]
    assert np.array_equal(cut[: round(0.75 * RATE)], sound[: round(0.75 * RATE)])
    assert np.array_equal(cut[-round(0.35 * RATE) :], sound[-round(0.35 * RATE) :])


def test_several_long_rests_are_shortened():
    assert lengths(shortened(sounds(0.2, 0.5, 0.2, 0.3, 0.2, 0.2, 0.2), RATE, 0.15, [])) == [0.15] * 3


def test_a_rest_at_a_mark_stays():
    sound = sounds(0.3, 0.5, 0.3, 0.5, 0.3)
    assert lengths(shortened(sound, RATE, 0.15, [(0.75, 0.9)])) == [0.5, 0.15]


def test_a_sound_without_a_long_rest_is_the_same():
    sound = sounds(0.3, 0.1, 0.3)
    assert shortened(sound, RATE, 0.15, []) is sound


def test_both_sides_of_a_cut_meet_without_a_jump():
    noise = np.random.default_rng(3).standard_normal(RATE).astype(np.float32) * 0.0005
    sound = sounds(0.3, 0.4, 0.3) + noise[:RATE]
    cut = shortened(sound, RATE, 0.15, [])
    quiet = cut[round(0.32 * RATE) : round(0.43 * RATE)]
    assert np.abs(np.diff(quiet)).max() < 0.005
