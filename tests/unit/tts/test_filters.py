import math

import numpy as np
import pytest

from tests.support.sounds import RATE, babble
from tts.filters import FOURTH_ORDER, FilterChain, bell, high_pass, high_shelf, low_pass, one_pole

BUTTERWORTH = 1 / math.sqrt(2)


def in_pieces(sections, sound, length):
    chain = FilterChain(sections)
    return np.concatenate([chain.next(sound[at : at + length]) for at in range(0, len(sound), length)])


@pytest.mark.parametrize("length", [1, 2, 997, 8193, 10**9])
def test_a_chain_is_that_of_scipy_however_the_sound_arrives(length):
    from scipy.signal import butter, sosfilt

    sound = babble(0.02 if length < 3 else 0.5, 0.8)
    sections = [high_pass(300, BUTTERWORTH, RATE), *(low_pass(6000, q, RATE) for q in FOURTH_ORDER)]
    theirs = [butter(2, 300, "highpass", fs=RATE, output="sos")]
    theirs += [butter(4, 6000, "lowpass", fs=RATE, output="sos")]
    made = in_pieces(sections, sound, length)
    assert made == pytest.approx(sosfilt(np.concatenate(theirs), sound.astype(np.float64)), abs=1e-9)


def test_nothing_filtered_is_nothing_and_changes_nothing():
    chain = FilterChain([one_pole(0.9)])
    assert len(chain.next(np.zeros(0))) == 0
    assert chain.next(np.ones(1)) == pytest.approx([0.1])


def test_k_weighting_has_the_coefficients_of_pyloudnorm():
    import pyloudnorm

    shelf = pyloudnorm.IIRfilter(4.0, BUTTERWORTH, 1500.0, RATE, "high_shelf")
    assert high_shelf(1500, 4.0, BUTTERWORTH, RATE) == pytest.approx([*shelf.b, *shelf.a])
    bass = pyloudnorm.IIRfilter(0.0, 0.5, 38.0, RATE, "high_pass")
    assert high_pass(38, 0.5, RATE) == pytest.approx([*bass.b, *bass.a])
    peak = pyloudnorm.IIRfilter(7.0, 0.8, 3000.0, RATE, "peaking")
    assert bell(3000, 7.0, 0.8, RATE) == pytest.approx([*peak.b, *peak.a])


def test_one_pole_nears_a_step_by_its_pole():
    made = FilterChain([one_pole(0.9)]).next(np.ones(3))
    assert made == pytest.approx([1 - 0.9, 1 - 0.9**2, 1 - 0.9**3])
