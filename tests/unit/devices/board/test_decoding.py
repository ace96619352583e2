"""A recording as samples: from any place, at any volume, in both codecs."""

import io

import numpy as np
import pytest
import soundfile

from devices.board.decoding import Decoding, Undecodable, codecs
from tests.support.heard import decoded, swept_mp3

ID3 = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10)


def opus(samples):
    out = io.BytesIO()
    soundfile.write(out, samples, 48_000, format="OGG", subtype="OPUS")
    return out.getvalue()


@pytest.fixture(scope="module")
def contents():
    mp3 = swept_mp3(3)
    return {"mp3": mp3, "mp3 behind a tag": ID3 + mp3, "opus": opus(np.repeat(decoded(mp3)[0], 2))}


def samples(data):
    return np.frombuffer(data, "<i2").astype(int)


@pytest.mark.parametrize("kind", ["mp3", "mp3 behind a tag", "opus"])
def test_it_is_read_piece_by_piece_as_in_one_go_from_the_decoders_first_sample(contents, kind, capfd):
    content = contents[kind]
    expected, rate = decoded(content)
    source = Decoding(content)
    assert source.rate == rate
    pieces = []
    while piece := source.read(481, 100):
        pieces.append(samples(piece))
    got = np.concatenate(pieces)
    assert len(got) == len(expected)
    but_the_end = len(got) - rate // 100  # libsndfile trims the last 10 ms of an Opus by how it is read
    assert np.abs(got - expected * 32767)[:but_the_end].max() <= 2
    assert source.place == len(expected)
    assert capfd.readouterr().err == "", "the decoder finds nothing wrong; a board's log would be full of it"


@pytest.mark.parametrize("kind", ["mp3", "opus"])
@pytest.mark.parametrize("place", [1, 5000, 40_001])
def test_a_place_is_the_sample_that_it_says(contents, kind, place):
    expected, _ = decoded(contents[kind])
    source = Decoding(contents[kind])
    source.seek(place)
    got = samples(source.read(6000, 100))
    there = expected[place : place + 6000] * 32767
    assert np.corrcoef(got, there)[0, 1] > 0.999
    assert source.place == place + 6000


def test_volume_is_a_factor_of_amplitude(contents):
    full, half, none = (samples(Decoding(contents["mp3"]).read(20_000, of)) for of in (100, 50, 0))
    assert np.abs(full - 2 * half).max() <= 3
    assert not none.any()


def test_one_sample_is_left_out_or_repeated_and_none_else(contents):
    plain = samples(Decoding(contents["mp3"]).read(1000, 100))
    shorter, longer = Decoding(contents["mp3"]), Decoding(contents["mp3"])
    out, again = samples(shorter.read(1000, 100, 1)), samples(longer.read(1000, 100, -1))
    assert (shorter.place, longer.place) == (1001, 999)
    assert (len(out), len(again)) == (1000, 1000)
    assert np.array_equal(out[:500], plain[:500])
    assert np.array_equal(out[500:999], plain[501:])
    assert np.array_equal(again[:500], plain[:500])
    assert np.array_equal(again[501:], plain[500:-1])


@pytest.mark.parametrize("content", [b"", b"no sound", bytes(5000)])
def test_what_is_no_sound_is_told(content):
    with pytest.raises(Undecodable):
        Decoding(content)


def test_this_library_decodes_both_codecs():
    assert codecs() == ("mp3", "opus")
