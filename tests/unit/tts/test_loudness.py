import numpy as np
import pytest

from tests.support.sounds import RATE, babble, dbtp, lufs, tone
from tts.codec import as_whole, decode_mp3
from tts.loudness import SILENT_LUFS, Profile, limited, mastered, measured


def cut(samples, length):
    return [samples[begin : begin + length] for begin in range(0, len(samples), length)]


@pytest.mark.parametrize("length", [997, 24_000, 10**9])
def test_the_meter_agrees_with_pyloudnorm_however_the_sound_arrives(length):
    sound = np.concatenate([babble(7, 0.8), np.zeros(3 * RATE, np.float32), tone(1000, 2, 0.05)])
    level, samples = measured(cut(sound, length), RATE)
    assert level.lufs == pytest.approx(lufs(sound), abs=0.02)
    assert level.dbtp == pytest.approx(dbtp(sound), abs=0.05)
    assert samples == len(sound)


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


def test_the_limiter_keeps_every_true_peak_below_the_ceiling():
    made = np.concatenate(list(limited(Profile(as_whole(babble(12, 1.0)), RATE), 4.0, -3.0)))
    assert dbtp(made) <= -2.9
    assert len(made) == 12 * RATE


def test_the_limiter_leaves_alone_what_is_below_the_ceiling():
    sound = as_whole(tone(440, 11, 0.2))
    made = np.concatenate(list(limited(Profile(sound, RATE), 2.0, -3.0)))
    assert np.allclose(made, sound * 2.0 / 32_767, atol=1e-4)


@pytest.mark.parametrize(("gain", "ceiling"), [(0.5, -1.0), (4.0, -3.0)])
def test_the_profile_foretells_the_loudness_after_gain_and_limiter(gain, ceiling):
    profile = Profile(as_whole(babble(12, 0.6)), RATE)
    made = np.concatenate(list(limited(profile, gain, ceiling)))
    assert profile.lufs(gain, 10 ** (ceiling / 20)) == pytest.approx(lufs(made), abs=0.1)


def test_one_encoding_mostly_fits():
    rounds = []
    sound = as_whole(babble(20, 0.5))
    mastered(sound, RATE, loudness_lufs=-16, true_peak_dbtp=-1, bitrate_kbps=48, on_round=rounds.append)
    assert rounds[-1] <= 2


@pytest.mark.parametrize("strength", [0.02, 0.3, 1.0])
@pytest.mark.parametrize("target", [-16.0, -20.0])
def test_the_decoded_mp3_is_as_loud_as_asked_and_keeps_the_peak(strength, target):
    whole = as_whole(babble(8, strength))
    made = mastered(whole, RATE, loudness_lufs=target, true_peak_dbtp=-1.0, bitrate_kbps=48)
    decoded, _ = decode_mp3(made.content)
    assert lufs(decoded) == pytest.approx(target, abs=0.5)
    assert dbtp(decoded) <= -1.0
    assert made.level.lufs == pytest.approx(lufs(decoded), abs=0.05)
    assert made.level.dbtp == pytest.approx(dbtp(decoded), abs=0.1)


def test_silence_is_not_raised_to_noise():
    made = mastered(np.zeros(RATE, np.int16), RATE, loudness_lufs=-16, true_peak_dbtp=-1, bitrate_kbps=48)
    assert made.level.lufs == SILENT_LUFS
