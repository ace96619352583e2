import numpy as np
import pytest

from tests.support.nightly import amount
from tests.support.sounds import RATE, babble, dbtp, lufs, tone
from tts.codec import as_whole, decode_mp3
from tts.loudness import SILENT_LUFS
from tts.mastering import mastered
from tts.profile import Profile, hop_of, limited


def loud(sound, **asked):
    wanted = {"loudness_lufs": -16, "true_peak_dbtp": -1, "bitrate_kbps": 48, **asked}
    return mastered(sound, Profile.of(sound, RATE), **wanted)


def turned_down(sound, gain, ceiling):
    return np.concatenate(list(limited(sound, Profile.of(sound, RATE), gain, ceiling)))


def test_the_limiter_keeps_every_true_peak_below_the_ceiling():
    made = turned_down(as_whole(babble(12, 1.0)), 4.0, -3.0)
    assert dbtp(made) <= -2.9
    assert len(made) == 12 * RATE


def test_the_limiter_leaves_alone_what_is_below_the_ceiling():
    sound = as_whole(tone(440, 11, 0.2))
    made = turned_down(sound, 2.0, -3.0)
    assert np.allclose(made, sound * 2.0 / 32_767, atol=1e-4)


@pytest.mark.parametrize(("gain", "ceiling"), [(0.5, -1.0), (4.0, -3.0)])
def test_the_profile_foretells_the_loudness_after_gain_and_limiter(gain, ceiling):
    sound = as_whole(babble(12, 0.6))
    made = turned_down(sound, gain, ceiling)
    assert Profile.of(sound, RATE).lufs(gain, 10 ** (ceiling / 20)) == pytest.approx(lufs(made), abs=0.1)


def test_profiles_of_parts_joined_are_the_profile_of_the_whole(tmp_path):
    hop = hop_of(RATE)
    rest = np.zeros(RATE // 2 // hop * hop, np.float32)
    parts = [as_whole(np.concatenate([babble(seconds, 0.5), rest])) for seconds in (3, 11)]
    for number, part in enumerate(parts):
        Profile.of(part, RATE).save(tmp_path / f"{number}.npz")
    joined = Profile.joined([Profile.load(tmp_path / f"{number}.npz") for number in range(2)])
    whole = Profile.of(np.concatenate(parts), RATE)
    assert len(joined.peaks) == len(whole.peaks) == len(joined.powers)
    assert np.allclose(joined.peaks, whole.peaks, atol=1e-4)
    assert joined.lufs(2.0, 0.7) == pytest.approx(whole.lufs(2.0, 0.7), abs=0.01)


def test_one_encoding_mostly_fits():
    rounds = []
    loud(as_whole(babble(8, 0.5)), on_round=rounds.append)
    assert rounds[-1] <= 2


_ASKED = [(strength, target) for strength in (0.02, 0.3, 1.0) for target in (-16.0, -20.0)]


@pytest.mark.parametrize(("strength", "target"), _ASKED[:: amount(5, 1)])
def test_the_decoded_mp3_is_as_loud_as_asked_and_keeps_the_peak(strength, target):
    made = loud(as_whole(babble(8, strength)), loudness_lufs=target)
    decoded, _ = decode_mp3(made.content)
    assert lufs(decoded) == pytest.approx(target, abs=0.5)
    assert dbtp(decoded) <= -1.0
    assert made.level.lufs == pytest.approx(lufs(decoded), abs=0.05)
    assert made.level.dbtp == pytest.approx(dbtp(decoded), abs=0.1)


def test_silence_is_not_raised_to_noise():
    made = loud(np.zeros(RATE, np.int16))
    assert made.level.lufs == SILENT_LUFS
