import math

import numpy as np
import pytest

from tests.support.sounds import K_WEIGHTING, RATE, babble
from tts.filters import FOURTH_ORDER, FilterChain, band_pass, bell, high_pass, high_shelf, low_pass, one_pole

BUTTERWORTH = 1 / math.sqrt(2)


def in_pieces(sections, sound, length):
    chain = FilterChain(sections)
    return np.concatenate([chain.next(sound[at : at + length]) for at in range(0, len(sound), length)])


def sample_by_sample(sections, sound):
    """What the difference equation of each section gives."""
    for b0, b1, b2, _, a1, a2 in sections:
        x1 = x2 = y1 = y2 = 0.0
        passed = []
        for x in map(float, sound):
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x1, x2, y1, y2 = x, x1, y, y1
            passed.append(y)
        sound = passed
    return sound


@pytest.mark.parametrize("length", [1, 2, 997, 8193, 10**9])
def test_a_chain_solves_its_difference_equations_however_the_sound_arrives(length):
    sound = babble(0.02 if length < 3 else 0.5, 0.8)
    sections = [high_pass(300, BUTTERWORTH, RATE), *(low_pass(6000, q, RATE) for q in FOURTH_ORDER)]
    assert in_pieces(sections, sound, length) == pytest.approx(sample_by_sample(sections, sound), abs=1e-9)


def power(sections, hertz):
    """The share of the power of a tone that sections let pass."""
    z = np.exp(-2j * np.pi * hertz / RATE)
    ways = [(b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z) for b0, b1, b2, _, a1, a2 in sections]
    return abs(np.prod(ways)) ** 2


@pytest.mark.parametrize("hertz", [20, 300, 997, 6000, 11_000])
def test_the_passes_are_butterworths(hertz):
    """By his formula, at the frequencies that the bilinear transform warps."""

    def warped(edge):
        return math.tan(math.pi * hertz / RATE) / math.tan(math.pi * edge / RATE)

    high, low = [high_pass(300, BUTTERWORTH, RATE)], [low_pass(6000, q, RATE) for q in FOURTH_ORDER]
    assert power(high, hertz) == pytest.approx(1 / (1 + warped(300) ** -4))
    assert power(low, hertz) == pytest.approx(1 / (1 + warped(6000) ** 8))


@pytest.mark.parametrize("hertz", [20, 300, 997, 4500, 11_000])
def test_the_band_pass_is_butterworths(hertz):
    at, low, high = (math.tan(math.pi * one / RATE) for one in (hertz, 300, 4500))
    off = (at * at - low * high) / (at * (high - low))
    assert power(band_pass(300, 4500, RATE), hertz) == pytest.approx(1 / (1 + off**8))


def test_nothing_filtered_is_nothing_and_changes_nothing():
    chain = FilterChain([one_pole(0.9)])
    assert len(chain.next(np.zeros(0))) == 0
    assert chain.next(np.ones(1)) == pytest.approx([0.1])


def test_k_weighting_has_the_coefficients_of_pyloudnorm():
    shelf, bass = K_WEIGHTING
    assert high_shelf(1500, 4.0, BUTTERWORTH, RATE) == pytest.approx(shelf)
    assert high_pass(38, 0.5, RATE) == pytest.approx(bass)


def test_a_bell_raises_its_middle_by_its_gain_and_leaves_the_ends():
    made = [bell(3000, 7.0, 0.8, RATE)]
    assert [10 * math.log10(power(made, hertz)) for hertz in (0, 3000, RATE / 2)] == pytest.approx([0, 7, 0])
    edges = [10 * math.log10(power(made, hertz)) for hertz in (2000, 4500)]
    assert all(3 < gain < 6 for gain in edges)


def test_one_pole_nears_a_step_by_its_pole():
    made = FilterChain([one_pole(0.9)]).next(np.ones(3))
    assert made == pytest.approx([1 - 0.9, 1 - 0.9**2, 1 - 0.9**3])
