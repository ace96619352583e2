from io import BytesIO

import numpy as np
import pytest
import soundfile

from tts.codec import SAMPLE_RATE, decode_mp3, encode_mp3, write_sound
from tts.marks import Origin, id3_of, origin_in, origin_in_file, together

SOUND = np.asarray(0.3 * np.sin(np.arange(2 * SAMPLE_RATE) / 9), np.float32)
MARKED = [Origin.MACHINE, Origin.MIXED]


@pytest.mark.parametrize("origin", MARKED)
@pytest.mark.parametrize("suffix", [".mp3", ".wav", ".opus"])
def test_a_machine_s_voice_is_marked_in_every_format_and_other_programs_read_it(tmp_path, origin, suffix):
    place = tmp_path / f"sound{suffix}"
    write_sound(place, SOUND, SAMPLE_RATE, origin)
    assert origin_in_file(place) is origin
    with soundfile.SoundFile(place) as read:
        comment, seconds = read.comment, read.frames / read.samplerate
    assert "máy tạo" in comment
    assert f"http://cv.iptc.org/newscodes/digitalsourcetype/{source_type(origin)}" in comment
    assert seconds == pytest.approx(2, abs=0.15)


def source_type(origin):
    kinds = {Origin.MACHINE: "trainedAlgorithmicMedia", Origin.MIXED: "compositeWithTrainedAlgorithmicMedia"}
    return kinds[origin]


@pytest.mark.parametrize("suffix", [".mp3", ".wav", ".opus"])
def test_a_person_s_voice_bears_no_mark(tmp_path, suffix):
    place = tmp_path / f"sound{suffix}"
    write_sound(place, SOUND, SAMPLE_RATE, Origin.PERSON)
    assert origin_in_file(place) is Origin.PERSON
    assert b"DigitalSourceType" not in place.read_bytes()


@pytest.mark.parametrize("origin", MARKED)
def test_the_mark_is_a_tag_of_its_own_that_no_decoder_takes_for_sound(origin):
    tag = id3_of(origin)
    assert tag == id3_of(origin)
    assert tag[:6] == b"ID3\x04\x00\x00"
    size = sum((byte & 0x7F) << shift for byte, shift in zip(tag[6:10], (21, 14, 7, 0), strict=True))
    assert len(tag) == 10 + size < 1024
    assert 0xFF not in tag  # what a frame begins with
    frames = encode_mp3([SOUND], SAMPLE_RATE, 48)
    plain, marked = decode_mp3(frames)[0], decode_mp3(tag + frames)[0]
    assert np.array_equal(plain, marked)


def test_a_mark_at_the_end_of_a_long_file_is_found(tmp_path):
    place = tmp_path / "long.wav"
    mark = b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    place.write_bytes(b"RIFF" + bytes(300_000) + mark + bytes(100))
    assert origin_in_file(place) is Origin.MACHINE
    assert origin_in(place.read_bytes()) is Origin.MACHINE
    assert origin_in(BytesIO().getvalue()) is Origin.PERSON


def test_what_is_put_together_of_both_is_mixed():
    assert together([Origin.MACHINE, Origin.MACHINE]) is Origin.MACHINE
    assert together([Origin.PERSON]) is Origin.PERSON
    assert together([Origin.PERSON, Origin.MACHINE]) is Origin.MIXED
    assert together([Origin.MIXED, Origin.MIXED]) is Origin.MIXED
    assert together([]) is Origin.PERSON
