import numpy as np
import pytest
import soundfile

from tests.support.sounds import tone
from tts.codec import (
    SAMPLE_RATE,
    UnknownSoundFormat,
    decode_mp3,
    decoded_blocks,
    encode_mp3,
    encode_opus,
    write_sound,
)
from tts.marks import Origin, origin_in


def test_an_mp3_comes_back_with_the_same_sound():
    original = tone(440, 2.0, 0.3)
    samples, rate = decode_mp3(encode_mp3([original], SAMPLE_RATE, 48))
    assert rate == SAMPLE_RATE
    assert len(samples) / rate == pytest.approx(2.0, abs=0.1)
    middle = samples[rate // 2 : rate]
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)


def test_the_bit_rate_is_constant():
    sizes = [len(encode_mp3([tone(440, seconds, 0.3)], SAMPLE_RATE, 48)) for seconds in (10, 20)]
    assert sizes[1] - sizes[0] == pytest.approx(48_000 / 8 * 10, rel=0.01)


def test_where_the_blocks_are_cut_does_not_change_the_bytes():
    sound = tone(440, 3.0, 0.3)
    at_once = encode_mp3([sound], SAMPLE_RATE, 48)
    assert encode_mp3(np.array_split(sound, 7), SAMPLE_RATE, 48) == at_once


def test_decoding_in_blocks_gives_what_decoding_at_once_gives():
    content = encode_mp3([tone(440, 25.0, 0.3)], SAMPLE_RATE, 48)
    assert np.array_equal(np.concatenate(list(decoded_blocks(content))), decode_mp3(content)[0])


def test_samples_beyond_full_scale_are_held_and_do_not_wrap_around():
    samples, _ = decode_mp3(encode_mp3([np.full(SAMPLE_RATE, 1.5, np.float32)], SAMPLE_RATE, 48))
    assert samples.min() > -0.5


@pytest.mark.parametrize("content", [b"", b"no sound at all", b"<html></html>" * 100])
def test_bytes_that_are_no_sound_are_told_so(content):
    with pytest.raises(UnknownSoundFormat):
        decode_mp3(content)


@pytest.mark.parametrize(
    ("suffix", "kind", "subtype"),
    [
        (".wav", "WAV", "PCM_16"),
        (".mp3", "MP3", "MPEG_LAYER_III"),
        (".opus", "OGG", "OPUS"),
        (".WAV", "WAV", "PCM_16"),
    ],
)
def test_the_suffix_names_the_format(tmp_path, suffix, kind, subtype):
    file = tmp_path / f"sound{suffix}"
    write_sound(file, tone(440, 1.5, 0.3), SAMPLE_RATE, Origin.PERSON)
    found = soundfile.info(file)
    assert (found.format, found.subtype, found.channels) == (kind, subtype, 1)
    assert found.duration == pytest.approx(1.5, abs=0.1)


def test_a_rate_that_opus_lacks_is_converted(tmp_path):
    write_sound(tmp_path / "a.opus", tone(440, 1.0, 0.3, rate=22_050), 22_050, Origin.PERSON)
    assert soundfile.info(tmp_path / "a.opus").duration == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("name", ["sound.ogg", "sound", "sound.mp4"])
def test_another_suffix_is_refused_and_leaves_nothing(tmp_path, name):
    with pytest.raises(UnknownSoundFormat, match="wav"):
        write_sound(tmp_path / name, tone(440, 0.5, 0.3), SAMPLE_RATE, Origin.PERSON)
    assert list(tmp_path.iterdir()) == []


def _bursts(seconds):
    """Clicks of a tone, half a second apart: what is heard where can be measured."""
    sound = np.zeros(int(SAMPLE_RATE * seconds), np.float32)
    for at in range(SAMPLE_RATE // 2, len(sound) - 2_000, SAMPLE_RATE // 2):
        sound[at : at + 400] = tone(900, 400 / SAMPLE_RATE, 0.5)[:400]
    return sound


def test_an_mp3_and_an_opus_of_the_same_sound_are_heard_together():
    sound = _bursts(3.0)
    mp3, _ = decode_mp3(encode_mp3([sound], SAMPLE_RATE, 48))
    opus, _ = decode_mp3(encode_opus([sound], SAMPLE_RATE, 20, Origin.MACHINE))
    length = min(len(mp3), len(opus))
    mp3, opus = np.abs(mp3[:length]), np.abs(opus[:length])
    spectrum = np.fft.rfft(mp3, 2 * length) * np.conj(np.fft.rfft(opus, 2 * length))
    apart = int(np.fft.irfft(spectrum).argmax())
    apart -= 2 * length if apart > length else 0
    assert abs(apart) / SAMPLE_RATE < 0.002


def test_an_opus_is_as_short_as_asked_and_marked_by_whose_voice_it_is():
    rng = np.random.default_rng(5)
    voice = tone(150, 3.0, 0.2) * rng.uniform(0.2, 1.0, 3 * SAMPLE_RATE).astype(np.float32)
    sizes = [len(encode_opus([voice], SAMPLE_RATE, kbps, Origin.MACHINE)) * 8 / 3_000 for kbps in (16, 24)]
    assert 10 < sizes[0] < 20
    assert sizes[0] < sizes[1] < 30
    assert origin_in(encode_opus([voice[:SAMPLE_RATE]], SAMPLE_RATE, 16, Origin.MACHINE)) == Origin.MACHINE
