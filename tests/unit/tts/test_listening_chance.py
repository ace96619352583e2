"""How far chance moves a word error rate: what a difference between two voices must exceed."""

import numpy as np
import pytest

from tests.support.nightly import amount
from tests.support.recogniser import standard_error, word_errors

RIGHT, WRONG = ("một hai ba bốn", "một hai ba bốn"), ("một hai ba bốn", "một hai ba năm")


def test_sentences_that_all_have_the_same_share_of_errors_leave_nothing_to_chance():
    long = ("một hai ba bốn một hai ba bốn", "một hai ba năm một hai ba năm")
    assert standard_error([WRONG, long, WRONG]) == pytest.approx(0)


def test_it_is_how_far_the_rate_of_sentences_drawn_anew_scatters():
    pairs = [RIGHT, WRONG] * 20
    drawn = np.random.default_rng(1)
    rates = [
        word_errors([pairs[place] for place in drawn.integers(len(pairs), size=len(pairs))])
        for _ in range(amount(80, 300))
    ]
    assert standard_error(pairs) == pytest.approx(np.std(rates), rel=0.15)


def test_four_times_as_many_sentences_halve_it():
    few, many = ([RIGHT, WRONG] * times for times in (10, 40))
    assert standard_error(many) == pytest.approx(standard_error(few) / 2, rel=0.03)
