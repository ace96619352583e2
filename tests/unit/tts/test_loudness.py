import numpy as np
import pytest

from tests.support.sounds import RATE, babble, dbtp, lufs, tone
from tts.loudness import SILENT_LUFS, Meter


def measured(blocks, rate):
    meter = Meter(rate)
    for block in blocks:
        meter.add(block)
    return meter.level(), meter.samples


def cut(samples, length):
    return [samples[begin : begin + length] for begin in range(0, len(samples), length)]


@pytest.mark.parametrize("length", [997, 24_000, 10**9])
def test_the_meter_agrees_with_another_one_however_the_sound_arrives(length):
    sound = np.concatenate([babble(7, 0.8), np.zeros(3 * RATE, np.float32), tone(1000, 2, 0.05)])
    level, samples = measured(cut(sound, length), RATE)
    assert level.lufs == pytest.approx(lufs(sound), abs=0.02)
    assert level.dbtp == pytest.approx(dbtp(sound), abs=0.05)
    assert samples == len(sound)


@pytest.mark.nightly
def test_the_other_meter_measures_what_pyloudnorm_does():
    import pyloudnorm

    for sound in (babble(7, 0.8), babble(2, 0.05), np.concatenate([tone(1000, 2, 0.5), tone(60, 5, 0.01)])):
        theirs = pyloudnorm.Meter(RATE).integrated_loudness(sound.astype(np.float64))
        assert lufs(sound) == pytest.approx(theirs, abs=0.001)


def test_a_full_scale_sine_between_the_samples_has_a_true_peak_above_them():
    # a quarter of the sample rate, begun at an eighth of the period: no sample touches the crest
    when = np.arange(RATE)
    sound = np.sin(2 * np.pi * when / 4 + np.pi / 4).astype(np.float32)
    level, _ = measured([sound], RATE)
    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-3.0, abs=0.1)
    assert level.dbtp == pytest.approx(0.0, abs=0.2)


def test_silence_and_nothing_have_the_lowest_loudness():
    assert measured([np.zeros(RATE, np.float32)], RATE)[0].lufs == SILENT_LUFS
    assert measured([], RATE)[0].lufs == SILENT_LUFS
