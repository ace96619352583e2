import numpy as np
import pytest

from tests.support.sounds import RATE, babble, tone
from tts.shaping import PRESENCE_DB, RATIO, shaped


def cut(samples, length):
    return [samples[begin : begin + length] for begin in range(0, len(samples), length)]


def shape(samples):
    return np.concatenate(list(shaped([samples], RATE)))


def gain_db(hertz, strength=0.005):
    """What the chain does to a soft tone, below the compressor's threshold."""
    made = shape(tone(hertz, 2, strength))[RATE:]
    return 20 * np.log10(np.sqrt((made.astype(np.float64) ** 2).mean() * 2) / strength)


@pytest.mark.parametrize("hertz", [60, 9000])
def test_what_a_horn_cannot_give_is_taken_away(hertz):
    assert gain_db(hertz) < -12


@pytest.mark.parametrize("hertz", [600, 1000])
def test_the_voice_passes(hertz):
    assert gain_db(hertz) == pytest.approx(0, abs=1.5)


def test_consonants_come_forward():
    assert gain_db(3000) == pytest.approx(PRESENCE_DB, abs=0.5)


def test_loud_and_soft_come_nearer_to_each_other():
    loud, soft = (np.abs(shape(tone(1000, 2, strength))[RATE:]).max() for strength in (0.8, 0.2))
    before = 20 * np.log10(0.8 / 0.2)
    assert 20 * np.log10(loud / soft) == pytest.approx(before / RATIO, abs=0.5)


@pytest.mark.parametrize("length", [997, 24_000])
def test_the_blocks_leave_no_mark(length):
    sound = babble(3, 0.5)
    pieces = np.concatenate(list(shaped(cut(sound, length), RATE)))
    assert np.allclose(pieces, shape(sound), atol=1e-6)
